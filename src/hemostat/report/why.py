"""`why`: from the verdict that stands down to the rule, the observation, the connections and the parts it rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from hemostat.assess import Verdict
from hemostat.assess.rule import VerdictWord
from hemostat.certificates import Certificate
from hemostat.evidence import Observation
from hemostat.report.answer import place_of
from hemostat.report.disagreement import SEVERITY
from hemostat.report.evidence import describe_certificate, dialogue
from hemostat.report.prose import wrapped
from hemostat.report.status import UNDECIDED, VULNERABLE, exit_status
from hemostat.targets import shown

__all__ = ["Judged", "Question", "Reasons", "question_of", "reasons_json", "reasons_status", "reasons_text"]

_STEP: Final = "  "
_DIGITS: Final = 16


class Question(NamedTuple):
    """Who asked whom: behind one address another server may answer to another name."""

    vantage: str
    source: str
    host: str | None
    """What was asked for; None: the address."""
    name: str | None
    """The server name that was sent, on the first connection."""


def question_of(row: Observation) -> Question:
    """What a probe or lookup asked; one whose `check` passes."""
    facts: Any = row.values()
    first = facts.get("connections", ())[:1]
    name = first[0]["offered"]["name"] if first else None
    return Question(row.vantage, row.source, facts["host"], name)


@dataclass(frozen=True, slots=True)
class Judged:
    """An observation, what the rules of today say of it, and the certificates that it shows, where they are kept."""

    observation: Observation
    verdict: Verdict
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class Reasons:
    """What is known of one asset. `judged`: newest first; `older`: how many more there are; `broken`: what was changed
    since it was written, which says nothing. One of `judged` and `broken` at least.

    What counts is what each vantage saw in its newest run that asked for a name: all looks of it, since several servers
    may stand behind one address. Where these differ, the worse stands.
    """

    subject: str
    judged: tuple[Judged, ...]
    older: int = 0
    broken: tuple[Observation, ...] = ()

    @cached_property
    def newest_of_each_vantage(self) -> tuple[Judged, ...]:
        """What counts, newest first. One dated ahead of its recording counts only where there is nothing else."""
        runs: dict[Question, str] = {}
        found = []
        for each in [each for each in self.judged if not each.observation.is_ahead] or self.judged:
            row = each.observation
            if runs.setdefault(question_of(row), row.run) == row.run:
                found.append(each)
        return tuple(found)

    @property
    def standing(self) -> Judged | None:
        """The newest of the worst of what counts; None where nothing holds."""
        return min(
            self.newest_of_each_vantage,
            key=lambda each: SEVERITY.index(each.verdict.word),
            default=None,
        )

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
    if standing is None:
        yield f"{reasons.subject}: no verdict, as nothing that is kept of it holds"
    else:
        verdict = standing.verdict
        yield f"{reasons.subject}: {verdict.word} ({verdict.reason})"
        yield from wrapped(verdict.explanation, width, _STEP)
        if reasons.disagree:
            yield from wrapped(_disagreement(reasons), width, _STEP)
        yield f"{_STEP}by the rule {verdict.rule} (docs/verdicts.md)"
        yield from (f"{_STEP * 2}{line}" for line in _observation(standing))
    for changed in reasons.broken:
        yield (
            f"{_STEP}row {changed.seq} of {shown(changed.run)} does not hold: it was changed. It counts for nothing "
            "(hemostat ledger verify)"
        )
    others = [each for each in reasons.judged if each is not standing]
    if others:
        yield f"{_STEP}also seen, newest first"
    names = {question_of(each.observation)[2:] for each in reasons.judged}
    for each in others:
        row = each.observation
        marked = ", dated ahead of its recording" if row.is_ahead else ""
        yield (
            f"{_STEP * 2}{row.observed_at}  {each.verdict.word} ({each.verdict.reason})  from {row.vantage}  "
            f"{row.digest[:_DIGITS]}{_asked(row) if len(names) > 1 else ''}{marked}"
        )
    if reasons.older:
        yield f"{_STEP * 2}and {reasons.older} more"


def _disagreement(reasons: Reasons) -> str:
    said = "; ".join(f"{vantage} saw {' and '.join(words)}" for vantage, words in reasons.words.items())
    by_name: dict[tuple[str | None, str | None], set[VerdictWord]] = {}
    for each in reasons.newest_of_each_vantage:
        by_name.setdefault(question_of(each.observation)[2:], set()).add(each.verdict.word)
    if len(set(map(frozenset, by_name.values()))) > 1:
        return f"Names disagree: {said}. Another server may answer to another name; the worst stands."
    if len(reasons.words) == 1:
        return f"Looks disagree: {said}. Several servers may stand behind the address; the worst stands."
    return f"Vantages disagree: {said}. The worst stands until it is settled from inside: a filter may stand between."


def _asked(row: Observation) -> str:
    asked = question_of(row)
    name = "  by its address" if asked.host is None else f"  as {asked.host}"
    return name if asked.name is None or asked.name == asked.host else f"{name}, name sent {asked.name}"


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
        via = facts.get("via")
        through = f", through {via['scheme']}://{place_of(via['address'], via['port'])}" if via else ""
        yield f"{_STEP}asked {name} at {place}, {facts['dialect']} over {facts['transport']}{through}"
        yield from (f"{_STEP}{line}" for line in dialogue(facts))
    else:
        yield from (f"{_STEP}{key}: {value}" for key, value in facts.items())
    for certificate in judged.certificates:
        yield f"{_STEP}cert:{certificate.sha256}"
        yield f"{_STEP * 2}{describe_certificate(certificate, row.observed_at)}"


def reasons_json(reasons: Reasons) -> dict[str, Any]:
    """The same as values that JSON has: the verdict that stands and the digest it rests on (null where nothing holds),
    then all observations, and the places of those that don't hold.
    """
    standing = reasons.standing
    return {
        "subject": reasons.subject,
        **_verdict_json(None if standing is None else standing.verdict),
        "standing": None if standing is None else standing.observation.digest,
        "disagree": reasons.disagree,
        "vantages": reasons.words,
        "observations": [_judged_json(each) for each in reasons.judged],
        "older": reasons.older,
        "broken": [{"run": row.run, "seq": row.seq, "digest": row.digest} for row in reasons.broken],
    }


def reasons_status(found: Iterable[Reasons]) -> int:
    """The exit status that these come to: a row that does not hold leaves undecided what it was about."""
    words: set[str | None] = set()
    broken = False
    for each in found:
        words.update(judged.verdict.word for judged in each.newest_of_each_vantage)
        broken = broken or bool(each.broken)
    status = exit_status(words)
    return UNDECIDED if broken and status != VULNERABLE else status


def _verdict_json(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return dict.fromkeys(("verdict", "reason", "explanation", "rule"))
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
