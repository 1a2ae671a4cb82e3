"""Findings to print, short to write."""

from typing import Any

from hemostat.assess.copies import judge_copy
from hemostat.assess.processes import Mapped, judge_process
from hemostat.evidence import KINDS
from hemostat.report.finding import Finding
from hemostat.report.process_finding import ProcessFinding

__all__ = ["finding", "not_looked_into", "process_finding"]


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


def process_finding(
    *mapped: Mapped,
    cgroup: str | None = "/system.slice/nginx.service",
    shares_mounts: bool | None = True,
    **said: Any,
) -> ProcessFinding:
    """The finding that facts of a process come to."""
    facts: dict[str, Any] = dict(KINDS["process"].example) | said
    judged = judge_process(facts, mapped)
    return ProcessFinding(
        pid=4711,
        exe=facts["exe"],
        user=facts["user"],
        unit=facts["unit"],
        container=facts["container"],
        verdict=judged.verdict.word,
        reason=judged.verdict.reason,
        explanation=judged.verdict.explanation,
        restart=judged.restart,
        caution=judged.caution,
        listening=tuple(facts["listening"]),
        connected=tuple(facts["connected"]),
        cgroup=cgroup,
        shares_mounts=shares_mounts,
        evidence={"observation": None, "subject": None, "rule": judged.verdict.rule, "facts": facts},
        observed_at="2026-11-25T12:00:00.000000Z",
    )
