"""tar in all its dialects, by Python's tarfile, over a stream that only goes forward."""

import tarfile
from collections.abc import Iterator
from typing import IO, Final, cast

from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.streams import Forward, Member, window
from hemostat.binaries.errors import BinaryError

__all__ = ["members_of_tar"]

_BLOCK: Final = 512
_HEADERS: Final = 1 << 20, 1 << 12
"""Bytes of headers that an archive may have, and further ones for each member: headers are held in memory, a name or
an attribute may be as large as a file, and a million of them may precede one file."""


_ERRORS: Final = (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError, IndexError, KeyError)
"""What tarfile raises of damaged archives. A chain of extended headers goes as deep as it is long."""


class _Tape:
    """What tarfile asks of a file, of a stream: it never goes back, unless the archive contradicts itself."""

    def __init__(self, source: Forward) -> None:
        self._source = source
        self.headers = _HEADERS[0]
        """Bytes that tarfile may still read for itself."""
        self.last = b""
        """What it read last."""

    def tell(self) -> int:
        return self._source.at

    def seek(self, offset: int) -> None:
        if offset < self._source.at:
            raise BinaryError("malformed")
        self._source.skip(offset - self._source.at)

    def read(self, size: int) -> bytes:
        self.headers -= size
        if size < 0 or self.headers < 0:
            raise BinaryError("malformed")
        pieces = b""
        while len(pieces) < size and (piece := self._source.read(size - len(pieces))):
            pieces += piece
        self.last = pieces
        return pieces


def members_of_tar(source: Forward, budget: Budget) -> Iterator[Member]:
    """Regular files, in order; of links none. Raises BinaryError."""
    tape = _Tape(source)
    try:
        with tarfile.TarFile(fileobj=cast("IO[bytes]", tape), errorlevel=0) as archive:
            while (info := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
                tape.headers += _HEADERS[1]
                budget.member()
                if info.isreg():
                    yield Member(info.name, _contents(archive, info, tape, source, budget))
    except _ERRORS as error:
        raise BinaryError("malformed") from error
    # tarfile takes whatever is no header for the end; the end is a block of zeros, or of the stream.
    if tape.last.strip(b"\0"):
        raise BinaryError("truncated" if len(tape.last) < _BLOCK else "malformed")


def _contents(
    archive: tarfile.TarFile, info: tarfile.TarInfo, tape: _Tape, source: Forward, budget: Budget
) -> Forward:
    if info.sparse is None:
        tape.seek(info.offset_data)
        return window(source, info.size)
    spread = archive.extractfile(info)

    def read(count: int) -> bytes:
        tape.headers += count + _BLOCK
        try:
            found = spread.read(count) if spread is not None else b""
        except _ERRORS as error:
            raise BinaryError("malformed") from error
        budget.unpacked(len(found))  # holes cost nothing in the archive
        return found

    return Forward(read)
