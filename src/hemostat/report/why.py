"""`why`: from the verdict that stands down to the rule, the observation, the connections and the parts it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from hemostat.assess import Verdict
from hemostat.assess.verdicts import VerdictWord
from hemostat.certificates import Certificate
from hemostat.evidence import Observation
from hemostat.report.answer import place_of
from hemostat.report.disagreement import SEVERITY
from hemostat.report.evidence import describe_certificate, dialogue
from hemostat.report.prose import wrapped

__all__ = ["Judged", "Reasons", "reasons_json", "reasons_text"]

_STEP: Final = "  "
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Judged:
    """An observation, what the rules of today say of it, and the certificates that it shows, where they are kept."""

    observation: Observation
    verdict: Verdict
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class Reasons:
    """What is known of one asset. `judged`: newest first, at least one; `older`: how many more there are.

    What counts is what each vantage saw in its newest run: all looks of it, since several servers may stand behind one
    address. Where these differ, the worse stands.
    """

    subject: str
    judged: tuple[Judged, ...]
    older: int = 0

    @cached_property
    def newest_of_each_vantage(self) -> tuple[Judged, ...]:
        """What counts, newest first. One dated ahead of its recording counts only where there is nothing else."""
        runs: dict[tuple[str, str], str] = {}
        found = []
        for each in [each for each in self.judged if not each.observation.is_ahead] or self.judged:
            row = each.observation
            if runs.setdefault((row.vantage, row.source), row.run) == row.run:
                found.append(each)
        return tuple(found)

    @property
    def standing(self) -> Judged:
        """The newest of the worst of what counts."""
        return min(self.newest_of_each_vantage, key=lambda each: SEVERITY.index(each.verdict.word))

    @property
    def disagree(self) -> bool:
        """Whether what counts is of more than one word."""
        return len({each.verdict.word for each in self.newest_of_each_vantage}) > 1

    @property
    def words(self) -> dict[str, list[VerdictWord]]:
        """Vantage → its words, of what counts, the worst first."""
        found: dict[str, set[VerdictWord]] = {}
        for each in self.newest_of_each_vantage:
            found.setdefault(each.observation.vantage, set()).add(each.verdict.word)
        return {vantage: sorted(words, key=SEVERITY.index) for vantage, words in found.items()}


def reasons_text(reasons: Reasons, width: int = 100) -> str:
    """The tree as text, ending in a line break: the observation that stands whole, others a line each.

    Prose wraps at `width` columns; what is to be compared or copied never does.
    """
    return "".join(f"{line}\n" for line in _lines(reasons, width))


def _lines(reasons: Reasons, width: int) -> Iterator[str]:
    standing = reasons.standing
    verdict = standing.verdict
    yield f"{reasons.subject}: {verdict.word} ({verdict.reason})"
    yield from wrapped(verdict.explanation, width, _STEP)
    if reasons.disagree:
        yield from wrapped(_disagreement(reasons), width, _STEP)
    yield f"{_STEP}by the rule {verdict.rule} (docs/verdicts.md)"
    yield from (f"{_STEP * 2}{line}" for line in _observation(standing))
    others = [each for each in reasons.judged if each is not standing]
    if others:
        yield f"{_STEP}also seen, newest first"
    for each in others:
        row = each.observation
        marked = ", dated ahead of its recording" if row.is_ahead else ""
        yield (
            f"{_STEP * 2}{row.observed_at}  {each.verdict.word} ({each.verdict.reason})  from {row.vantage}  "
            f"{row.digest[:_DIGITS]}{marked}"
        )
    if reasons.older:
        yield f"{_STEP * 2}and {reasons.older} more"


def _disagreement(reasons: Reasons) -> str:
    said = "; ".join(f"{vantage} saw {' and '.join(words)}" for vantage, words in reasons.words.items())
    if len(reasons.words) == 1:
        return f"Looks disagree: {said}. Several servers may stand behind the address; the worst stands."
    return f"Vantages disagree: {said}. The worst stands until it is settled from inside: a filter may stand between."


def _observation(judged: Judged) -> Iterator[str]:
    row = judged.observation
    facts: Any = row.values()
    yield f"from observation {row.digest}"
    yield f"{_STEP}row {row.seq} of {row.run}, by {row.source} {row.source_version}"
    yield f"{_STEP}seen {row.observed_at} from {row.vantage}, written down {row.recorded_at}"
    if row.is_ahead:
        yield f"{_STEP}dated more than five minutes after it was written down: kept, and never the newest"
    if row.kind == "probe":
        name = "by its address alone" if facts["host"] is None else f"as {facts['host']}"
        place = place_of(facts["address"], facts["port"])
        yield f"{_STEP}asked {name} at {place}, {facts['dialect']} over {facts['transport']}"
        yield from (f"{_STEP}{line}" for line in dialogue(facts))
    else:
        yield from (f"{_STEP}{key}: {value}" for key, value in facts.items())
    for certificate in judged.certificates:
        yield f"{_STEP}cert:{certificate.sha256}"
        yield f"{_STEP * 2}{describe_certificate(certificate, row.observed_at)}"


def reasons_json(reasons: Reasons) -> dict[str, Any]:
    """The same as values that JSON has: the verdict that stands and the digest it rests on, then all observations."""
    standing = reasons.standing
    return {
        "subject": reasons.subject,
        **_verdict_json(standing.verdict),
        "standing": standing.observation.digest,
        "disagree": reasons.disagree,
        "vantages": reasons.words,
        "observations": [_judged_json(each) for each in reasons.judged],
        "older": reasons.older,
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.word,
        "reason": verdict.reason,
        "explanation": verdict.explanation,
        "rule": verdict.rule,
    }


def _judged_json(judged: Judged) -> dict[str, Any]:
    row = judged.observation
    return {
        **{name: getattr(row, name) for name in row._fields if name not in ("facts", "links")},
        **_verdict_json(judged.verdict),
        "facts": row.values(),
        "links": list(row.links),
        "certificates": [certificate.as_json() for certificate in judged.certificates],
    }
