"""Windows Installer packages: compound files, by olefile, whose streams are cabinets, programs and tables.

Sources: [MS-CFB] for the file; no document tells how the names of streams are packed, all readers of MSI agree on it.
"""

import struct
from collections.abc import Iterator
from typing import Final

from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.streams import File, Forward, Guarded, Member, Memory
from hemostat.binaries.errors import BinaryError

__all__ = ["members_of_msi"]

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS, _SINGLES, _TABLE = 0x3800, 0x4800, 0x4840
"""From the first on stand two letters in one, from the second on one, and the third marks a table of the package."""
_HEAD: Final = 8 << 20
_FAT_SHARE: Final = 64
"""Bytes that may be read before the streams: the directory, and a table with four bytes for each 512 of the file."""
_ERRORS: Final = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    struct.error,
)
"""What olefile raises of damaged files; its own error is an OSError."""


class _Head(Guarded):
    """The file that olefile reads."""

    def __init__(self, file: File, budget: Budget) -> None:
        super().__init__(file, budget)
        self.left: int | None = _HEAD + self.seek(0, 2) // _FAT_SHARE
        """Bytes that may still be read; None: any."""

    def read(self, size: int, /) -> bytes:
        if self.left is not None:
            self.left -= size
            if self.left < 0:
                raise BinaryError("malformed")
        return super().read(size)


def members_of_msi(file: File, budget: Budget) -> Iterator[Member]:
    """Its streams. Raises BinaryError and Spent, and the file's own OSError."""
    import olefile

    head = _Head(file, budget)
    try:
        with olefile.OleFileIO(head, raise_defects=olefile.DEFECT_INCORRECT) as compound:
            head.left = None
            for way in compound.listdir():
                budget.member()
                name = "/".join(_unpacked(part) for part in way)
                if compound.get_size(way) > budget.limits.size:
                    yield Member(name, None, "limit-size")
                else:
                    yield Member(name, Forward(Memory(compound.openstream(way).read()).read))
    except _ERRORS as error:
        raise head.failed or BinaryError("malformed") from error


def _unpacked(name: str) -> str:
    """A stream's name: letters in pairs, six bits each, so that 62 of them fit."""
    letters = ""
    for letter in name:
        number = ord(letter)
        if _PAIRS <= number < _SINGLES:
            number -= _PAIRS
            letters += _ALPHABET[number & 63] + _ALPHABET[number >> 6]
        elif _SINGLES <= number < _TABLE:
            letters += _ALPHABET[number - _SINGLES]
        else:
            letters += "!" if number == _TABLE else letter
    return letters
