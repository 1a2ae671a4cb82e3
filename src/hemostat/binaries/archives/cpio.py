"""cpio in the format `newc`, with checksums or without: what rpm packages and initramfs images hold (cpio(5))."""

import re
import stat
from collections.abc import Iterator
from typing import Final

from hemostat.binaries.archives.streams import Forward, Member, window
from hemostat.binaries.errors import BinaryError

__all__ = ["members_of_cpio"]

_HEADER: Final = 110
_HEX: Final = re.compile(rb"07070[12][0-9A-Fa-f]{104}")
_LONGEST_NAME: Final = 1 << 14
_LAST: Final = b"TRAILER!!!"


def members_of_cpio(source: Forward) -> Iterator[Member]:
    """Regular files, in order; of several links to one, that with the contents. Raises BinaryError."""
    while True:
        header = source.exactly(_HEADER)
        if not _HEX.fullmatch(header):
            # rpm of more than 4 GiB: 07070X, with the sizes elsewhere.
            raise BinaryError("malformed")
        mode, size, length = (int(header[at : at + 8], 16) for at in (14, 54, 94))
        if not 0 < length <= _LONGEST_NAME:
            raise BinaryError("malformed")
        name = source.exactly(length).partition(b"\0")[0]
        source.skip(-(_HEADER + length) % 4)
        if name == _LAST:
            return
        end = source.at + size
        if stat.S_ISREG(mode):
            yield Member(name, window(source, size))
        source.skip(end - source.at)
        source.skip(-size % 4)
