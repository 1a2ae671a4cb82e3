import re
from typing import get_args

import pytest
from hypothesis import given

from hemostat.assess import RULES
from hemostat.evidence import EvidenceError
from hemostat.evidence.kinds.probe import KIND
from hemostat.exchange import facts as exchange_facts
from hemostat.report import dialogue
from hemostat.report.evidence import (
    _ANSWERS,
    _ASKED,
    _ENDS,
    _PARTS,
    certificate_line,
    describe_certificate,
    protocol_line,
    validity,
)
from tests.assess.examples import EXAMPLES
from tests.assess.facts import Example, Facts, any_facts
from tests.report.samples import answer, certificate, facts_of

SEEN = "2026-11-24T12:00:00.000000Z"
OVER_SSL30 = next(each.facts for each in EXAMPLES if each.what == "OpenSSL 1.0.1f over SSL 3.0")


def test_the_protocol_says_what_matters_later() -> None:
    said = protocol_line(answer("own-bytes-answered"))
    assert said == "TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), heartbeats offered"


def test_a_suite_without_forward_secrecy_is_called_that() -> None:
    facts = facts_of("not-offered")
    facts = facts | {
        "connections": [facts["connections"][0] | {"cipher": 0x002F, "client_certificate_asked": True}]
    }
    said = protocol_line(answer(evidence={"facts": facts}))
    assert said == (
        "TLS1.2, TLS_RSA_WITH_AES_128_CBC_SHA (no forward secrecy), no heartbeats offered, "
        "asks for a client certificate"
    )


@pytest.mark.parametrize("facts", [None, facts_of("no-connection")])
def test_where_no_hello_came_there_is_no_protocol(facts: Facts | None) -> None:
    assert protocol_line(answer(evidence={"facts": facts})) is None


def test_an_extension_is_missed_only_where_it_could_be() -> None:
    """SSL 3.0 has none; a server that was offered none may offer none; a client offers by itself."""
    ssl30 = protocol_line(answer("own-bytes-answered", evidence={"facts": OVER_SSL30}))
    assert ssl30 is not None
    assert "heartbeats" not in ssl30
    unasked = facts_of("not-offered")
    offered = {**unasked["connections"][0]["offered"], "heartbeat": False}
    unasked = unasked | {"connections": [unasked["connections"][0] | {"offered": offered}]}
    line = protocol_line(answer(evidence={"facts": unasked}))
    assert line is not None
    assert "heartbeats" not in line
    (client,) = (
        each.facts for each in EXAMPLES if each.rule == "not-offered" and each.facts["role"] == "client"
    )
    line = protocol_line(answer(evidence={"facts": client}))
    assert line is not None
    assert "no heartbeats offered" in line


def test_a_peer_that_wants_no_requests_is_called_that() -> None:
    line = protocol_line(answer("requests-declined"))
    assert line is not None
    assert line.endswith("heartbeats offered, requests declined")


def test_a_certificate_in_a_line() -> None:
    assert certificate_line(answer()) is None
    assert certificate_line(answer(certificate=certificate())) == (
        "certificate: www.example, example; 2026-01-01 to 2027-01-01; by CN=A CA,O=Example; key rsa 2048, "
        "spki:cdcdcdcdcdcdcdcd"
    )
    many = certificate(
        names=("a.example", "b.example", "c.example", "d.example"), self_signed=True, key_size=None
    )
    assert describe_certificate(many, SEEN) == (
        "a.example, b.example, c.example and 1 more name; 2026-01-01 to 2027-01-01; self-signed; key rsa, "
        "spki:cdcdcdcdcdcdcdcd"
    )


@pytest.mark.parametrize(
    ("not_after", "said"),
    [
        ("2026-11-24T12:00:00.000000Z", "www.example until 2026-11-24"),
        ("2026-11-24T11:59:59.999999Z", "www.example expired 2026-11-24"),
        ("", "www.example until ?"),
    ],
)
def test_whether_it_had_expired_when_it_was_seen(not_after: str, said: str) -> None:
    changed = certificate(not_after=not_after)
    assert validity(changed, SEEN) == said
    assert (", expired;" in describe_certificate(changed, SEEN)) == ("expired" in said)


def test_a_certificate_of_which_little_could_be_read() -> None:
    bare = certificate(
        names=(), subject="", issuer="", not_before="", not_after="", key_type="", key_size=None
    )
    assert describe_certificate(bare, SEEN) == (
        "no name; ? to ?; by nobody; key unknown, spki:cdcdcdcdcdcdcdcd"
    )
    assert validity(bare, SEEN) == "no name until ?"


