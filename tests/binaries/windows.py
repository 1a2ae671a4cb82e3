"""PE files made by hand, by Microsoft's "PE Format", without lief: what the readers are held to."""

from collections.abc import Sequence
from struct import pack

__all__ = ["pe"]

_AT = 0x1000
"""Where the one section is loaded; it begins at 0x400 in the file."""
_FILE = 0x400


def pe(
    *,
    exported: Sequence[str] = (),
    kept: Sequence[str] | None = None,
    texts: bytes = b"",
    soname: str = "library.dll",
    needed: Sequence[str] = (),
    library: bool = True,
    wide: bool = True,
    machine: int | None = None,
    guid: bytes | None = None,
) -> bytes:
    """A DLL, or a program. `kept`: what GNU's linker keeps in the COFF symbol table, with its source file's name."""
    machine = machine if machine is not None else 0x8664 if wide else 0x14C
    body = b"\0" + texts + b"\0"

    def put(contents: bytes) -> int:
        nonlocal body
        body += b"\0" * (-len(body) % 8)
        address = _AT + len(body)
        body += contents
        return address

    directories = [(0, 0)] * 16
    if exported:
        names = [put(name.encode() + b"\0") for name in sorted(exported)]
        count = len(names)
        functions = put(pack(f"<{count}I", *[_AT] * count))
        pointers = put(pack(f"<{count}I", *names))
        ordinals = put(pack(f"<{count}H", *range(count)))
        name = put(soname.encode() + b"\0")
        table = pack("<IIHHIIIIIII", 0, 0, 0, 0, name, 1, count, count, functions, pointers, ordinals)
        directories[0] = (put(table), 40)
    if needed:
        rows = b""
        for library_name in needed:
            hint = put(b"\0\0entry\0")
            thunks = pack("<QQ" if wide else "<II", hint, 0)
            rows += pack("<IIIII", put(thunks), 0, 0, put(library_name.encode() + b"\0"), put(thunks))
        directories[1] = (put(rows + b"\0" * 20), len(rows) + 20)
    if guid is not None:
        view = b"RSDS" + guid + pack("<I", 1) + b"library.pdb\0"
        where = put(view)
        entry = pack("<IIHHIIII", 0, 0, 0, 0, 2, len(view), where, where - _AT + _FILE)
        directories[6] = (put(entry), 28)
    body += b"\0" * (-len(body) % 512)
    symbols, strings, count = b"", b"", 0
    if kept is not None:
        symbols += b".file\0\0\0" + pack("<IhHBB", 0, -2, 0, 103, 1) + b"library.c".ljust(18, b"\0")
        count = 2
        for name_kept in kept:
            raw = name_kept.encode()
            short = raw.ljust(8, b"\0") if len(raw) <= 8 else pack("<II", 0, 4 + len(strings))
            strings += raw + b"\0" if len(raw) > 8 else b""
            symbols += short + pack("<IhHBB", 0, 1, 0x20, 2, 0)
            count += 1
        symbols += pack("<I", 4 + len(strings)) + strings
    optional = pack("<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, len(body), 0, 0, 0, _AT)
    optional += b"" if wide else pack("<I", _AT)
    optional += pack("<QII" if wide else "<III", 0x10000000, 0x1000, 0x200)
    optional += pack("<HHHHHHIIIIHH", 6, 0, 0, 0, 6, 0, 0, 0x10000, _FILE, 0, 3, 0)
    optional += pack("<QQQQII" if wide else "<IIIIII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += b"".join(pack("<II", *directory) for directory in directories)
    characteristics = 0x0002 | (0x2000 if library else 0) | (0x20 if wide else 0x100)
    first = _FILE + len(body) if symbols else 0
    head = b"MZ".ljust(0x3C, b"\0") + pack("<I", 0x40) + b"PE\0\0"
    head += pack("<HHIIIHH", machine, 1, 0, first, count, len(optional), characteristics) + optional
    head += b".text\0\0\0" + pack("<IIIIIIHHI", len(body), _AT, len(body), _FILE, 0, 0, 0, 0, 0x60000020)
    return head.ljust(_FILE, b"\0") + body + symbols
