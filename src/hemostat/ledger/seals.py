"""A seal: one digest over the heads of all runs, to be kept where nobody who can write to the ledger can change it.

What is hashed is a list: for each run how many rows it had and the digest of the newest, in the order of their
names. The list itself stays in the ledger, as blobs under their own digests (parts of it, and a list of the parts,
whose digest is the seal's). So a seal is one short line, and still tells which run is missing or changed: a list
that was changed isn't found under its digest any more. Two ledgers with the same runs have the same seal, however
they came by them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from hemostat.ledger.errors import LedgerError, damaged_row
from hemostat.ledger.index import batches
from hemostat.ledger.named import NONE, Named, Names

__all__ = ["Head", "Seal", "SealCheck", "SealChecker", "make_seal", "read_seal", "sealed_heads"]

_FORM: Final = re.compile(
    r"hemostat-seal-1 runs=(0|[1-9][0-9]{0,15}) rows=(0|[1-9][0-9]{0,15}) sha256=([0-9a-f]{64})"
)
_LINE: Final = re.compile(r"(run:[0-9a-f]{32}) ([1-9][0-9]{0,15}) ([0-9a-f]{64})")
_PART: Final = re.compile(r"[0-9a-f]{64}")
_RUNS_OF_A_PART: Final = 10_000


class Head(NamedTuple):
    """How far a run went: its name, its rows, the digest of the newest."""

    run: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says: so many runs, so many rows, and the digest of the list of their heads."""

    runs: int
    rows: int
    sha256: str

    def __str__(self) -> str:
        return f"hemostat-seal-1 runs={self.runs} rows={self.rows} sha256={self.sha256}"


def read_seal(text: str) -> Seal:
    """The seal of a line as `str(seal)` writes it; blanks around it don't matter. Raises LedgerError (`bad-seal`)."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise LedgerError(
            "bad-seal",
            "a seal is one line, as `hemostat ledger seal` prints it: hemostat-seal-1 runs=… rows=… sha256=…",
        )
    return Seal(int(match[1]), int(match[2]), match[3])


def make_seal(heads: Iterable[Head], keep: Callable[[str, bytes], None]) -> Seal:
    """Seal these heads, which come sorted by run. `keep` is given each blob of the list, by its SHA-256.

    Raises LedgerError (`damaged`) for a head that no run can have.
    """
    runs = rows = 0
    parts = []
    for batch in batches(heads, _RUNS_OF_A_PART):
        lines = [f"{run} {count} {digest}" for run, count, digest in batch]
        if not all(map(_LINE.fullmatch, lines)):
            raise damaged_row()
        parts.append(_kept("".join(f"{line}\n" for line in lines), keep))
        runs += len(batch)
        rows += sum(head.rows for head in batch)
    return Seal(runs, rows, _kept(f"{runs} {rows}\n" + "".join(f"{part}\n" for part in parts), keep))


def _kept(text: str, keep: Callable[[str, bytes], None]) -> str:
    data = text.encode()
    digest = sha256(data).hexdigest()
    keep(digest, data)
    return digest


def sealed_heads(seal: Seal, blob: Callable[[str], bytes | None]) -> Iterator[Head] | None:
    """The heads that a seal was made over, sorted by run, or None where the list is not, or not whole, in the ledger.

    `blob` gives the bytes of a digest. Raises LedgerError (`bad-seal`) where the counts of the seal are not those
    of its list.
    """
    top = _text(seal.sha256, blob)
    if top is None:
        return None
    first, *parts = top.splitlines() or [""]
    if first != f"{seal.runs} {seal.rows}":
        raise LedgerError("bad-seal", "this seal was changed: its counts are not those of its digest")
    # Each part is looked for before the first is used: a list with a hole in it would make runs look new.
    if any(_PART.fullmatch(part) is None or _text(part, blob) is None for part in parts):
        return None
    return _heads(parts, blob)


def _heads(parts: list[str], blob: Callable[[str], bytes | None]) -> Iterator[Head]:
    for part in parts:
        for line in (_text(part, blob) or "").splitlines():
            match = _LINE.fullmatch(line)
            if match is not None:
                yield Head(match[1], int(match[2]), match[3])


def _text(digest: str, blob: Callable[[str], bytes | None]) -> str | None:
    data = blob(digest)
    if data is None or sha256(data).hexdigest() != digest:
        return None
    return data.decode("ascii", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealCheck:
    """What became of the runs that were sealed."""

    list_found: bool
    """The list behind the seal is in the ledger. If it isn't, one thing alone can be told: `unchanged`."""
    unchanged: bool
    """The ledger holds the sealed runs, and no row more or less."""
    missing: Named = NONE
    """Runs that were sealed and are gone."""
    changed: Named = NONE
    """Runs that were sealed and have another row in place of one of theirs, or fewer rows."""
    grown: Named = NONE
    """Runs that were still open when they were sealed, and went on since: what was sealed of them holds."""
    new: int = 0
    """Runs that came since."""

    @property
    def holds(self) -> bool:
        """Nothing that was sealed is missing or changed."""
        if not self.list_found:
            return self.unchanged
        return not self.missing.count and not self.changed.count

    def as_json(self) -> Mapping[str, Any]:
        """All of it, as values that JSON has."""
        return {**asdict(self), "holds": self.holds}


class SealChecker:
    """Goes along the runs of a ledger and those of a seal, both sorted by name, and keeps neither."""

    def __init__(self, seal: Seal, heads: Iterator[Head] | None) -> None:
        """`heads`: what `sealed_heads` gave."""
        self._seal = seal
        self._found = heads is not None
        self._sealed = iter(heads or ())
        self._next = next(self._sealed, None)
        self._missing = Names()
        self._changed = Names()
        self._grown = Names()
        self._new = 0

    def sealed_count(self, run: str) -> int | None:
        """How many rows of this run were sealed; None if none were. Asked for each run of the ledger, in order."""
        while self._next is not None and self._next.run < run:
            self._missing.add(self._next.run)
            self._next = next(self._sealed, None)
        if self._next is not None and self._next.run == run:
            return self._next.rows
        return None

    def add(self, run: str, count: int, digest_then: str | None) -> None:
        """Compare a run: `count` rows of it hold; `digest_then`: digest of its last sealed row, if that one holds."""
        sealed = self.sealed_count(run)
        if sealed is None or self._next is None:
            self._new += 1
            return
        if digest_then != self._next.digest:
            self._changed.add(run)
        elif count > sealed:
            self._grown.add(run)
        self._next = next(self._sealed, None)

    def result(self, now: Seal) -> SealCheck:
        """`now`: the seal of the ledger as it is."""
        while self._next is not None:
            self._missing.add(self._next.run)
            self._next = next(self._sealed, None)
        return SealCheck(
            list_found=self._found,
            unchanged=now == self._seal,
            missing=self._missing.named(),
            changed=self._changed.named(),
            grown=self._grown.named(),
            new=self._new if self._found else 0,
        )