def test_an_issuer_is_no_target_whose_secrets_must_go() -> None:
    """What `shown` takes for a password or a query belongs to a name here."""
    issuer = "CN=CA #2?,E=ca@example.org"
    assert f"by {issuer};" in describe_certificate(certificate(issuer=issuer), SEEN)
    assert "x" * 77 + "...;" in describe_certificate(certificate(issuer="x" * 1000), SEEN)


def test_the_dialogue_of_a_burst() -> None:
    facts = facts_of("own-bytes-answered")
    facts["connections"][0] |= {
        "messages": ["> client-hello 508", "< server-hello 58", "< certificate 1210"],
        "certificates": ["ab" * 32, "cd" * 32],
        "nudges": 2,
        "alerts": ["warning close_notify", "fatal unexpected_message"],
    }
    for part, took in zip(facts["connections"][0]["parts"], (1000, 1200, 1300), strict=True):
        part["microseconds"] = took
    assert "\n".join(dialogue(facts)) == (
        "connection 1 of 1, the whole question at once, 0.0 ms from the start\n"
        "  offered       TLS1.2 TLS1.1 TLS1.0 SSL3.0, name www.example, heartbeats\n"
        "  messages      > client-hello   508\n"
        "                < server-hello    58\n"
        "                < certificate   1210\n"
        "  hello         TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), heartbeats offered\n"
        "  certificates  cert:abababababababab, cert:cdcdcdcdcdcdcdcd\n"
        "  parts         own bytes (no padding)  16365 bytes  came back whole, 16365 bytes equal to what we sent "
        "after 1.0 ms\n"
        "                control                     8 bytes  drew nothing in 1.2 ms\n"
        "                flush                      12 bytes  drew nothing in 1.3 ms\n"
        "  alerts        warning close_notify\n"
        "                fatal unexpected_message\n"
        "  nudges        2 further Finished\n"
        "  end           we closed after 20.0 ms; round trip 10.0 ms"
    )


def test_the_dialogue_of_one_that_did_not_come_about() -> None:
    assert list(dialogue(facts_of("no-connection")))[-2:] == [
        "  failure       refused",
        "  end           it did not come about after 20.0 ms; round trip 10.0 ms",
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.what)
def test_every_part_and_end_has_its_words(example: Example) -> None:
    lines = list(dialogue(example.facts))
    connections = example.facts["connections"]
    assert sum(line.startswith("connection ") for line in lines) == len(connections)
    assert sum(line.startswith("  end  ") for line in lines) == len(connections)
    parts = [part for each in connections for part in each["parts"]]
    said = [line for line in lines if re.search(r" \d+ bytes  (came|drew)", line)]
    assert [int(re.findall(r"(\d+) bytes  ", line)[0]) for line in said] == [part["length"] for part in parts]
    alerts = [alert for each in connections for alert in each["alerts"]]
    assert [line[16:] for line in lines if line[16:] in alerts] == alerts
    for label, field in (
        ("failure", "failure"),
        ("spoke", "not_tls"),
        ("breach", "error"),
        ("no handshake", "refusal"),
    ):
        codes = [each[field] for each in connections if each[field]]
        assert [line[16:] for line in lines if line.startswith(f"  {label} ")] == codes


def allowed(field: str, word: str) -> bool:
    """Whether the kind `probe` lets that word stand in a connection, or in a part."""
    facts = facts_of("own-bytes-answered")
    (connection,) = facts["connections"]
    part = connection["parts"][0]
    (part if field in ("part", "answer") else connection)[field] = word
    if field == "answer":
        part["bytes"] = {"equal": part["length"], "equal-so-far": 1}.get(word, 0)
    try:
        KIND.check(facts)
    except EvidenceError:
        return False
    return True


@pytest.mark.parametrize(
    ("field", "words", "noted"),
    [
        ("asked", _ASKED, get_args(exchange_facts.Asked)),
        ("ended", _ENDS, get_args(exchange_facts.Ended)),
        ("answer", _ANSWERS, get_args(exchange_facts.Answer)),
        ("part", _PARTS, get_args(exchange_facts.PartName)),
    ],
)
def test_there_are_words_for_what_is_noted_and_for_nothing_that_evidence_forbids(
    field: str, words: dict[str, str], noted: tuple[str, ...]
) -> None:
    assert set(noted) <= set(words)
    assert all(allowed(field, word) for word in words)


@given(any_facts)
def test_any_facts_have_a_dialogue_that_prints(facts: Facts) -> None:
    assert all(line.isprintable() for line in dialogue(facts))


def test_the_examples_are_of_every_rule() -> None:
    assert {example.rule for example in EXAMPLES} == {rule.name for rule in RULES}
