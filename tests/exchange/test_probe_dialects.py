"""Whole probes of peers that speak another protocol than the one they were asked in: they are asked once more."""

import random
from typing import Any

import pytest

from hemostat.dialects import dialects
from hemostat.exchange import Closed, Connected, Data, Failed, Peer, Probe
from tests.exchange.replayed import verdict
from tests.exchange.scripted import answering
from tests.exchange.simulator import Outcome, simulate
from tests.exchange.speech import alert
from tests.exchange.ways import End, Talker

PAGE = b"HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port"
ASKS_FIRST = ("irc", "ldap", "nut", "openvpn-tcp", "postgresql", "rdp", "xmpp", "xmpp-server")
"""Dialects whose client speaks first, so that a server of HTTPS hears something."""


class Says:
    """A peer that says one thing: at once (`first`), or to whatever it hears."""

    def __init__(self, *words: bytes | End, first: bool = False) -> None:
        self.words, self.first = list(words), first

    def open(self) -> list[bytes | End]:
        return self.words if self.first else []

    def receive(self, data: bytes) -> list[bytes | End]:
        return [] if self.first else self.words

    def timeout(self) -> list[bytes | End]:
        return []


def judged(outcome: Outcome) -> tuple[str, str]:
    found = verdict(outcome)
    return found.word, found.reason


def told(outcome: Outcome) -> list[tuple[str, str | None, str | None]]:
    return [(talk["dialect"], talk["not_tls"], talk["spoke"]) for talk in outcome.talks]


def in_turn(*peers: Talker) -> Any:
    return lambda number: peers[min(number, len(peers) - 1)]


@pytest.mark.parametrize("dialect", ASKS_FIRST)
@pytest.mark.parametrize(
    ("parts", "word"), [(("own-bytes", "control"), "vulnerable"), (("control",), "patched")]
)
def test_a_server_of_https_answers_words_in_http_and_is_asked_in_tls(
    dialect: str, parts: tuple[str, ...], word: str
) -> None:
    outcome = simulate(in_turn(Says(PAGE, "fin"), answering(*parts)), dialect=dialect)
    assert told(outcome)[:2] == [(dialect, "http", "tls"), ("tls", None, None)]
    found = verdict(outcome)
    assert found.word == word
    assert "asked in TLS at once" in found.explanation


@pytest.mark.parametrize("dialect", ASKS_FIRST)
def test_plain_http_is_told_only_where_a_hello_drew_it(dialect: str) -> None:
    outcome = simulate(in_turn(Says(PAGE, "fin")), dialect=dialect)
    assert told(outcome) == [(dialect, "http", "tls"), ("tls", "http", None)]
    assert judged(outcome) == ("not-affected", "plain-http")
    gone = simulate(lambda number: "refused" if number else Says(PAGE, "fin"), dialect=dialect)
    assert judged(gone)[0] == "inconclusive"


@pytest.mark.parametrize("dialect", ASKS_FIRST)
@pytest.mark.parametrize("description", [10, 22, 50, 70])
def test_a_server_of_tls_answers_words_by_an_alert_and_is_asked_in_tls(
    dialect: str, description: int
) -> None:
    refuses = Says(alert(description, version=0x0301), "fin")
    outcome = simulate(in_turn(refuses, answering("own-bytes", "control")), dialect=dialect)
    assert told(outcome)[0] == (dialect, "binary", "tls")
    found = verdict(outcome)
    assert (found.word, found.reason) == ("vulnerable", "own-bytes-answered")
    assert found.how.endswith("and answered as servers of TLS do, so it was asked in TLS at once.")


@pytest.mark.parametrize(
    ("then", "reason"),
    [(Says(PAGE, "fin"), "not-tls"), (Says(b"SSH-2.0-x\r\n", "fin"), "not-tls"), (Says("fin"), "closed")],
)
def test_what_has_answered_by_an_alert_of_tls_is_no_other_protocol(then: Says, reason: str) -> None:
    refuses = Says(alert(70, version=0x0301), "fin")
    assert judged(simulate(in_turn(refuses, then), dialect="irc")) == ("inconclusive", reason)


