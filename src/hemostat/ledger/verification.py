"""Does everything in the ledger hold? Each chain and its count, each blob, the index, and a seal if one is given."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from heapq import merge
from itertools import groupby
from typing import Any, Final

from hemostat.evidence import Chain, ChainState, find
from hemostat.ledger import certificate_table, index
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.named import MOST_NAMED, Named, Names
from hemostat.ledger.rows import BLOB_LINK, SELECTED, any_row, mentions
from hemostat.ledger.seals import Head, SealCheck, SealChecker, make_seal, read_seal, sealed_heads
from hemostat.ledger.store import Reader, Row, Store

__all__ = ["Verification", "verify"]

_CERTIFICATE_COLUMNS: Final = ", ".join(f"c.{column}" for column in certificate_table.COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What holds in a ledger, and what does not."""

    runs: int
    """All of them: `whole` + `cut_off` + `broken`."""
    whole: int
    cut_off: int
    """Runs without an end: their writer was killed, or still writes. Nothing is wrong with what they hold."""
    broken: int
    """Runs with a row that was changed, taken out or put in."""
    not_whole: tuple[ChainState, ...]
    """The cut-off and the broken runs, each with its reason; the first thousand by name."""
    observations: int
    """Rows that hold."""
    ahead: int
    """Of these, rows dated more than five minutes after they were written down: kept, never the newest."""
    unknown: Mapping[str, int]
    """Of these, rows of a kind that this version doesn't know, by kind and version (`probe/9`): kept, not judged."""
    blobs: int
    changed_blobs: Named
    """Blobs whose bytes aren't those of their digest, by SHA-256."""
    missing_blobs: Named
    """Certificates that observations link to and whose bytes aren't here, by name. Nothing is forged by that."""
    index_holds: bool | None
    """The derived tables say what the rows and blobs say; `Ledger.rebuild` makes them anew. None: not looked at, since
    a run is broken.
    """
    seal: SealCheck | None
    """None where no seal was given."""

    @property
    def holds(self) -> bool:
        """Nothing was changed, taken out or put in, as far as can be told."""
        return (
            not self.broken
            and not self.changed_blobs.count
            and self.index_holds is True
            and (self.seal is None or self.seal.holds)
        )

    def as_json(self) -> Mapping[str, Any]:
        """All of it, as values that JSON has."""
        seal = None if self.seal is None else self.seal.as_json()
        return {**asdict(self), "unknown": dict(self.unknown), "seal": seal, "holds": self.holds}


def verify(store: Store, seal: str | None) -> Verification:
    """Read all that there is, once, in little memory.

    Raises LedgerError: `bad-seal`; `damaged` where the database itself can't be read.
    """
    given = None if seal is None else read_seal(seal)
    store.check_structure()
    try:
        index.catch_up(store)
        certificate_table.fill(store)
    except LedgerError as error:
        # A row that can't be indexed is one that the chain of its run will tell of.
        if error.code != "damaged":
            raise
    with store.reading() as reader:
        checker = None if given is None else SealChecker(given, sealed_heads(given, _blob_of(reader)))
        runs = _Runs(checker)
        now = make_seal(runs.checked(reader), lambda sha256, data: None)
        blobs = _Blobs()
        blobs.check(reader)
        holds = None
        if not runs.states["broken"]:
            holds = not blobs.stale and _sum_of_index(reader, runs.key) == _sum_of_rows(reader, runs)
        return Verification(
            runs=runs.states.total(),
            whole=runs.states["whole"],
            cut_off=runs.states["cut-off"],
            broken=runs.states["broken"],
            not_whole=tuple(runs.not_whole),
            observations=runs.observations,
            ahead=runs.ahead,
            unknown=dict(sorted(runs.unknown.items())),
            blobs=blobs.count,
            changed_blobs=blobs.changed.named(),
            missing_blobs=_missing_blobs(reader),
            index_holds=holds,
            seal=None if checker is None else checker.result(now),
        )


