"""Reads a snapshot as it comes: bytes in, records out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from hemostat.snapshots.errors import SnapshotError
from hemostat.snapshots.line import read_line
from hemostat.snapshots.records import RECORDS, Record, Unknown

__all__ = ["LIMITS", "VERSION", "Limits", "SnapshotReader", "read_records"]

VERSION: Final = 1

_MAGIC: Final = b"hemostat-snapshot "


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a reader takes at most: bytes of a line and of all lines, and records."""

    line: int = 1 << 18
    total: int = 1 << 32
    records: int = 4_000_000


LIMITS: Final = Limits()


@dataclass(slots=True)
class SnapshotReader:
    """Takes a snapshot in pieces of any size, `feed` by `feed`, then `close`.

    Lines are checked as they come: their form, the fields of known records, that sections begin and finish one after
    the other, and that every count is that of the records. What came before a fault has been given out by then. It
    holds no more than one line. A snapshot that passes was not cut; whoever rewrote it whole could have rewritten the
    counts too.
    """

    limits: Limits = LIMITS
    sections: dict[str, int] = field(default_factory=dict)
    """Sections that have finished, in their order, and the records in each."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Types that this version does not know, and how many records of each came."""
    ended: bool = False
    """Whether the last line has come, and its count is right."""
    _line: int = 0
    _records: int = 0
    _in_section: int = 0
    _section: str | None = None
    _rest: bytearray = field(default_factory=bytearray)
    _taken: int = 0

    def feed(self, piece: bytes) -> Iterator[Record | Unknown]:
        """The records that `piece` completes. Raises SnapshotError."""
        self._taken += len(piece)
        if self._taken > self.limits.total:
            raise SnapshotError("too-large", self._line + 1)
        start = 0
        while (at := piece.find(b"\n", start)) >= 0:
            self._rest += piece[start:at]
            start = at + 1
            line = self._whole()
            record = self._take(line)
            if record is not None:
                yield record
        self._rest += piece[start:]
        if len(self._rest) > self.limits.line:
            raise SnapshotError("line-too-long", self._line + 1)

    def close(self) -> None:
        """No more will come. Raises SnapshotError where the snapshot is not whole."""
        if not self.ended or self._rest:
            raise SnapshotError("cut" if not self.ended else "after-the-end", self._line + 1)

    def _whole(self) -> bytes:
        self._line += 1
        line = bytes(self._rest)
        self._rest.clear()
        if len(line) > self.limits.line:
            raise SnapshotError("line-too-long", self._line)
        return line

    def _take(self, line: bytes) -> Record | Unknown | None:
        if self.ended:
            raise self._wrong("after-the-end")
        if self._line == 1:
            self._first(line)
            return None
        found = read_line(line)
        if found is None:
            raise self._wrong("bad-line")
        kind, fields = found
        if kind == "end":
            self._end(fields)
            return None
        self._records += 1
        if self._records > self.limits.records:
            raise self._wrong("too-many-records")
        if self._records == 1 and kind != "collector":
            raise self._wrong("bad-section")
        if kind in ("begin", "finish"):
            self._border(kind, fields)
            return None
        if (self._section is None) != (self._records == 1):
            raise self._wrong("bad-section")
        self._in_section += 1
        return self._read(kind, fields)

    def _first(self, line: bytes) -> None:
        if not line.startswith(_MAGIC) or not line[len(_MAGIC) :].isdigit():
            raise self._wrong("not-a-snapshot")
        if line[len(_MAGIC) :] != b"%d" % VERSION:
            raise self._wrong("other-version")

    def _border(self, kind: str, fields: dict[str, bytes]) -> None:
        name = fields.get("section", b"").decode("ascii")
        if kind == "begin":
            if self._section is not None or not name or name in self.sections:
                raise self._wrong("bad-section")
            self._section, self._in_section = name, 0
            return
        if name != self._section:
            raise self._wrong("bad-section")
        if fields.get("records") != b"%d" % self._in_section:
            raise self._wrong("bad-count")
        self.sections[name] = self._in_section
        self._section = None

    def _end(self, fields: dict[str, bytes]) -> None:
        if self._section is not None or self._records == 0:
            raise self._wrong("bad-section")
        if fields.get("records") != b"%d" % self._records:
            raise self._wrong("bad-count")
        self.ended = True

    def _read(self, kind: str, fields: dict[str, bytes]) -> Record | Unknown:
        known = RECORDS.get(kind)
        if known is None:
            self.unknown[kind] += 1
            return Unknown(type=kind, fields=fields)
        try:
            return known.read(fields)
        except (ValueError, LookupError) as error:
            raise self._wrong("bad-value") from error

    def _wrong(self, code: str) -> SnapshotError:
        return SnapshotError(code, self._line)


def read_records(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Iterator[Record | Unknown]:
    """The records of a whole snapshot, given in pieces of any size (an open binary file is such).

    Raises SnapshotError; what is right before the fault is given out first.
    """
    reader = SnapshotReader(limits)
    for piece in pieces:
        yield from reader.feed(piece)
    reader.close()
