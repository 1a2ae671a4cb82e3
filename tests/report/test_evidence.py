import pytest
from hypothesis import given

from hemostat.assess import RULES
from hemostat.report import dialogue
from hemostat.report.evidence import certificate_line, describe_certificate, protocol_line
from tests.assess.examples import EXAMPLES
from tests.assess.facts import Facts, any_facts
from tests.report.samples import answer, certificate, facts_of


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


def test_a_certificate_in_a_line() -> None:
    assert certificate_line(answer()) is None
    many = certificate(
        names=("a.example", "b.example", "c.example", "d.example"), self_signed=True, key_size=None
    )
    assert describe_certificate(many) == (
        "a.example, b.example, c.example, 1 more names, 2026-01-01 to 2027-01-01, self-signed, key rsa, "
        "spki cdcdcdcdcdcdcdcd…"
    )


def test_a_certificate_of_which_little_could_be_read() -> None:
    bare = certificate(
        names=(), subject="", issuer="", not_before="", not_after="", key_type="", key_size=None
    )
    assert describe_certificate(bare) == "no name, ? to ?, by nobody, key unknown, spki cdcdcdcdcdcdcdcd…"


def test_the_dialogue_of_a_burst() -> None:
    lines = list(dialogue(facts_of("own-bytes-answered")))
    assert lines[0].startswith("connection 1 of 1, to ask burst (TLS1.2, name www.example)")
    assert (
        "  = own bytes (no padding), 16365 bytes: came back whole, 16365 bytes equal to what we sent after 1.0 ms"
        in lines
    )
    assert lines[-1].startswith("  = we closed after ")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.what)
def test_every_part_and_end_has_its_words(example: object) -> None:
    from tests.assess.examples import Example

    assert isinstance(example, Example)
    text = "\n".join(dialogue(example.facts))
    assert text.count("connection ") == len(example.facts["connections"])
    assert text.count("bytes: ") == sum(len(each["parts"]) for each in example.facts["connections"])
    for each in example.facts["connections"]:
        for alert in each["alerts"]:
            assert f"alert: {alert}" in text


@given(any_facts)
def test_any_facts_have_a_dialogue_that_prints(facts: Facts) -> None:
    assert all(line.isprintable() for line in dialogue(facts))


def test_the_examples_are_of_every_rule() -> None:
    assert {example.rule for example in EXAMPLES} == {rule.name for rule in RULES}
