"""A run is a chain: each row holds the digest of the row before. Written by `RunWriter`, read by `Chain`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hemostat.evidence.canonical import digest, encode_checked
from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.kinds import KINDS
from hemostat.evidence.names import parse
from hemostat.evidence.observation import (
    GENESIS,
    MAX_FACTS,
    Observation,
    check_source,
    hashed_text,
    ordered_links,
)
from hemostat.evidence.times import write_time

__all__ = ["Chain", "ChainState", "RunWriter", "verify_chain"]


class RunWriter:
    """Makes the observations of one run, in order. Pure: whoever calls it keeps what it returns, and brings the time.

    `run`: a name that nobody else has (`names.run`); `source`, `source_version`: what looks; `vantage`: from
    where. Raises EvidenceError for malformed ones.
    """

    __slots__ = ("_head", "_next", "_state", "run", "source", "source_version", "vantage")

    def __init__(self, run: str, *, source: str, source_version: str, vantage: str) -> None:
        if parse(run).type != "run":
            raise EvidenceError("not the name of a run")
        check_source(source, source_version, vantage)
        self.run = str(run)
        self.source = source
        self.source_version = source_version
        self.vantage = vantage
        self._head = GENESIS
        self._next = 0
        self._state: Literal["new", "open", "ended"] = "new"

    @property
    def count(self) -> int:
        """Observations made so far."""
        return self._next

    @property
    def head(self) -> str:
        """Digest of the newest of them."""
        return self._head

    def begin(self, *, operator: str, authority: str | None, now: datetime) -> Observation:
        """The first row. Raises EvidenceError for a malformed operator or authority, and when called twice."""
        if self._state != "new":
            raise EvidenceError("the run has begun already")
        facts = {
            "operator": operator,
            "authority": authority,
            "tool": self.source,
            "version": self.source_version,
            "vantage": self.vantage,
        }
        first = self._make("run", self.run, facts, (), now, now)
        self._state = "open"
        return first

    def append(
        self,
        kind: str,
        subject: str,
        facts: Mapping[str, object],
        links: Iterable[str] = (),
        *,
        observed_at: datetime,
        recorded_at: datetime,
    ) -> Observation:
        """The next row. `links` are added to those that the facts speak of.

        Raises EvidenceError, and makes no row, for an unknown kind, for facts or a subject that the kind
        doesn't allow, for malformed links and times without zone, and where the run hasn't begun or has
        ended.
        """
        if self._state != "open":
            raise EvidenceError("the run has not begun, or has ended")
        if kind in ("run", "run-end"):
            raise EvidenceError("a run begins and ends by begin and end")
        return self._make(kind, subject, facts, links, observed_at, recorded_at)

    def end(self, *, now: datetime, outcome: Literal["complete", "interrupted"] = "complete") -> Observation:
        """The last row."""
        if self._state != "open":
            raise EvidenceError("the run has not begun, or has ended")
        facts = {"count": self._next + 1, "outcome": outcome}
        last = self._make("run-end", self.run, facts, (), now, now)
        self._state = "ended"
        return last

    def _make(
        self,
        kind: str,
        subject: str,
        facts: Mapping[str, object],
        links: Iterable[str],
        observed_at: datetime,
        recorded_at: datetime,
    ) -> Observation:
        known = KINDS.get(kind)
        if known is None:
            raise EvidenceError("a kind that is not known here")
        known.check(facts)
        about = parse(subject)
        known.check_subject(about, self.run, facts)
        fields = (
            self.run,
            self._next,
            write_time(observed_at),
            write_time(recorded_at),
            self.source,
            self.source_version,
            self.vantage,
            kind,
            known.version,
            str(about),
            ordered_links(links, known.links(facts)),
            encode_checked(facts, limit=MAX_FACTS),
            self._head,
        )
        row = Observation(*fields, digest(hashed_text(*fields)))
        self._head = row.digest
        self._next += 1
        return row


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a chain shows.

    `whole`: begins with `run`, each row holds the digest of the one before, ends with `run-end` and the right
    count. `cut-off`: the same, but no `run-end` (yet): its writer was killed, or is still writing.
    `broken`: a row was changed, taken out, put in, or never was right.
    """

    state: Literal["whole", "cut-off", "broken"]
    run: str
    count: int
    """Rows that hold, from the first on."""
    head: str
    """Digest of the last of them, GENESIS if there is none."""
    why: str | None = None
    """Broken: why the row with `seq` equal to `count` doesn't hold."""


class Chain:
    """Reads a chain row by row, in order of `seq`; keeps nothing but its head."""

    __slots__ = ("_broken", "_count", "_ended", "_head", "_run", "_writer")

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0
        self._head = GENESIS
        self._ended = False
        self._writer: tuple[str, str, str] | None = None
        self._broken: str | None = None

    def add(self, row: Observation) -> None:
        """Take the next row. What follows a broken row is not looked at."""
        if self._broken is not None:
            return
        try:
            self._follow(row)
        except EvidenceError as error:
            self._broken = str(error)
            return
        self._count += 1
        self._head = row.digest

    def state(self) -> ChainState:
        """What the rows so far show. A chain without any is broken."""
        if self._broken is not None or not self._count:
            return ChainState(
                "broken", self._run, self._count, self._head, self._broken or "no row of it is here"
            )
        return ChainState("whole" if self._ended else "cut-off", self._run, self._count, self._head)

    def _follow(self, row: Observation) -> None:
        if row.run != self._run:
            raise EvidenceError("a row of another run")
        if row.seq != self._count:
            raise EvidenceError(f"row {self._count} is missing")
        if self._ended:
            raise EvidenceError("a row after the end")
        row.check()
        if row.prev != self._head:
            raise EvidenceError("the row before it is not the one that it was written after")
        if (row.kind == "run") != (row.seq == 0):
            raise EvidenceError("a run begins with its run row, and with no other")
        writer = (row.source, row.source_version, row.vantage)
        if writer != (self._writer or writer):
            raise EvidenceError("a row of another source, version or vantage: a run has one writer")
        self._writer = writer
        if row.kind == "run" and row.kind_version == 1:
            facts = row.values()
            if writer != (facts["tool"], facts["version"], facts["vantage"]):
                raise EvidenceError("its run row says another tool, version or vantage than its rows")
        if row.kind == "run-end" and row.kind_version == 1 and row.values()["count"] != row.seq + 1:
            raise EvidenceError("the count at its end is not the count of its rows")
        self._ended = row.kind == "run-end"


def verify_chain(rows: Iterable[Observation]) -> ChainState:
    """What the rows of one run show, given in order of `seq`. Never raises for what a row holds."""
    chain: Chain | None = None
    for row in rows:
        if chain is None:
            chain = Chain(row.run)
        chain.add(row)
    return chain.state() if chain is not None else Chain("").state()