class _Runs:
    """Goes through all rows, run by run."""

    def __init__(self, checker: SealChecker | None) -> None:
        self._checker = checker
        self.key = os.urandom(32)
        self.mentioned = index.Fingerprint(self.key)
        self.states: Counter[str] = Counter()
        self.not_whole: list[ChainState] = []
        self.observations = 0
        self.ahead = 0
        self.unknown: Counter[str] = Counter()

    def checked(self, reader: Reader) -> Iterator[Head]:
        """The head of each run, as far as it holds."""
        rows = reader.stream(f"SELECT o.id, {SELECTED} FROM observation o ORDER BY o.run, o.seq")
        for run, of_run in groupby(rows, key=lambda row: row[1]):
            # A name that isn't text was tampered with: whatever is shown of it, its chain is broken.
            name = run if isinstance(run, str) else repr(run)
            state, digest_then = self._follow(name, of_run)
            self.states[state.state] += 1
            if state.state != "whole" and len(self.not_whole) < MOST_NAMED:
                self.not_whole.append(state)
            if self._checker is not None:
                self._checker.add(name, state.count, digest_then)
            if state.count:
                yield Head(name, state.count, state.head)

    def _follow(self, run: str, rows: Iterator[Row]) -> tuple[ChainState, str | None]:
        """What the rows of one run show, and the digest of the last of them that was sealed."""
        chain = Chain(run)
        sealed = None if self._checker is None else self._checker.sealed_count(run)
        digest_then = None
        held = 0
        for number, *row in rows:
            observation = any_row(row)
            chain.add(observation)
            if chain.state().count == held:
                continue
            held += 1
            self.observations += 1
            self.ahead += observation.is_ahead
            if find(observation.kind, observation.kind_version) is None:
                self.unknown[f"{observation.kind}/{observation.kind_version}"] += 1
            for name, role in mentions(observation):
                self.mentioned.add(name, role, number)
            if held == sealed:
                digest_then = observation.digest
        return chain.state(), digest_then


class _Blobs:
    """Goes through all blobs, with what the table of certificates says of each."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = Names()
        self.stale = False

    def check(self, reader: Reader) -> None:
        rows = reader.stream(
            f"SELECT b.sha256, b.data, {_CERTIFICATE_COLUMNS} FROM blob b"
            " LEFT JOIN certificate c ON c.sha256 = b.sha256 ORDER BY b.sha256"
        )
        for digest, data, *certificate in rows:
            self.count += 1
            if not isinstance(data, bytes) or sha256(data).hexdigest() != digest:
                self.changed.add(str(digest))
            elif certificate[0] is not None and certificate_table.differs(certificate, data):
                self.stale = True


def _blob_of(reader: Reader) -> Callable[[str], bytes | None]:
    def blob(digest: str) -> bytes | None:
        rows = reader.all("SELECT b.data FROM blob b WHERE b.sha256 = :digest", digest=digest)
        return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None

    return blob


def _sum_of_rows(reader: Reader, runs: _Runs) -> int:
    """Of what the index should hold: the mentions of all rows, less those that aren't in it yet."""
    later = index.Fingerprint(runs.key)
    for number, observation in index.unindexed(reader):
        for name, role in mentions(observation):
            later.add(name, role, number)
    return (runs.mentioned.sum - later.sum) % (1 << 256)


def _sum_of_index(reader: Reader, key: bytes) -> int:
    indexed = index.Fingerprint(key)
    for name, role, number in reader.stream("SELECT name, role, id FROM mention"):
        indexed.add(name, role, number)
    return indexed.sum


def _missing_blobs(reader: Reader) -> Named:
    indexed = reader.stream(
        "SELECT DISTINCT m.name FROM mention m WHERE m.name >= :first AND m.name < :end AND m.role = 'link'"
        " AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = substr(m.name, :digest)) ORDER BY m.name",
        first=BLOB_LINK,
        end=BLOB_LINK + index.AFTER_ALL,
        digest=len(BLOB_LINK) + 1,
    )
    blob = _blob_of(reader)
    later = {
        link
        for _, observation in index.unindexed(reader, damaged="skip")
        for link in observation.links
        if link.startswith(BLOB_LINK) and blob(link.removeprefix(BLOB_LINK)) is None
    }
    missing = Names()
    for name, _ in groupby(merge((name for (name,) in indexed), sorted(later))):
        missing.add(name)
    return missing.named()
