"""`ar`, as Debian packages are: deb(5), and ar(5) for the header."""

import re
from collections.abc import Iterator
from typing import Final

from hemostat.binaries.archives.streams import Forward, Member, window
from hemostat.binaries.errors import BinaryError

__all__ = ["members_of_ar"]

_HEADER: Final = 60
_SIZE: Final = re.compile(rb"[0-9]{1,10} *")


def members_of_ar(source: Forward) -> Iterator[Member]:
    """In order. Raises BinaryError."""
    source.exactly(8)  # the magic, by which it was recognised
    while source.peek(1):
        header = source.exactly(_HEADER)
        if not _SIZE.fullmatch(header[48:58]) or header[58:] != b"`\n":
            raise BinaryError("malformed")
        size = int(header[48:58])
        end = source.at + size
        yield Member(header[:16].rstrip(b" ").rstrip(b"/"), window(source, size))
        source.skip(end - source.at)
        if size % 2 and source.peek(1):
            source.skip(1)