WORDS = sorted(
    name
    for name, each in dialects().items()
    if each.has_words and (each.transport, each.records) == ("tcp", "tls") and not each.silence
)


@pytest.mark.parametrize("dialect", WORDS)
def test_a_port_of_tls_says_no_word_and_is_asked_in_tls_before_the_time_is_over(dialect: str) -> None:
    outcome = simulate(in_turn(Says(), answering("own-bytes", "control")), dialect=dialect)
    assert told(outcome)[:2] == [(dialect, None, "tls"), ("tls", None, None)]
    found = verdict(outcome)
    assert (found.word, found.reason) == ("vulnerable", "own-bytes-answered")
    assert "said nothing, so it was asked in TLS at once" in found.explanation
    assert 15_000_000 <= outcome.talks[1]["started"] < outcome.clock < 16_000_000


@pytest.mark.parametrize("dialect", WORDS)
def test_what_says_no_word_in_tls_either_is_told_as_what_it_was_asked_for(dialect: str) -> None:
    outcome = simulate(in_turn(Says()), dialect=dialect)
    assert [told_of[::2] for told_of in told(outcome)] == [(dialect, "tls"), ("tls", None)]
    found = verdict(outcome)
    assert (found.word, found.reason) == ("inconclusive", "silent")
    assert "Asked in TLS from the first byte, it did no better." in found.explanation


@pytest.mark.parametrize("dialect", WORDS)
def test_an_end_without_a_word_is_tried_in_tls_where_we_spoke_first(dialect: str) -> None:
    """Old OpenSSL closes on words that are no hello; a server that was to greet turns us away."""
    first = dialect in ASKS_FIRST
    outcome = simulate(in_turn(Says("fin", first=not first), answering("own-bytes")), dialect=dialect)
    assert judged(outcome) == (
        ("vulnerable", "own-bytes-answered") if first else ("inconclusive", "closed-before-tls")
    )
    closes = simulate(in_turn(Says("fin", first=not first)), dialect=dialect)
    assert judged(closes) == ("inconclusive", "closed-before-tls")
    assert closes.connections == (2 if first else 1)


@pytest.mark.parametrize("dialect", WORDS)
def test_a_reset_is_no_word_and_leads_to_no_other_protocol(dialect: str) -> None:
    outcome = simulate(in_turn(Says("reset", first=True)), dialect=dialect)
    assert judged(outcome) == ("inconclusive", "reset")
    assert {told_of[2] for told_of in told(outcome)} == {None}


def test_where_silence_is_an_answer_nothing_else_is_asked() -> None:
    """OpenVPN without its key; what shares its port answers in TLS, and is another server."""
    for peer in (Says(), Says("fin")):
        outcome = simulate(in_turn(peer, answering("control")), dialect="openvpn-tcp")
        assert {told_of[0] for told_of in told(outcome)} == {"openvpn-tcp"}
        assert judged(outcome)[0] == "inconclusive"


def test_a_greeting_that_only_comes_to_the_hello_leads_back() -> None:
    greets = Says(b"220 mx.example ESMTP\r\n", first=True)
    outcome = simulate(in_turn(Says(), greets, greets), dialect="smtp")
    assert [told_of[0] for told_of in told(outcome)] == ["smtp", "tls", "smtp"]


def test_a_second_dialect_is_not_followed_by_a_third() -> None:
    pops = Says(b"+OK POP3 ready\r\n", first=True)
    outcome = simulate(in_turn(pops, Says("fin", first=True)), dialect="imap")
    assert told(outcome) == [("imap", "text", "pop3"), ("pop3", None, None)]
    assert "TLS from the first byte" not in verdict(outcome).explanation


def test_a_trial_that_never_came_about_is_not_told_of() -> None:
    outcome = simulate(lambda number: "refused" if number else Says(), dialect="smtp")
    assert "did no better" not in verdict(outcome).explanation


