"""A file of code, whatever its format: for which machine, what it needs, and which functions it has."""

from dataclasses import dataclass
from typing import Final

from hemostat.binaries.kinds import Kind

__all__ = ["Image", "printable"]

_LONGEST: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What the headers and the symbols say. All texts are printable ASCII, bounded, and believed by nobody."""

    kind: Kind
    machine: str
    """As `uname -m` says it: `x86_64`, `i686`, `aarch64`, …; several of a universal file with `,` between; the
    format's own name or number where that isn't known here; empty where the file is for none."""
    is_library: bool
    """Loaded by others while they run: `.so`, `.dll`, `.dylib`; no program, no object file."""
    soname: str | None
    """The name by which others ask for it: DT_SONAME, the export directory's name, LC_ID_DYLIB."""
    needed: tuple[str, ...]
    """Libraries that it asks for, in order, at most 256."""
    build_id: str | None
    """What its linker drew for this build: GNU's build id, the GUID and age of its PDB, LC_UUID; hex. Of a universal
    file, the first slice's."""
    exported: frozenset[str]
    """Of the functions asked about: those that others can call when they load it."""
    defined: frozenset[str]
    """Of the functions asked about: those whose code is in it, exported or not, as far as symbols are left."""
    is_stripped: bool
    """Symbols of functions that aren't exported have been taken out, or there never were any here, or a linker that
    optimised the whole has merged some away (told in ELF alone)."""
    version_names: tuple[str, ...]
    """ELF: the symbol versions that it defines (`OPENSSL_3.0.0`), at most 256."""
    slices: "tuple[Image, ...]" = ()
    """Of a universal file: what each of its machines' files says; all the above is what any of them says."""


def printable(name: str | bytes) -> str:
    """A name out of a file, fit to be shown: ASCII as it is, all else and the backslash escaped, at most 255
    characters."""
    if isinstance(name, str):
        try:
            raw = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # halves of surrogate pairs that stand for no byte
            raw = name.encode("utf-8", "replace")
    else:
        raw = name
    text = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}"
        for byte in raw[: _LONGEST + 1]
    )
    return text[:_LONGEST]
