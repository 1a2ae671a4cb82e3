"""Answers to print, short to write."""

import copy
from typing import Any

from hypothesis import strategies as st

from hemostat.assess import judge
from hemostat.certificates import Certificate
from hemostat.report import Answer
from tests.assess.examples import EXAMPLES
from tests.assess.facts import Facts, any_facts

__all__ = ["answer", "any_answer", "bad_line", "certificate", "facts_of"]


def facts_of(rule: str) -> Facts:
    """Facts that this rule decides."""
    return copy.deepcopy(next(example.facts for example in EXAMPLES if example.rule == rule))


def certificate(**changed: Any) -> Certificate:
    """A certificate; not one that was read."""
    values: dict[str, Any] = {
        "sha256": "ab" * 32,
        "subject": "CN=www.example",
        "names": ("www.example", "example"),
        "issuer": "CN=A CA,O=Example",
        "serial": "0123",
        "not_before": "2026-01-01T00:00:00.000000Z",
        "not_after": "2027-01-01T00:00:00.000000Z",
        "spki_sha256": "cd" * 32,
        "key_type": "rsa",
        "key_size": 2048,
        "self_signed": False,
        "signature_algorithm": "sha256WithRSAEncryption",
        "unread": (),
    }
    return Certificate(**values | changed)


def answer(rule: str = "not-offered", **changed: Any) -> Answer:
    """The answer that facts which `rule` decides come to, about www.example at 192.0.2.7."""
    facts = facts_of(rule)
    verdict = judge(facts)
    values: dict[str, Any] = {
        "target": "www.example",
        "address": "192.0.2.7",
        "port": 443,
        "dialect": "tls",
        "verdict": verdict.word,
        "reason": verdict.reason,
        "explanation": verdict.explanation,
        "evidence": {"observation": None, "subject": None, "rule": verdict.rule, "facts": facts},
        "certificate": None,
        "chain": (),
        "observed_at": "2026-11-24T12:00:00.000000Z",
        "how": verdict.how,
    }
    return Answer(**values | changed)


def bad_line(number: int | None = 7, source: str | None = None) -> Answer:
    """The answer to a line of a list that names no target."""
    evidence = {"observation": None, "subject": None, "rule": None, "facts": None, "line": number}
    return answer(
        target="x:y",
        address=None,
        port=None,
        dialect=None,
        verdict=None,
        reason="bad-port",
        explanation="'y' is no port; a port is a whole number from 1 to 65535",
        evidence=evidence if source is None else {**evidence, "source": source},
    )


def _made(facts: Facts, target: str, names: list[str], shown: bool) -> Answer:
    verdict = judge(facts)
    own = certificate(names=tuple(names), subject=target, issuer=target) if shown else None
    return answer(
        target=target,
        verdict=verdict.word,
        reason=verdict.reason,
        explanation=verdict.explanation,
        evidence={"observation": None, "subject": None, "rule": verdict.rule, "facts": facts},
        certificate=own,
    )


any_answer = st.builds(
    _made, any_facts, st.text(max_size=60), st.lists(st.text(max_size=60), max_size=4), st.booleans()
)
"""Any facts, and texts of strangers wherever there are texts."""
