"""What looking into one file may cost, and the word for each thing that was not looked into."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["UNSEEN", "Budget", "Limits", "Refused", "Spent"]

UNSEEN: Final = {
    "limit-depth": "it is an archive in more archives than are opened",
    "limit-size": "it is larger than what is held in memory",
    "limit-members": "the file holds more members than are looked at",
    "limit-bytes": "the file and what it unpacks to are more bytes than are read",
    "limit-ratio": "the file unpacks to many times its own size, as a bomb does",
    "limit-memory": "unpacking it would take more memory than is given",
    "limit-time": "there was no time left",
    "encrypted": "it is encrypted",
    "method": "it is compressed by a method that cannot be unpacked here",
    "format": "it is an archive of a format that cannot be opened here",
    "truncated": "its bytes end before what it promises",
    "malformed": "it contradicts itself, or its format",
}
"""Why something was not looked into, or not to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one file that is looked into, with all that it holds."""

    depth: int = 8
    """Archives in archives; what is compressed as a whole counts as one more: a `.tar.gz` is two."""
    members: int = 250_000
    size: int = 256 << 20
    """Bytes of one member, or of a file, that are held in memory: twice this for a moment."""
    bytes: int = 8 << 30
    """Read and unpacked, in all."""
    ratio: int = 200
    """Bytes unpacked for each byte of the file, beyond `free`."""
    free: int = 256 << 20
    """Bytes that may be unpacked whatever the file's size: much that is honest compresses well."""
    memory: int = 128 << 20
    """Bytes of the window of a compressed stream: `xz -9` wants 65 MiB."""


class Spent(Exception):
    """A limit of the whole file was reached. `code` is one of `UNSEEN`; nobody outside of this package sees it."""

    def __init__(self, code: str) -> None:
        super().__init__(UNSEEN[code])
        self.code = code


class Refused(Exception):
    """This one thing cannot be looked into. `code` is one of `UNSEEN`; nobody outside of this package sees it."""

    def __init__(self, code: str) -> None:
        super().__init__(UNSEEN[code])
        self.code = code


class Budget:
    """What has been spent of `limits` on one file of `size` bytes. Every method raises Spent where that is too much."""

    def __init__(self, limits: Limits, size: int, is_over: Callable[[], bool] = lambda: False) -> None:
        self.limits = limits
        self._most_unpacked = limits.free + limits.ratio * size
        self._is_over = is_over
        self._members = self._bytes = self._unpacked = 0

    def member(self) -> None:
        """One more member is looked at."""
        self._members += 1
        if self._members > self.limits.members:
            raise Spent("limit-members")
        self._look_at_the_clock()

    def read(self, count: int) -> None:
        """So many bytes more were read from the file."""
        self._bytes += count
        if self._bytes > self.limits.bytes:
            raise Spent("limit-bytes")
        self._look_at_the_clock()

    def unpacked(self, count: int) -> None:
        """So many bytes more came out of something compressed, or out of a hole."""
        self._unpacked += count
        if self._unpacked > self._most_unpacked:
            raise Spent("limit-ratio")
        self.read(count)

    def _look_at_the_clock(self) -> None:
        if self._is_over():
            raise Spent("limit-time")
