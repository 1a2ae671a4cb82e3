"""ELF, by lief. Specifications: System V ABI, chapters 4 and 5; symbol versions: LSB core, chapter 10."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from hemostat.binaries.bounds import check_elf
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image, printable
from hemostat.binaries.kinds import Kind

if TYPE_CHECKING:
    from lief import ELF

__all__ = ["machine_of", "read_elf"]

_MOST_NAMES: Final = 256
_MACHINES: Final = {
    2: "sparc",
    3: "i686",
    4: "m68k",
    8: "mips",
    15: "parisc",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    42: "sh4",
    43: "sparc64",
    50: "ia64",
    62: "x86_64",
    183: "aarch64",
    243: "riscv64",
    258: "loongarch64",
    0x9026: "alpha",
}
"""e_machine to the name that the kernel gives it. 32-bit ARM's is `armv7l` and the like: which, isn't in the file."""
_LITTLE_NAMES: Final = {"mips": "mipsel", "ppc64": "ppc64le"}
_NARROW_NAMES: Final = {"riscv64": "riscv32", "s390x": "s390"}


def machine_of(data: bytes) -> str:
    """The machine that an ELF file is for. Raises BinaryError."""
    if not data.startswith(b"\x7fELF"):
        raise BinaryError("not-code")
    if len(data) < 20:
        raise BinaryError("truncated")
    if data[4] not in (1, 2) or data[5] not in (1, 2):
        raise BinaryError("malformed")
    is_wide, is_little = data[4] == 2, data[5] == 1
    number = int.from_bytes(data[18:20], "little" if is_little else "big")
    name = _MACHINES.get(number, f"elf-{number}")
    if is_little:
        name = _LITTLE_NAMES.get(name, name)
    return name if is_wide else _NARROW_NAMES.get(name, name)


def read_elf(data: bytes, names: Collection[str]) -> Image:
    """See `read_image`. By the section headers; without those, as the loader does, by the dynamic segment."""
    import lief

    lief.logging.disable()
    machine = machine_of(data)
    check_elf(data)
    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_overlay = False
    binary = lief.ELF.parse(data, config)
    if binary is None:
        raise BinaryError("malformed")
    _check_whole(binary, len(data), lief.ELF.Section.TYPE)
    exported, _ = _defined(binary.dynamic_symbols, names, lief.ELF.Symbol.TYPE.FILE)
    kept, is_whole = _defined(binary.symtab_symbols, names, lief.ELF.Symbol.TYPE.FILE)
    sonames = [one.name for one in binary.dynamic_entries if isinstance(one, lief.ELF.DynamicSharedObject)]
    is_program = binary.has_interpreter or binary.is_pie
    return Image(
        kind=Kind.ELF,
        machine=machine,
        is_library=binary.header.file_type == lief.ELF.Header.FILE_TYPE.DYN and not is_program,
        soname=printable(sonames[0]) if sonames else None,
        needed=tuple(printable(name) for name in binary.libraries[:_MOST_NAMES]),
        build_id=_build_id(binary, data),
        exported=exported,
        defined=exported | kept,
        is_stripped=not is_whole,
        version_names=tuple(
            printable(one.name)
            for definition in list(binary.symbols_version_definition)[:_MOST_NAMES]
            for one in list(definition.auxiliary_symbols)[:1]
        ),
    )


def _build_id(binary: "ELF.Binary", data: bytes) -> str | None:
    """From the bytes of its section: lief 1.0 turns the words of a big-endian note round."""
    section = binary.get_section(".note.gnu.build-id")
    if section is None:
        return None
    note = data[section.file_offset : section.file_offset + min(section.size, 128)]
    size = int.from_bytes(note[4:8], "little" if data[5] == 1 else "big")
    return note[16 : 16 + min(size, 64)].hex() or None  # behind three words and "GNU"


def _check_whole(binary: "ELF.Binary", size: int, types: "type[ELF.Section.TYPE]") -> None:
    """lief reads what is there of a table that is cut short, or fewer symbols than there are. Then what is missing
    proves nothing."""
    tables = {types.SYMTAB: binary.symtab_symbols, types.DYNSYM: binary.dynamic_symbols}
    code = [section for section in binary.sections if section.has(section.FLAGS.EXECINSTR)]
    if code and all(section.type == types.NOBITS for section in code):
        raise BinaryError("not-code")  # The symbols of a file, for debuggers, without its code.
    for section in binary.sections:
        if section.type not in (*tables, types.STRTAB):
            continue
        if section.file_offset + section.size > size:
            raise BinaryError("truncated")
        if section.type in tables and section.size // (section.entry_size or 16) > len(tables[section.type]):
            raise BinaryError("malformed")


def _defined(
    symbols: "Iterable[ELF.Symbol]", names: Collection[str], file: "ELF.Symbol.TYPE"
) -> tuple[frozenset[str], bool]:
    """Those of the names that the symbols define, and whether one names a source file, as a whole table's do."""
    found, files = set[str](), False
    for symbol in symbols:
        if symbol.type == file:
            files = files or _is_source(str(symbol.name))
        elif symbol.shndx:
            # A compiler's own variant of a function: `tls1_enc.constprop.0`. A version: `SSL_new@@OPENSSL_1.0.1`.
            name = str(symbol.name).partition("@")[0]
            name = name if name in names else name.partition(".")[0]
            if name in names:
                found.add(name)
    return frozenset(found), files


def _is_source(name: str) -> bool:
    """Not what every program starts with, and not what linkers call code that they optimised as a whole (GCC nothing or
    `<artificial>`, LLVM `ld-temp.o`): there, functions that are called once are merged into their callers."""
    return "." in name and not name.endswith(".o") and name != "crtstuff.c"
