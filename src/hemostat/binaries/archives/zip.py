"""zip, and with it wheel and jar, by Python's zipfile."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final, cast

from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.streams import File, Forward, Guarded, Member
from hemostat.binaries.errors import BinaryError

__all__ = ["ends_as_zip", "members_of_zip"]

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Not LZMA: zip lets its window be 4 GiB, and Python's reader has no limit on it."""
_ENCRYPTED: Final = 0x0001 | 0x0040
_DIRECTORY: Final = 16 << 20
"""Bytes of the central directory, which is held in memory: some 200,000 members."""
_LOCAL: Final = b"PK\x03\x04"
_LOCAL_SIZE: Final = 30
_ENTRY: Final = b"PK\x01\x02"
_ENTRY_SIZE: Final = 46
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LONGEST_END: Final = _END_SIZE + 0xFFFF
_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    RuntimeError,
    OverflowError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
)
"""What zipfile raises of damaged archives; OSError is bzip2's for damaged data."""


class _Headers(Guarded):
    """The file that zipfile reads: it reads in pieces, but for the directory."""

    def read(self, size: int = _LONGEST_END, /) -> bytes:
        """Without a size zipfile asks for the end record with its comment."""
        if not 0 <= size <= _DIRECTORY:
            raise BinaryError("malformed")
        found = super().read(size)
        is_header = found.startswith(_ENTRY) or (found.startswith(_LOCAL) and size == _LOCAL_SIZE)
        return _without_encodings(found) if is_header else found


def ends_as_zip(tail: bytes) -> bool:
    """Whether a file that ends with `tail` (22 bytes or more) has a zip at its end: programs that unpack themselves."""
    return len(tail) >= _END_SIZE and tail[-_END_SIZE:].startswith(_END)


def _without_encodings(headers: bytes) -> bytes:
    """Headers whose names say no longer that they are UTF-8: those that are not would make zipfile refuse the whole
    archive. It then takes them as code page 437, which turns back into the same bytes."""
    changed, at = bytearray(headers), 0
    if headers.startswith(_LOCAL):
        changed[7] &= ~0x08
    while changed.startswith(_ENTRY, at) and at + _ENTRY_SIZE <= len(changed):
        changed[at + 9] &= ~0x08
        at += _ENTRY_SIZE + sum(int.from_bytes(changed[at + n : at + n + 2], "little") for n in (28, 30, 32))
    return bytes(changed)


def members_of_zip(file: File, budget: Budget) -> Iterator[Member]:
    """In the order of the directory; no folders. Raises BinaryError and Spent, and the file's own OSError."""
    guarded = _Headers(file, budget)
    try:
        with zipfile.ZipFile(cast("IO[bytes]", guarded)) as archive:
            for info in archive.infolist():
                budget.member()
                if info.is_dir():
                    continue
                name = info.filename.encode("cp437", "replace")
                if info.flag_bits & _ENCRYPTED:
                    yield Member(name, None, "encrypted")
                elif info.compress_type not in _METHODS:
                    yield Member(name, None, "method")
                else:
                    yield Member(name, Forward(_reader(archive, info, guarded, budget)))
    except _ERRORS as error:
        raise _translated(error, guarded) from error


def _reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, guarded: Guarded, budget: Budget
) -> Callable[[int], bytes]:
    opened: IO[bytes] | None = None

    def read(count: int) -> bytes:
        nonlocal opened
        try:
            opened = opened or archive.open(info)
            found = opened.read(count)
        except _ERRORS as error:
            raise _translated(error, guarded) from error
        budget.unpacked(len(found))
        return found

    return read


def _translated(error: Exception, guarded: Guarded) -> Exception:
    if guarded.failed is not None:
        return guarded.failed
    return BinaryError("truncated" if isinstance(error, EOFError) else "malformed")
