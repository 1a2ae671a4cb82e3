import copy
import re
from string import Formatter
from types import MappingProxyType
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess import RULES, Verdict, judge, judge_failure
from hemostat.assess.before_tls import REFUSED
from hemostat.assess.reading import Reading
from hemostat.assess.rule import Rule, VerdictWord
from hemostat.assess.table import reasons
from hemostat.assess.verdicts import FAILURES
from tests.assess.examples import (
    DTLS,
    EXAMPLES,
)
from tests.assess.facts import (
    Example,
    Facts,
    any_connection,
    any_facts,
    connection,
    failed,
    part,
    probe,
    silent,
)

WORDS = get_args(VerdictWord)
FINE = ("patched", "not-affected")
WHAT_TO_TRY = re.compile(
    r"\b(ask|look|name it|give|judge|prove it|is (the|its|it)\b.*\?)|--[a-z]", re.IGNORECASE
)
RULE = {rule.name: rule for rule in RULES}


def identifier(value: object) -> str | None:
    return f"{value.rule}: {value.what}" if isinstance(value, Example) else None


# -- the table -----------------------------------------------------------------------------------------------


def test_rules_have_names_of_their_own() -> None:
    assert len(RULE) == len(RULES)
    assert {rule.word for rule in RULES} == set(WORDS)


def test_every_rule_has_an_example() -> None:
    assert {example.rule for example in EXAMPLES} == set(RULE)


@pytest.mark.parametrize("example", EXAMPLES, ids=identifier)
def test_a_rule_decides_its_example(example: Example) -> None:
    verdict = judge(example.facts)
    assert (verdict.rule, verdict.reason) == (example.rule, example.reason)
    assert verdict.word == RULE[example.rule].word


@pytest.mark.parametrize("example", EXAMPLES, ids=identifier)
def test_places_are_filled_and_nothing_is_filled_in_vain(example: Example) -> None:
    rule = RULE[example.rule]
    texts = rule.reason + rule.explanation
    places = {field for _, field, _, _ in Formatter().parse(texts) if field is not None}
    details = rule.details(Reading(example.facts))
    assert places == set(details)
    assert all(value not in (None, "") for value in details.values())
    assert not set("{}") & set(judge(example.facts).explanation)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_an_explanation_is_made_of_sentences(rule: Rule) -> None:
    assert rule.explanation[-1] in ".?)}"
    assert "  " not in rule.explanation
    assert "\n" not in rule.explanation
    if rule.word == "inconclusive" and rule.name != "silent":
        assert rule.explanation.startswith("Nothing is proved: ")


def test_what_is_vulnerable_is_told_what_to_do() -> None:
    verdict = judge(probe(connection("burst", part("own-bytes", "equal"))))
    assert verdict.word == "vulnerable"
    for word in ("16365 bytes", "Upgrade", "stop and start", "key and certificate"):
        assert word in verdict.explanation


@pytest.mark.parametrize("example", EXAMPLES, ids=identifier)
def test_what_is_not_decided_is_told_what_to_try(example: Example) -> None:
    if RULE[example.rule].word in ("inconclusive", "unreachable"):
        assert WHAT_TO_TRY.search(judge(example.facts).explanation)


@pytest.mark.parametrize("sentence", [*FAILURES.values(), *REFUSED.values()])
def test_whatever_stood_in_the_way_there_is_something_to_try(sentence: str) -> None:
    assert WHAT_TO_TRY.search(sentence)


def test_the_silent_udp_port_says_what_may_be_silent() -> None:
    explanation = judge(probe(silent("turns"), transport="udp")).explanation
    for word in ("no service", "filter", "tls-auth"):
        assert word in explanation
    assert "UDP" not in judge(probe(silent())).explanation


# -- whatever the facts --------------------------------------------------------------------------------------


def documented(verdict: Verdict) -> bool:
    """Whether the reason is one that its rule is documented to give; a nameless alert is its number."""
    reason = verdict.reason
    name = "alert-close_notify" if reason.startswith("alert-") and reason[6:].isdigit() else reason
    return name in reasons(RULE[verdict.rule])


