"""`why`: from a verdict down to the observation, the connections and the parts that it rests on."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hemostat.assess import Verdict
from hemostat.certificates import Certificate
from hemostat.evidence import Observation
from hemostat.report.evidence import describe_certificate, dialogue

__all__ = ["Judged", "Reasons", "reasons_json", "reasons_text"]

_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """An observation, what the rules of today say of it, and the certificates that it shows, where they are kept."""

    observation: Observation
    verdict: Verdict
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasons:
    """All that is known of one asset. `judged`: newest first, at least one; `older`: how many more there are."""

    subject: str
    judged: tuple[Judged, ...]
    older: int = 0

    @property
    def newest_of_each_vantage(self) -> tuple[Judged, ...]:
        """What each vantage saw last: where they differ, the worse stands."""
        found: dict[str, Judged] = {}
        for each in self.judged:
            found.setdefault(each.observation.vantage, each)
        return tuple(found.values())


def reasons_text(reasons: Reasons) -> str:
    """The tree as text, ending in a line break: the newest observation whole, older ones a line each."""
    return "".join(f"{line}\n" for line in _lines(reasons))


def _lines(reasons: Reasons) -> Iterator[str]:
    newest, *older = reasons.judged
    verdict, seen = newest.verdict, newest.observation
    yield f"{reasons.subject}: {verdict.word} ({verdict.reason})"
    yield from _wrapped(verdict.explanation, "  ")
    yield f"  by the rule {verdict.rule} (docs/verdicts.md)"
    yield f"  from observation {seen.digest}"
    yield f"    row {seen.seq} of {seen.run}, {seen.source} {seen.source_version}"
    yield f"    seen {seen.observed_at} from {seen.vantage}, written down {seen.recorded_at}"
    if seen.is_ahead:
        yield "    dated more than five minutes after it was written down: kept, and never the newest"
    facts: Any = seen.values()
    if seen.kind == "probe":
        yield from (f"    {line}" for line in dialogue(facts))
    else:
        yield from (f"    {key}: {value}" for key, value in facts.items())
    for certificate in newest.certificates:
        yield f"    cert:{certificate.sha256}"
        yield f"      {describe_certificate(certificate)}"
    words = {each.observation.vantage: each.verdict.word for each in reasons.newest_of_each_vantage}
    if len(set(words.values())) > 1:
        said = ", ".join(f"{vantage} saw {word}" for vantage, word in words.items())
        yield from _wrapped(
            f"Vantages disagree: {said}. The worse stands until it is settled from inside.", "  "
        )
    if older:
        yield "  earlier:"
    for each in older:
        row = each.observation
        yield f"    {row.observed_at}  {each.verdict.word} ({each.verdict.reason})  {row.vantage}  {row.digest[:16]}"
    if reasons.older:
        yield f"    and {reasons.older} before these"


def reasons_json(reasons: Reasons) -> dict[str, Any]:
    """The same as values that JSON has."""
    return {
        "subject": reasons.subject,
        "observations": [_judged_json(each) for each in reasons.judged],
        "older": reasons.older,
    }


def _judged_json(each: Judged) -> dict[str, Any]:
    row = each.observation
    values = {
        name: getattr(row, name)
        for name in (
            "run",
            "seq",
            "digest",
            "prev",
            "kind",
            "observed_at",
            "recorded_at",
            "source",
            "source_version",
        )
    }
    return values | {
        "vantage": row.vantage,
        "verdict": each.verdict.word,
        "reason": each.verdict.reason,
        "explanation": each.verdict.explanation,
        "rule": each.verdict.rule,
        "facts": row.values(),
        "links": list(row.links),
        "certificates": [certificate.as_json() for certificate in each.certificates],
    }


def _wrapped(text: str, indent: str) -> Sequence[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
