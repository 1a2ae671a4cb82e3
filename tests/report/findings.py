"""Findings to print, short to write."""

from typing import Any

from hemostat.assess.copies import judge_copy
from hemostat.evidence import KINDS
from hemostat.report.finding import Finding

__all__ = ["finding", "not_looked_into"]


def finding(
    *, path: str = "/opt/app.whl", inside: tuple[str, ...] = ("app/libssl.so.1.0.0",), **said: Any
) -> Finding:
    """The finding that facts of a copy come to."""
    facts: dict[str, Any] = dict(KINDS["copy"].example) | said
    verdict = judge_copy(facts)
    return Finding(
        path=path,
        inside=inside,
        verdict=verdict.word,
        reason=verdict.reason,
        explanation=verdict.explanation,
        family=facts["family"],
        version=facts["version"],
        form=facts["form"],
        evidence={"observation": None, "subject": None, "rule": verdict.rule, "facts": facts, "proof": None},
        observed_at="2026-11-25T12:00:00.000000Z",
    )


def not_looked_into(why: str, *, path: str = "/var/big", harmless: bool = False) -> Finding:
    return Finding(
        path=path,
        inside=(),
        verdict=None if harmless else "inconclusive",
        reason=why,
        explanation="Nothing is known of what is in it.",
        family=None,
        version=None,
        form=None,
        evidence={"observation": None, "subject": None, "rule": None, "facts": None, "proof": None},
        observed_at="2026-11-25T12:00:00.000000Z",
    )
