"""One ledger taken into another: whole runs, each once.

In whatever order ledgers are merged, the content is the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Final

from hemostat.evidence import Chain
from hemostat.ledger.appending import insert_observations
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.index import batches
from hemostat.ledger.rows import SELECTED, any_row, blob_bytes, from_row
from hemostat.ledger.store import Reader, Store, Writer

__all__ = ["Merged", "check_store", "merge_stores"]

_ROWS: Final = 5_000
"""Rows after which a transaction is ended, so that others may write; a run is never divided."""
_BATCH: Final = 500
_BLOB_BYTES: Final = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came in."""

    new_runs: int
    grown_runs: int
    """Runs that were here already, and of which the other ledger had more rows."""
    known_runs: int
    """Runs of which it had nothing more."""
    observations: int
    blobs: int


def check_store(source: Store) -> None:
    """What `merge_stores` checks of the source. Raises LedgerError (`broken-run`, `bad-blob`)."""
    with source.reading() as theirs:
        _check_runs(theirs)
        _check_blobs(theirs)


def merge_stores(into: Store, source: Store, *, checked: bool = False) -> Merged:
    """Take in what `source` has. `checked`: all its chains and blobs have been checked already.

    Raises LedgerError (`broken-run`, `bad-blob`, `conflict`) before anything is kept; where writing fails later, whole
    runs were kept and the rest was not, so doing it again goes on.
    """
    if into.unwritable is not None:
        raise into.unwritable
    with source.reading() as theirs:
        if not checked:
            _check_runs(theirs)
            _check_blobs(theirs)
        with into.reading() as ours:
            for run, count in _runs(theirs):
                _rows_to_come(ours, theirs, run, count)
        blobs = _copy_blobs(into, theirs)
        return _copy_runs(into, theirs, blobs)


def _runs(reader: Reader) -> Iterator[tuple[str, int]]:
    rows = reader.stream("SELECT o.run, count(*) FROM observation o GROUP BY o.run ORDER BY o.run")
    return ((row[0], row[1]) for row in rows)


def _check_runs(theirs: Reader) -> None:
    rows = theirs.stream(f"SELECT {SELECTED} FROM observation o ORDER BY o.run, o.seq")
    for run, of_run in groupby(rows, key=lambda row: row[0]):
        chain = Chain(run)
        for row in of_run:
            chain.add(any_row(row))
        state = chain.state()
        if state.state == "broken":
            raise LedgerError(
                "broken-run", f"a run of the other ledger is broken at row {state.count}: {state.why}"
            )


def _check_blobs(theirs: Reader) -> None:
    for digest, data in theirs.stream("SELECT b.sha256, b.data FROM blob b"):
        if sha256(blob_bytes(data)).hexdigest() != digest:
            raise LedgerError(
                "bad-blob", "a blob of the other ledger was changed: its bytes are not those of its digest"
            )


def _rows_to_come(ours: Reader, theirs: Reader, run: str, count: int) -> int:
    """How many rows of a run we have; those from there on are to come. Raises LedgerError (`conflict`)."""
    ((newest,),) = ours.all("SELECT max(o.seq) FROM observation o WHERE o.run = :run", run=run)
    here = 0 if newest is None else int(newest) + 1
    last = min(here, count) - 1
    if last >= 0 and _digest(ours, run, last) != _digest(theirs, run, last):
        raise LedgerError("conflict", f"{run} is here with other rows than there: one of the two was changed")
    return here


def _digest(reader: Reader, run: str, seq: int) -> object:
    rows = reader.all(
        "SELECT o.digest FROM observation o WHERE o.run = :run AND o.seq = :seq", run=run, seq=seq
    )
    return rows[0][0] if rows else None


def _copy_blobs(into: Store, theirs: Reader) -> int:
    copied = 0
    batch: list[tuple[str, bytes]] = []
    size = 0
    for digest, data in theirs.stream("SELECT b.sha256, b.data FROM blob b ORDER BY b.sha256"):
        batch.append((digest, data))
        size += len(data)
        if size >= _BLOB_BYTES:
            copied += _keep_blobs(into, batch)
            batch, size = [], 0
    return copied + _keep_blobs(into, batch)


def _keep_blobs(into: Store, blobs: list[tuple[str, bytes]]) -> int:
    if not blobs:
        return 0
    with into.writing() as writer:
        new = [
            blob
            for blob in blobs
            if not writer.all("SELECT 1 FROM blob b WHERE b.sha256 = :digest", digest=blob[0])
        ]
        writer.insert("blob", ("sha256", "data"), new, once=True)
    return len(new)


def _copy_runs(into: Store, theirs: Reader, blobs: int) -> Merged:
    new = grown = known = observations = 0
    runs = _runs(theirs)
    left = next(runs, None)
    while left is not None:
        with into.writing() as writer:
            written = 0
            while left is not None and written < _ROWS:
                run, count = left
                here = _rows_to_come(writer, theirs, run, count)
                if here >= count:
                    known += 1
                else:
                    new += not here
                    grown += bool(here)
                    _copy_run(writer, theirs, run, here)
                    written += count - here
                left = next(runs, None)
        observations += written
    return Merged(new_runs=new, grown_runs=grown, known_runs=known, observations=observations, blobs=blobs)


def _copy_run(writer: Writer, theirs: Reader, run: str, first: int) -> None:
    rows = theirs.stream(
        f"SELECT {SELECTED} FROM observation o WHERE o.run = :run AND o.seq >= :first ORDER BY o.seq",
        run=run,
        first=first,
    )
    for batch in batches(map(from_row, rows), _BATCH):
        insert_observations(writer, batch)