def test_what_a_trial_has_told_counts() -> None:
    refuses = Says(alert(40, version=0x0301), "fin")
    assert judged(simulate(in_turn(Says(), refuses), dialect="smtp")) == (
        "inconclusive",
        "alert-handshake_failure",
    )


def test_text_that_a_hello_draws_where_words_drew_nothing_tells_no_more() -> None:
    outcome = simulate(in_turn(Says(), Says(b"ERR WHAT\n")), dialect="irc")
    assert told(outcome) == [("irc", None, "tls"), ("tls", "text", None)]
    assert judged(outcome) == ("inconclusive", "silent")


@pytest.mark.parametrize("dialect", ["smtp", "ftp", "imap"])
def test_a_web_server_is_silent_to_words_and_speaks_http_to_a_hello(dialect: str) -> None:
    outcome = simulate(in_turn(Says(), Says(PAGE, "fin")), dialect=dialect)
    assert judged(outcome) == ("not-affected", "plain-http")


def test_words_that_have_begun_are_waited_for_until_the_deadline() -> None:
    class Slow(Says):
        """Its greeting takes longer than is left after the trial of TLS."""

        def receive(self, data: bytes) -> list[bytes | End]:
            return []

    outcome = simulate(in_turn(Slow(b"220-mx.example ESMTP, wait\r\n", first=True)), dialect="smtp")
    assert told(outcome) == [("smtp", None, None)]
    assert judged(outcome) == ("inconclusive", "silent")
    assert outcome.clock > 19_000_000


@pytest.mark.parametrize("dialect", ["smtp", "irc", "pop3"])
def test_ssh_is_ssh_in_whatever_it_was_asked(dialect: str) -> None:
    outcome = simulate(in_turn(Says(b"SSH-2.0-OpenSSH_9.2p1\r\n", first=True)), dialect=dialect)
    assert judged(outcome) == ("not-affected", "ssh")
    assert outcome.connections == 1


def test_a_greeting_names_the_dialect_that_is_asked_then_and_only_once() -> None:
    mail = Says(b"220 mx.example ESMTP Postfix\r\n", first=True)
    pops = Says(b"+OK ready\r\n", first=True)
    outcome = simulate(in_turn(mail, pops))
    assert told(outcome) == [("tls", "text", "smtp"), ("smtp", "text", "pop3")]
    assert judged(outcome) == ("inconclusive", "other-protocol")


def test_a_page_after_a_greeting_is_no_proof_of_plain_http() -> None:
    outcome = simulate(in_turn(Says(b"220 mx.example ESMTP\r\n", first=True), Says(PAGE, "fin", first=True)))
    assert told(outcome) == [("tls", "text", "smtp"), ("smtp", "http", "tls")]
    assert judged(outcome) == ("inconclusive", "other-protocol")


def test_datagrams_lead_to_no_dialect_of_a_stream() -> None:
    """OpenVPN is asked over UDP; what answers greets as NUT does, whose dialect is TCP's."""
    outcome = simulate(in_turn(Says(b"ERR UNKNOWN-COMMAND\n")), dialect="openvpn")
    assert {told_of[::2] for told_of in told(outcome)} == {("openvpn", None)}


@pytest.mark.parametrize("then", [Failed(1_000_200, "refused"), Data(1_000_200, b"ERR UNKNOWN-COMMAND\n")])
def test_a_port_of_datagrams_that_closes_and_opens_breaks_no_rule(then: Failed | Data) -> None:
    probe = Probe(
        "server",
        Peer(None, "192.0.2.1", 1194),
        dialects()["openvpn"],
        random.Random(1).randbytes,
        started=0,
        deadline=20_000_000,
    )
    probe.start()
    probe.handle(Connected(1))
    probe.handle(Data(1000, b"ERR UNKNOWN-COMMAND\n"))
    probe.handle(Closed(1_000_000, "reset"))
    probe.handle(Connected(1_000_100))
    assert probe.handle(then)
