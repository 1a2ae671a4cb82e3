"""Rules for peers with whom TLS never began."""

from typing import get_args

import pytest

from hemostat.assess import judge
from hemostat.assess.before_tls import PROXY_FAILURES, REFUSED, title
from hemostat.assess.verdicts import FAILURES
from hemostat.dialects import dialects
from hemostat.layers import Refusal
from tests.assess.examples_before_tls import PROXY, greeted, spoken, unready
from tests.assess.facts import Facts, connection, failed, probe, silent


def test_every_refusal_of_a_layer_has_its_words() -> None:
    refusals = set(get_args(Refusal))
    proxies = {code for code in refusals if code.startswith("proxy-")}
    assert refusals - proxies == {"no-tls", *REFUSED}
    assert proxies | {"proxy-down", "proxy-udp"} == set(PROXY_FAILURES)
    assert set(PROXY_FAILURES) <= set(FAILURES)


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_is_never_fine(code: str) -> None:
    verdict = judge(spoken(unready(refusal=code)))
    assert (verdict.word, verdict.reason) == ("inconclusive", code)
    assert REFUSED[code] in verdict.explanation


def test_no_tls_is_the_services_own_word_and_names_its_protocol() -> None:
    verdict = judge(spoken(unready(refusal="no-tls")))
    assert verdict.word == "not-affected"
    assert verdict.explanation.startswith("It speaks SMTP and offers no TLS")


def test_one_that_offers_no_tls_now_and_did_not_say_so_before_is_not_believed() -> None:
    both = spoken(unready(refusal="tls-unavailable"), unready(refusal="no-tls"))
    assert judge(both).word == "inconclusive"
    assert judge(spoken(unready(refusal="no-tls"), unready(ended="fin"))).word == "inconclusive"


def test_where_another_protocol_greeted_both_are_said() -> None:
    for then in (unready(refusal="no-tls"), unready(ended="fin"), connection("burst", heartbeat=None)):
        explanation = judge(greeted("smtp", then)).explanation
        assert "asked in TLS from the first byte and greeted in SMTP with STARTTLS" in explanation
    assert "greeted in" not in judge(spoken(unready(refusal="no-tls"))).explanation


def test_what_greeted_and_then_was_not_asked_is_not_tls() -> None:
    verdict = judge(probe(silent(not_tls="text", spoke="smtp")))
    assert (verdict.word, verdict.reason) == ("inconclusive", "not-tls")


def test_a_hello_outweighs_all_that_was_said_before_it() -> None:
    verdict = judge(spoken(unready(refusal="tls-unavailable"), connection("burst", heartbeat=None)))
    assert (verdict.word, verdict.reason) == ("not-affected", "not-offered")


@pytest.mark.parametrize("code", ["refused", "timeout", "unreachable", "reset"])
def test_a_connection_that_fails_before_the_proxy_is_the_proxys(code: str) -> None:
    assert judge(probe(failed(code), via=PROXY)).reason == "proxy-down"
    assert judge(probe(failed(code))).reason == code


@pytest.mark.parametrize(("then", "reason"), [((), "other-protocol"), ((silent(),), "not-tls")])
def test_a_page_of_http_that_no_hello_drew_may_be_that_of_a_server_of_https(
    then: tuple[Facts, ...], reason: str
) -> None:
    page = unready(refusal="other-protocol", not_tls="http", spoke="tls" if then else None)
    verdict = judge(probe({**page, "dialect": "nut"}, *then, dialect="nut"))
    assert (verdict.word, verdict.reason) == ("inconclusive", reason)


def test_how_it_was_asked_stands_apart_from_what_it_means() -> None:
    one, other = (judge(greeted(name, connection("burst", heartbeat=None))) for name in ("smtp", "imap"))
    assert one.how != other.how
    assert one.explanation.removesuffix(one.how) == other.explanation.removesuffix(other.how)
    assert judge(probe(connection("burst", heartbeat=None))).how == ""


def test_a_machine_without_sockets_is_not_the_proxys_fault() -> None:
    assert judge(probe(failed("local"), via=PROXY)).reason == "local"


def test_every_dialect_has_a_title_and_an_unknown_one_its_name() -> None:
    assert {name: title(name) for name in dialects()} == {d.name: d.title for d in dialects().values()}
    assert title("gopher") == "gopher"


@pytest.mark.parametrize("ended", ["ours", "fin"])
def test_what_else_the_silence_of_openvpn_may_mean_is_said(ended: str) -> None:
    quiet = judge(spoken(unready(ended=ended), dialect="openvpn-tcp")).explanation
    assert quiet.endswith("--tls-crypt FILE.")
    assert "--tls-crypt" not in judge(spoken(unready(ended=ended))).explanation
