"""PE: programs and libraries of Windows, by lief. Source: Microsoft's "PE Format"."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from hemostat.binaries.bounds import check_pe
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image, printable
from hemostat.binaries.kinds import Kind

if TYPE_CHECKING:
    from lief import PE

__all__ = ["read_pe"]

_MOST_NEEDED: Final = 256
_MOST_SYMBOLS: Final = 1 << 22
_SYMBOL: Final = 18
_I386: Final = 0x14C
_DLL: Final = 0x2000
_MACHINES: Final = {
    _I386: "i686",
    0x1C0: "arm",
    0x1C4: "arm",
    0x200: "ia64",
    0x8664: "x86_64",
    0xAA64: "aarch64",
}


def read_pe(data: bytes, names: Collection[str]) -> Image:
    """See `read_image`. What Windows' own linker makes has no symbols but the exported ones; GNU's keeps a table."""
    import lief

    lief.logging.disable()
    check_pe(data)
    at = int.from_bytes(data[0x3C:0x40], "little")
    machine, characteristics = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (4, 22))
    first, count = (int.from_bytes(data[at + n : at + n + 4], "little") for n in (12, 16))
    if first:
        strings = first + count * _SYMBOL
        size = int.from_bytes(data[strings : strings + 4], "little")
        if count > _MOST_SYMBOLS or strings + max(size, 4) > len(data):
            raise BinaryError("truncated")
    config = lief.PE.ParserConfig()
    config.parse_signature = config.parse_reloc = config.parse_rsrc = config.parse_exceptions = False
    binary = lief.PE.parse(data, config)
    if binary is None:
        raise BinaryError("malformed")
    exports = binary.get_export()
    exported = (
        frozenset(str(one.name) for one in exports.entries) & frozenset(names) if exports else frozenset()
    )
    kept, is_whole = _kept(binary, names, machine)
    return Image(
        kind=Kind.PE,
        machine=_MACHINES.get(machine, f"pe-{machine:x}"),
        is_library=bool(characteristics & _DLL),
        soname=printable(exports.name) if exports and exports.name else None,
        needed=tuple(printable(one.name) for one in list(binary.imports)[:_MOST_NEEDED]),
        build_id=_build_id(binary),
        exported=exported,
        defined=exported | kept,
        is_stripped=not is_whole,
        version_names=(),
    )


def _kept(binary: "PE.Binary", names: Collection[str], machine: int) -> tuple[frozenset[str], bool]:
    """What the COFF symbol table defines, and whether it names source files, as a whole one does."""
    # C names of 32-bit x86 have an underscore before them.
    prefix = "_" if machine == _I386 else ""
    wanted = {prefix + name: name for name in names}
    found, files = set[str](), False
    for symbol in binary.symbols:
        if symbol.is_file_record:
            files = True
        elif symbol.section_idx > 0:
            name = str(symbol.name)
            name = name if name in wanted else name.partition(".")[0]
            if name in wanted:
                found.add(wanted[name])
    return frozenset(found), files


def _build_id(binary: "PE.Binary") -> str | None:
    pdb = binary.codeview_pdb
    return f"{bytes(pdb.signature).hex()}{pdb.age:x}" if pdb is not None else None
