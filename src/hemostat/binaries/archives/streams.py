"""Bytes that come forward only, with a look ahead; and a member of an archive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.errors import BinaryError

__all__ = ["CHUNK", "File", "Forward", "Guarded", "Member", "Memory", "window"]

CHUNK: Final = 1 << 18
"""Bytes read at a time: they fit the processor's cache."""


class File(Protocol):
    """What is asked of a binary file object, opened by whoever has the file."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...


class Memory:
    """Bytes in memory as a `File`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int, /) -> bytes:
        found = self._data[self._at : self._at + size]
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = max(offset + (0, self._at, len(self._data))[whence], 0)
        return self._at


class Guarded:
    """A `File` for a library that wants one: what is read counts, and the file's own errors are kept."""

    closed = False

    def __init__(self, file: File, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self.failed: OSError | None = None
        """What the file itself raised, which a library may take for something else."""

    def read(self, size: int, /) -> bytes:
        try:
            found = self._file.read(size)
        except OSError as error:
            self.failed = error
            raise
        self._budget.read(len(found))
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.seek(0, 1)

    def seekable(self) -> bool:
        return True


class Forward:
    """What `read` gives, in order: called with how much is wanted, it may give less or more, none only at the end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""
        self._first = 0
        self.at = 0
        """Bytes given out so far."""

    def peek(self, count: int) -> bytes:
        """The next bytes, `count` at most and fewer only at the end, which will come again."""
        while len(self._ahead) - self._first < count:
            more = self._read(max(CHUNK, count))
            if not more:
                break
            self._ahead, self._first = self._ahead[self._first :] + more, 0
        return self._ahead[self._first : self._first + count]

    def read(self, count: int) -> bytes:
        """At most `count` bytes; none only at the end."""
        if self._first >= len(self._ahead):
            self._ahead, self._first = self._read(max(CHUNK, count)), 0
        found = self._ahead[self._first : self._first + count]
        self._first += len(found)
        self.at += len(found)
        return found

    def exactly(self, count: int) -> bytes:
        """`count` bytes. Raises BinaryError("truncated") where there are fewer."""
        pieces, missing = list[bytes](), count
        while missing:
            piece = self.read(min(missing, CHUNK))
            if not piece:
                raise BinaryError("truncated")
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def skip(self, count: int) -> None:
        """Leave `count` bytes out. Raises BinaryError("truncated") where there are fewer."""
        while count:
            piece = self.read(min(count, CHUNK))
            if not piece:
                raise BinaryError("truncated")
            count -= len(piece)

    def chunks(self) -> Iterator[bytes]:
        """All that is left, in pieces."""
        while piece := self.read(CHUNK):
            yield piece


@dataclass(frozen=True, slots=True)
class Member:
    """One file within an archive. Its stream is good until the next member is asked for."""

    name: str | bytes
    """As the archive has it, not made fit to be shown; empty for the one member of what is compressed as a whole."""
    stream: Forward | None
    """None where it cannot be read."""
    unseen: str | None = None
    """Why it cannot be read: one of `UNSEEN`."""


def window(source: Forward, size: int) -> Forward:
    """The next `size` bytes of `source` as a stream of their own, which ends with an error where there are fewer."""
    end = source.at + size

    def read(count: int) -> bytes:
        missing = end - source.at
        if missing <= 0:
            return b""
        piece = source.read(min(count, missing))
        if not piece:
            raise BinaryError("truncated")
        return piece

    return Forward(read)
