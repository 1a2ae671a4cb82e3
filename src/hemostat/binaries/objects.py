"""A library of object files (`ar`): by its index, which names each symbol that a linker can find in it.

Formats: System V's (`/`, and `/SYM64/` for large ones), which GNU writes too, and BSD's (`__.SYMDEF`), of macOS.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from hemostat.binaries.elf import machine_of
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image
from hemostat.binaries.kinds import HEAD, Kind, kind_of

__all__ = ["read_objects"]

_HEADER: Final = 60
_END: Final = b"`\n"
_INDEXES: Final = (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64")
_FIRST_MEMBERS: Final = 4
"""The index and the table of long names come first; by the fourth member there is an object file."""
_LONGEST_NAME: Final = 256


def read_objects(data: bytes, names: Collection[str]) -> Image:
    """See `read_image`. An archive without an index has no `defined`, and counts as stripped."""
    if not data.startswith(b"!<arch>\n"):
        raise BinaryError("not-code")
    index: bytes | None = None
    machine = ""
    for _, (name, contents) in zip(range(_FIRST_MEMBERS), _members(data), strict=False):
        if name in _INDEXES:
            index = contents
        elif name != b"//" and kind_of(contents[:HEAD]) is Kind.ELF:
            machine = machine_of(contents)
            break
    defined = frozenset(name for name in names if index is not None and _names(index, name))
    return Image(
        kind=Kind.OBJECTS,
        machine=machine,
        is_library=False,
        soname=None,
        needed=(),
        build_id=None,
        exported=frozenset(),
        defined=defined,
        is_stripped=index is None,
        version_names=(),
    )


def _names(index: bytes, name: str) -> bool:
    """A name stands between zero bytes, on macOS behind an underscore. System V's first stands behind the last offset,
    whose last byte is rarely zero."""
    for written in (name.encode(), b"_" + name.encode()):
        if b"\0" + written + b"\0" in index:
            return True
        first = 4 + 4 * int.from_bytes(index[:4], "big")
        wide = 8 + 8 * int.from_bytes(index[:8], "big")
        if any(index.startswith(written + b"\0", start) for start in (first, wide)):
            return True
    return False


def _members(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents. BSD keeps a long name at the head of the contents: `#1/20`."""
    at = 8
    while at < len(data):
        header = data[at : at + _HEADER]
        size_field = header[48:58].strip()
        if len(header) < _HEADER:
            raise BinaryError("truncated")
        if not re.fullmatch(rb"[0-9]{1,10}", size_field) or header[58:] != _END:
            raise BinaryError("malformed")
        at += _HEADER
        name, size = header[:16].rstrip(b" "), int(size_field)
        if at + size > len(data):
            raise BinaryError("truncated")
        contents = data[at : at + size]
        if re.fullmatch(rb"#1/[0-9]{1,10}", name):
            length = int(name[3:])
            if length > size:
                raise BinaryError("malformed")
            name, contents = contents[: min(length, _LONGEST_NAME)].rstrip(b"\0"), contents[length:]
        # System V ends a name with a slash, which is also the whole name of its index.
        yield (name if name in (b"//", *_INDEXES) else name.rstrip(b"/")), contents
        at += size + size % 2