@given(any_facts)
def test_any_facts_get_one_verdict(facts: Facts) -> None:
    before = copy.deepcopy(facts)
    verdict = judge(MappingProxyType(facts))
    assert verdict.word in WORDS
    assert documented(verdict), verdict
    assert len(verdict.explanation) > 20
    assert not set("{}") & set(verdict.explanation)
    assert "None" not in verdict.explanation
    assert facts == before, "judging changes nothing"
    assert judge(facts) == verdict


@given(any_facts)
def test_exactly_the_first_rule_that_applies_answers(facts: Facts) -> None:
    reading = Reading(facts)
    applying = [rule.name for rule in RULES if rule.applies(reading)]
    assert applying[0] == judge(facts).rule
    assert applying[-1] == RULES[-1].name


def answered(facts: Facts, *names: str) -> list[Facts]:
    return [
        item
        for one in facts["connections"]
        for item in one["parts"]
        if item["part"] in names and item["answer"] in ("equal", "equal-so-far")
    ]


@given(any_facts)
def test_vulnerable_is_own_bytes_back_and_nothing_else(facts: Facts) -> None:
    verdict = judge(facts)
    back = bool(answered(facts, "own-bytes"))
    assert (verdict.word == "vulnerable") is (back and verdict.rule != "padding-unchecked")
    assert back or verdict.rule != "padding-unchecked"


@given(any_facts)
def test_what_patched_cannot_do_without(facts: Facts) -> None:
    """Own bytes that were ignored or refused, **and** a control that was answered; and nothing against it."""
    if judge(facts).word != "patched":
        return
    everything = [item for one in facts["connections"] for item in one["parts"]]
    assert any(item["part"] == "own-bytes" and item["answer"] in ("none", "alert") for item in everything)
    assert answered(facts, "control", "large-control")
    assert not answered(facts, "own-bytes")
    assert not any(item["answer"] == "different" for item in everything)
    if facts["transport"] == "udp":
        unanswered = [i for i in everything if i["part"] == "own-bytes" and i["answer"] in ("none", "alert")]
        assert min(len(unanswered), len(answered(facts, "large-control"))) >= 6


@given(any_facts)
def test_what_not_affected_cannot_do_without(facts: Facts) -> None:
    """A hello without heartbeats, a control missing over SSL 3.0, TLS 1.3, or something that is no TLS."""
    verdict = judge(facts)
    if verdict.word != "not-affected":
        return
    assert not answered(facts, "own-bytes")
    if verdict.reason in ("ssh", "plain-http"):
        assert {"ssh": "ssh", "plain-http": "http"}[verdict.reason] in [
            c["not_tls"] for c in facts["connections"]
        ]
        assert all(
            c["version"] is None or c["asked"] in ("certificate", "after-handshake")
            for c in facts["connections"]
        )
    elif verdict.reason == "ssl30-no-heartbeats":
        assert any(c["version"] == "SSL3.0" and len(c["parts"]) > 1 for c in facts["connections"])
    else:
        assert all(c["heartbeat"] is None for c in facts["connections"])
        assert any(c["version"] not in (None, "SSL3.0") for c in facts["connections"])


@given(any_facts, st.lists(any_connection(), max_size=3), st.integers(0, 5))
def test_vulnerable_never_disappears_by_looking_again(facts: Facts, more: list[Facts], at: int) -> None:
    if judge(facts).word != "vulnerable":
        found = connection("own-bytes", part("own-bytes", "equal"))
        facts = {**facts, "connections": [*facts["connections"], found]}
    assert judge(facts).word == "vulnerable"
    together = [*facts["connections"][:at], *more, *facts["connections"][at:]]
    assert judge({**facts, "connections": together}).word == "vulnerable"


# -- evidence lost -------------------------------------------------------------------------------------------


