"""`why`: what the ledger holds about what a user names, judged by the rules of today."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from hemostat.api.answers import read_shown
from hemostat.api.targets import read_target
from hemostat.assess import Verdict, judge, judge_failure
from hemostat.errors import HemostatError
from hemostat.evidence import EvidenceError, Observation, find, parse
from hemostat.report import Judged, Question, Reasons, question_of
from hemostat.report.disagreement import SEVERITY
from hemostat.targets import TargetError

if TYPE_CHECKING:
    from hemostat.certificates import Certificate
    from hemostat.ledger import Ledger

__all__ = ["NothingKnown", "why"]

_MOST_SHOWN: Final = 20
_JUDGED: Final = ("probe", "lookup")
_LEAST_PREFIX: Final = 4


class NothingKnown(HemostatError):
    """The ledger holds no observation of what was asked about."""


def why(what: str, *, ledger: str) -> list[Reasons]:
    """What is known of `what`, an entry for each asset, the worst first: a target as `check` takes it, an asset's name
    (`tcp:192.0.2.7:443@office`), a certificate or key by its SHA-256 or the first digits of it, an observation by its
    digest likewise, a run (`run:…`) for all that it looked at. Of a target that is a name counts what was asked as that
    name; of one with a scheme, what was asked over its transport.

    Raises `NothingKnown`, `LedgerError`.
    """
    from hemostat.ledger import open_ledger

    with open_ledger(ledger, create=False) as opened:
        found = [*_by_target(opened, what)] or [*_by_name(opened, what)] or [*_by_digest(opened, what)]
        if not found:
            raise NothingKnown(
                f"{opened.shown} holds no observation of that; ask it first: hemostat check TARGET"
            )
        return sorted(found, key=_severity)


def _severity(reasons: Reasons) -> int:
    """The worst first; what has no verdict last."""
    standing = reasons.standing
    return len(SEVERITY) if standing is None else SEVERITY.index(standing.verdict.word)


def _by_target(ledger: "Ledger", what: str) -> Iterator[Reasons]:
    try:
        target = read_target(what)
    except TargetError:
        return
    port = target.port if _names_port(what) else None
    host = None if target.address else target.host
    transport = target.transport if "://" in what else None
    for subject in ledger.subjects(target.host, port):
        if _is(subject, "run"):
            rows = ledger.newest(subject, kinds=["lookup"])
            yield from _reasons(ledger, f"{target.host} (nobody was asked)", rows, host, transport)
        elif transport is None or subject.startswith(f"{transport}:"):
            yield from _reasons(ledger, subject, ledger.newest(subject, kinds=_JUDGED), host)


def _by_name(ledger: "Ledger", what: str) -> Iterator[Reasons]:
    try:
        name = parse(what)
    except EvidenceError:
        return
    if name.type in ("certificate", "key"):
        yield from _shown_by(ledger, name)
    elif name.type == "run":
        yield from _looked_at(ledger, name)
    else:
        yield from _reasons(ledger, name, ledger.newest(name, kinds=_JUDGED))


def _by_digest(ledger: "Ledger", what: str) -> Iterator[Reasons]:
    of, colon, digits = what.lower().rstrip("….").rpartition(":")
    if len(digits) < _LEAST_PREFIX or not set(digits) <= set("0123456789abcdef"):
        return
    if not colon:
        for row in islice(ledger.with_digest(digits), _MOST_SHOWN):
            if row.kind in _JUDGED:
                yield from _reasons(ledger, row.subject, iter([row]))
    for prefix, shown in (("cert", _shown_by), ("run", _looked_at)):
        if of == prefix or (not colon and prefix == "cert"):
            for name in islice(ledger.find(f"{prefix}:{digits}"), _MOST_SHOWN):
                yield from shown(ledger, name)
    for known in ledger.certificates() if of in ("", "spki") else ():
        if known.certificate is not None and known.certificate.spki_sha256.startswith(digits):
            yield from _shown_by(ledger, f"cert:{known.sha256}")


def _shown_by(ledger: "Ledger", name: str) -> Iterator[Reasons]:
    """What is known of each endpoint that showed a certificate, or any certificate of a key."""
    certificates = [name]
    if name.startswith("spki:"):
        spki = name.removeprefix("spki:")
        certificates = [f"cert:{known.sha256}" for known in ledger.certificates(spki=spki)]
    subjects = {
        row.subject: None for each in certificates for row in ledger.observations(kinds=["probe"], link=each)
    }
    for subject in subjects:
        yield from _reasons(ledger, subject, ledger.newest(subject, kinds=_JUDGED))


def _looked_at(ledger: "Ledger", run: str) -> Iterator[Reasons]:
    """What a run saw, of each endpoint, and which names it found no address for."""
    seen: dict[str, list[Observation]] = {}
    for row in ledger.rows(run):
        if row.kind in _JUDGED:
            seen.setdefault(row.subject, []).append(row)
    for subject, rows in seen.items():
        if subject != run:
            yield from _reasons(ledger, subject, reversed(rows))
            continue
        for row in rows:
            yield from _reasons(ledger, f"{_host(row)} (nobody was asked)", iter([row]))


def _reasons(
    ledger: "Ledger",
    subject: str,
    rows: Iterator[Observation],
    host: str | None = None,
    transport: str | None = None,
) -> Iterator[Reasons]:
    """The newest rows, and of what counts (`Reasons`) beyond them one row for each word not yet among them; of those
    that asked for `host`, over `transport`, where these are given.
    """
    judged: list[Judged] = []
    broken: list[Observation] = []
    older = 0
    newest_runs: dict[Question, str] = {}
    words: set[tuple[Question, str]] = set()
    for row in rows:
        try:
            row.check()
        except EvidenceError:
            broken.append(row)
            continue
        if find(row.kind, row.kind_version) is None:
            continue
        question = question_of(row)
        if host is not None and question.host != host:
            continue
        if transport is not None and row.values()["transport"] != transport:
            continue
        counts = newest_runs.setdefault(question, row.run) == row.run
        if not counts and len(judged) >= _MOST_SHOWN:
            older += 1
            continue
        verdict = _verdict(row)
        said = (question, verdict.word)
        if len(judged) < _MOST_SHOWN or said not in words:
            judged.append(Judged(row, verdict, tuple(_certificates(ledger, row))))
        else:
            older += 1
        if counts:
            words.add(said)
    if judged or broken:
        yield Reasons(subject, tuple(judged), older, tuple(broken))


def _verdict(row: Observation) -> Verdict:
    facts: Any = row.values()
    return judge(facts) if row.kind == "probe" else judge_failure(str(facts["failure"]))


def _certificates(ledger: "Ledger", row: Observation) -> "Iterator[Certificate]":
    facts: Any = row.values()
    digests = (digest for each in facts.get("connections", ()) for digest in each["certificates"])
    for digest in dict.fromkeys(digests):
        der = ledger.blob(digest)
        certificate = None if der is None else read_shown(der)
        if certificate is not None and certificate.sha256 == digest:
            yield certificate


def _names_port(what: str) -> bool:
    """Whether a port, or a scheme that has one, was written: else every port of the host is meant."""
    return "://" in what or read_target(what, port=1).port == read_target(what, port=2).port


def _host(row: Observation) -> str:
    try:
        facts: Any = row.values()
        return str(facts["host"])
    except (EvidenceError, LookupError, TypeError):
        return "a name"


def _is(name: str, of: str) -> bool:
    try:
        return parse(name).type == of
    except EvidenceError:
        return False
