"""Mach-O: programs and libraries of macOS, for one machine or universal, by lief. Source: Apple's <mach-o/loader.h>,
<mach-o/nlist.h>, <mach-o/fat.h>."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Literal

from hemostat.binaries.bounds import check_macho
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image, printable
from hemostat.binaries.kinds import Kind

if TYPE_CHECKING:
    from lief import MachO

__all__ = ["read_macho"]

_MOST_NEEDED: Final = 256
_N_STAB, _N_PEXT, _N_TYPE, _N_SECT, _N_EXT = 0xE0, 0x10, 0x0E, 0x0E, 0x01
_DYLIB, _BUNDLE = 6, 8
_MACHINES: Final = {
    7: "i386",
    0x01000007: "x86_64",
    12: "arm",
    0x0100000C: "arm64",
    18: "ppc",
    0x01000012: "ppc64",
}
"""Named as macOS's own `uname -m` does."""


def read_macho(data: bytes, names: Collection[str]) -> Image:
    """See `read_image`. Of a universal file, what any of its slices has; it counts as stripped if one slice is."""
    import lief

    lief.logging.disable()
    check_macho(data)
    fat = lief.MachO.parse(data, lief.MachO.ParserConfig.quick)
    slices = [_read_slice(one, names, data) for one in fat] if fat is not None else []
    if not slices or (data[:3] == b"\xca\xfe\xba" and len(slices) != int.from_bytes(data[4:8], "big")):
        raise BinaryError("malformed")
    return Image(
        kind=Kind.MACHO,
        machine=",".join(dict.fromkeys(one.machine for one in slices)),
        is_library=all(one.is_library for one in slices),
        soname=slices[0].soname,
        needed=tuple(dict.fromkeys(name for one in slices for name in one.needed))[:_MOST_NEEDED],
        build_id=slices[0].build_id,
        exported=frozenset[str]().union(*(one.exported for one in slices)),
        defined=frozenset[str]().union(*(one.defined for one in slices)),
        is_stripped=any(one.is_stripped for one in slices),
        version_names=(),
        slices=tuple(slices) if len(slices) > 1 else (),
    )


def _read_slice(binary: "MachO.Binary", names: Collection[str], data: bytes) -> Image:
    import lief

    start = binary.fat_offset
    order: Literal["big", "little"] = "big" if data[start : start + 1] == b"\xfe" else "little"
    machine = int.from_bytes(data[start + 4 : start + 8], order)
    file_type = int.from_bytes(data[start + 12 : start + 16], order)
    table = binary.symbol_command
    # lief reads what is there of a table that is cut short. Then what is missing proves nothing.
    if table is not None and start + table.strings_offset + table.strings_size > len(data):
        raise BinaryError("truncated")
    exported, defined, has_locals = set[str](), set[str](), False
    count = 0
    for symbol in binary.symbols:
        count += 1
        kind = symbol.raw_type
        if kind & _N_STAB or kind & _N_TYPE != _N_SECT:
            continue
        is_exported = bool(kind & _N_EXT) and not kind & _N_PEXT
        has_locals = has_locals or not is_exported
        name = str(symbol.name).removeprefix("_")  # before every name of C
        name = name if name in names else name.partition(".")[0]
        if name in names:
            defined.add(name)
            if is_exported:
                exported.add(name)
    if table is not None and count < table.numberof_symbols:
        raise BinaryError("truncated")
    named, own = list(binary.libraries), lief.MachO.LoadCommand.TYPE.ID_DYLIB
    return Image(
        kind=Kind.MACHO,
        machine=_MACHINES.get(machine, f"macho-{machine:x}"),
        is_library=file_type in (_DYLIB, _BUNDLE),
        soname=next((printable(one.name) for one in named if one.command == own), None),
        needed=tuple([printable(one.name) for one in named if one.command != own][:_MOST_NEEDED]),
        build_id=bytes(binary.uuid.uuid).hex() if binary.uuid is not None else None,
        exported=frozenset(exported),
        defined=frozenset(defined),
        is_stripped=not has_locals,
        version_names=(),
    )
