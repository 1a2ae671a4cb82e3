"""Compressed streams: gzip, bzip2, xz, the older lzma, zstd. Several, one behind another, are one."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from hemostat.binaries.archives.limits import Budget, Refused
from hemostat.binaries.archives.streams import CHUNK, Forward
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.kinds import HEAD, Kind, kind_of

__all__ = ["COMPRESSED", "unpack"]

COMPRESSED: Final = frozenset({Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.LZMA, Kind.ZSTD})
_MAGIC: Final = 16
"""Bytes that tell one compressed stream from another."""


class _Decompressor(Protocol):
    """As `bz2`, `lzma` and `zstd` have it."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's, in the shape of the others."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


@dataclass(frozen=True, slots=True)
class _Library:
    make: Callable[[], _Decompressor]
    errors: tuple[type[Exception], ...]


def _library(kind: Kind, memory: int) -> _Library:
    """Raises ImportError where this Python was built without it."""
    if kind is Kind.GZIP:
        import zlib

        return _Library(_Gzip, (zlib.error,))
    if kind is Kind.BZIP2:
        import bz2

        return _Library(bz2.BZ2Decompressor, (OSError, ValueError))
    if kind in (Kind.XZ, Kind.LZMA):
        import lzma

        return _Library(lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=memory), (lzma.LZMAError,))
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: max(memory.bit_length() - 1, 10)}
    return _Library(lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError,))


def unpack(source: Forward, kind: Kind, budget: Budget) -> Forward:
    """What is in the compressed stream that `source` begins with.

    Raises Refused; the stream raises BinaryError, Refused and Spent. What follows the last compressed stream
    and is none is left out, as all programs do.
    """
    try:
        library = _library(kind, budget.limits.memory)
    except ImportError as error:
        raise Refused("method") from error
    decompressor: _Decompressor | None = library.make()
    left = b""

    def read(count: int) -> bytes:
        nonlocal decompressor, left
        while decompressor is not None:
            data, is_end = b"", False
            if decompressor.needs_input:
                data, left = left or source.read(CHUNK), b""
                is_end = not data
            try:
                found = decompressor.decompress(data, min(count, CHUNK))
            except library.errors as error:
                # The words of liblzma and libzstd; neither has a class of its own for this.
                is_memory = "emory" in str(error)
                raise (Refused("limit-memory") if is_memory else BinaryError("malformed")) from error
            if decompressor.eof:
                left = _behind(decompressor.unused_data, source)
                decompressor = library.make() if kind_of(left[:HEAD]) is kind else None
            elif is_end and not found:
                raise BinaryError("truncated")
            if found:
                budget.unpacked(len(found))
                return found
        return b""

    return Forward(read)


def _behind(left: bytes, source: Forward) -> bytes:
    """What follows a compressed stream, without the zero bytes that fill blocks: enough to tell what it is."""
    left = left.lstrip(b"\0")
    while len(left) < _MAGIC and (more := source.read(CHUNK)):
        left = (left + more).lstrip(b"\0")
    return left
