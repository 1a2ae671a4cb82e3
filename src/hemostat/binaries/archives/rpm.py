"""rpm packages, version 3 and 4: a lead, two headers, and a compressed cpio. Source: rpm's format documentation."""

from struct import unpack
from typing import Final

from hemostat.binaries.archives.streams import Forward
from hemostat.binaries.errors import BinaryError

__all__ = ["payload_of_rpm"]

_LEAD: Final = 96
_MAGIC: Final = b"\x8e\xad\xe8\x01"
_LARGEST: Final = 256 << 20
"""rpm itself takes no larger header (hdrblobInit)."""


def payload_of_rpm(source: Forward) -> Forward:
    """The stream, placed where the payload begins. Raises BinaryError."""
    source.skip(_LEAD)
    source.skip(-_skip_header(source) % 8)  # the signature is filled up, the header isn't
    _skip_header(source)
    return source


def _skip_header(source: Forward) -> int:
    magic, entries, size = unpack(">4s4xII", source.exactly(16))
    if magic != _MAGIC or entries * 16 + size > _LARGEST:
        raise BinaryError("malformed")
    source.skip(entries * 16 + size)
    return int(size)
