"""New rows and blobs into a transaction."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from hemostat.evidence import GENESIS, Observation
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.rows import COLUMNS, to_row
from hemostat.ledger.store import Writer

__all__ = ["MAX_BLOB", "append", "check_blob", "insert_observations"]

MAX_BLOB: Final = 16 << 20
"""Bytes of one blob, at most."""


def append(writer: Writer, rows: Sequence[Observation], blobs: Mapping[str, bytes]) -> None:
    """Write rows, each of which follows the newest of its run, and blobs by their SHA-256.

    Raises LedgerError (`not-next`, `bad-blob`; whatever goes wrong with the database). Then the transaction has to be
    undone.
    """
    for digest, data in blobs.items():
        check_blob(digest, data)
    if blobs:
        writer.insert("blob", ("sha256", "data"), list(blobs.items()), once=True)
    if rows:
        _check_that_they_follow(writer, rows)
        insert_observations(writer, rows)


def insert_observations(writer: Writer, rows: Sequence[Observation]) -> None:
    """Write rows that are known to follow, and note that they aren't indexed yet."""
    writer.insert("observation", COLUMNS, map(to_row, rows))
    ranges: list[tuple[str, int, int]] = []
    for row in rows:
        if ranges and ranges[-1][0] == row.run:
            ranges[-1] = (row.run, ranges[-1][1], row.seq)
        else:
            ranges.append((row.run, row.seq, row.seq))
    writer.insert("unindexed", ("run", "first_seq", "last_seq"), ranges)


def check_blob(digest: str, data: bytes) -> None:
    """Raises LedgerError (`bad-blob`) unless the bytes are of that SHA-256, and not too many."""
    if len(data) > MAX_BLOB:
        raise LedgerError("bad-blob", f"a blob of more than {MAX_BLOB >> 20} MiB")
    if sha256(data).hexdigest() != digest:
        raise LedgerError("bad-blob", "a blob's bytes are not those of its digest")


def _check_that_they_follow(writer: Writer, rows: Sequence[Observation]) -> None:
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:
        head = heads.get(row.run)
        if head is None:
            found = writer.all(
                "SELECT o.seq, o.digest FROM observation o WHERE o.run = :run ORDER BY o.seq DESC LIMIT 1",
                run=row.run,
            )
            head = (found[0][0], found[0][1]) if found else (-1, GENESIS)
        if (row.seq - 1, row.prev) != head:
            raise LedgerError(
                "not-next", f"row {row.seq} does not follow the newest of its run in the ledger"
            )
        heads[row.run] = (row.seq, row.digest)