def weakenings(facts: Facts) -> list[Facts]:
    """The same facts with one piece lost of what can prove the fix: that a control or a flush was answered,
    or that a connection ended in order. What was asked stays, and so does an answer that speaks against it.
    """
    found = []
    for at, one in enumerate(facts["connections"]):
        orderly = one["ended"] == "fin" and facts["transport"] == "tcp"
        others: list[Facts] = [{**one, "ended": end} for end in ("reset", "ours") if orderly]
        for index, item in enumerate(one["parts"]):
            if item["part"] != "own-bytes" and item["answer"] in ("equal", "equal-so-far", "alert"):
                lost = {**item, "answer": "none", "bytes": 0, "microseconds": None}
                others.append({**one, "parts": [*one["parts"][:index], lost, *one["parts"][index + 1 :]]})
        found += [
            {**facts, "connections": [*facts["connections"][:at], other, *facts["connections"][at + 1 :]]}
            for other in others
        ]
    return found


@given(any_facts)
def test_what_is_not_proved_is_not_proved_by_less(facts: Facts) -> None:
    """From `inconclusive` no loss of answers leads to `patched`.

    In turns over UDP an answer also tells what silence to others is worth (the peer goes on, so they got lost): there
    `test_what_patched_cannot_do_without` is what holds.
    """
    turns = facts["transport"] == "udp" and any(one["asked"] == "turns" for one in facts["connections"])
    if judge(facts).word == "inconclusive" and not turns:
        assert "patched" not in {judge(weaker).word for weaker in weakenings(facts)}


PROVED = [example for example in EXAMPLES if RULE[example.rule].word == "patched"]


@pytest.mark.parametrize("example", PROVED, ids=identifier)
def test_patched_falls_with_what_it_rests_on(example: Example) -> None:
    """Less evidence is at most `inconclusive`; without any answered control it is."""
    for weaker in weakenings(example.facts):
        assert judge(weaker).word in ("patched", "inconclusive")
    without: Facts = copy.deepcopy(example.facts)
    for one in without["connections"]:
        for item in one["parts"]:
            if item["part"] in ("control", "large-control"):
                item.update(answer="none", bytes=0, microseconds=None)
    assert judge(without).word == "inconclusive"


@pytest.mark.parametrize("example", PROVED, ids=identifier)
def test_patched_is_never_found_half_way(example: Example) -> None:
    """A probe that is cut short has proved nothing (UDP: one question more or less may be one too many)."""
    connections = example.facts["connections"]
    for stop in range(len(connections)):
        cut = judge({**example.facts, "connections": connections[:stop]})
        assert cut.word == "inconclusive" or example.facts["transport"] == "udp"


@pytest.mark.parametrize("example", EXAMPLES, ids=identifier)
def test_nothing_that_was_cut_short_is_not_affected(example: Example) -> None:
    if RULE[example.rule].word == "not-affected":
        return
    for stop in range(len(example.facts["connections"])):
        cut = judge({**example.facts, "connections": example.facts["connections"][:stop]})
        assert cut.word != "not-affected"


@pytest.mark.parametrize("example", EXAMPLES, ids=identifier)
def test_any_other_answer_undoes_proof(example: Example) -> None:
    """One heartbeat that is not ours, and nothing is patched or not affected any more."""
    word = RULE[example.rule].word
    strange = connection("own-bytes", part("own-bytes", "different"))
    if example.facts["transport"] == "udp":
        strange = {**strange, **DTLS}
    more: dict[str, Any] = {**example.facts, "connections": [*example.facts["connections"], strange]}
    assert judge(more).word == ("vulnerable" if word == "vulnerable" else "inconclusive")


# -- nobody to probe -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", FAILURES)
def test_nobody_to_probe(code: str) -> None:
    assert judge_failure(code) == Verdict("unreachable", code, FAILURES[code], "no-connection")
    assert judge(probe(failed(code))) == judge_failure(code)


@given(st.text(max_size=20))
def test_an_unknown_failure_is_one_all_the_same(code: str) -> None:
    verdict = judge_failure(code)
    assert verdict.word == "unreachable"
    assert verdict.reason in FAILURES
    assert verdict.explanation == FAILURES[verdict.reason]
