"""ELF files made by hand, by the System V ABI, without lief: what the readers are held to."""

from collections.abc import Sequence
from struct import pack

__all__ = ["elf"]

X86_64, I386, PPC64 = 62, 3, 21
_TEXT, _SYMTAB, _STRTAB, _DYNAMIC, _NOTE, _NOBITS, _DYNSYM, _VERDEF = 1, 2, 3, 6, 7, 8, 11, 0x6FFFFFFD


class _Strings:
    def __init__(self) -> None:
        self.raw = b"\0"

    def add(self, text: str) -> int:
        at = len(self.raw)
        self.raw += text.encode("latin-1") + b"\0"
        return at


class _Format:
    def __init__(self, order: str, wide: bool) -> None:
        self.order, self.wide = order, wide

    def symbol(self, name: int, info: int, section: int) -> bytes:
        if self.wide:
            return pack(f"{self.order}IBBHQQ", name, info, 0, section, 0x1000, 8)
        return pack(f"{self.order}IIIBBH", name, 0x1000, 8, info, 0, section)

    def words(self, *values: int) -> bytes:
        return pack(f"{self.order}{len(values)}{'Q' if self.wide else 'I'}", *values)


def elf(
    *,
    exported: Sequence[str] = (),
    imported: Sequence[str] = (),
    kept: Sequence[str] | None = None,
    source: str = "library.c",
    texts: bytes = b"",
    soname: str | None = None,
    needed: Sequence[str] = (),
    build_id: bytes | None = None,
    versions: Sequence[str] = (),
    program: bool = False,
    machine: int = X86_64,
    order: str = "<",
    wide: bool = True,
    sections: bool = True,
    debug_only: bool = False,
) -> bytes:
    """A library, or a program. `kept`: the functions of its own symbol table, which names its source file too; None
    where that was stripped."""
    form = _Format(order, wide)
    strings, names, all_strings = _Strings(), _Strings(), _Strings()
    dynsym = form.symbol(0, 0, 0)
    for name in exported:
        dynsym += form.symbol(strings.add(name), 0x12, 1)
    for name in imported:
        dynsym += form.symbol(strings.add(name), 0x12, 0)
    pairs = [(1, strings.add(name)) for name in needed]
    pairs += [(14, strings.add(soname))] if soname else []
    defined = [strings.add(name) for name in versions]
    verdef = b""
    for number, at in enumerate(defined, 1):
        step = 28 if number < len(defined) else 0
        verdef += pack(f"{order}HHHHIII", 1, 0, number, 1, 0, 20, step) + pack(f"{order}II", at, 0)
    note = pack(f"{order}III4s", 4, len(build_id), 3, b"GNU\0") + build_id if build_id else b""
    symtab = form.symbol(0, 0, 0)
    if kept is not None:
        symtab += form.symbol(all_strings.add(source), 0x04, 0xFFF1)
        for name in kept:
            symtab += form.symbol(all_strings.add(name), 0x02, 1)

    header_size, segment_size, section_size = (64, 56, 64) if wide else (52, 32, 40)
    segments = 4 if program else 3
    at = header_size + segments * segment_size
    dynamic_size = (len(pairs) + 8) * (16 if wide else 8)
    places = dict[str, tuple[int, int]]()
    body = b""

    def put(name: str, contents: bytes) -> None:
        nonlocal body
        body += b"\0" * (-(at + len(body)) % 8)
        places[name] = (at + len(body), len(contents))
        body += contents

    put(".text", b"\xc3" * 16)
    put(".rodata", b"\0" + texts + b"\0")
    put(".note.gnu.build-id", note)
    put(".interp", b"/lib64/ld.so\0")
    put(".dynsym", dynsym)
    put(".dynstr", strings.raw)
    # What a loader without section headers counts symbols by: one bucket, a chain a symbol.
    chain = [0] * (1 + len(exported) + len(imported))
    put(".hash", pack(f"{order}{3 + len(chain)}I", 1, len(chain), 0, *chain))
    put(".gnu.version_d", verdef)
    version_tags = (
        [(0x6FFFFFFC, places[".gnu.version_d"][0]), (0x6FFFFFFD, len(versions))] if versions else []
    )
    table = [
        *pairs,
        *version_tags,
        (4, places[".hash"][0]),
        (5, places[".dynstr"][0]),
        (6, places[".dynsym"][0]),
        (10, len(strings.raw)),
        (11, 24 if wide else 16),
        (0, 0),
    ]
    put(".dynamic", b"".join(form.words(*pair) for pair in table))
    if kept is not None:
        put(".symtab", symtab)
        put(".strtab", all_strings.raw)
    kinds = {
        ".text": _NOBITS if debug_only else _TEXT,
        ".rodata": _TEXT,
        ".note.gnu.build-id": _NOTE,
        ".interp": _TEXT,
        ".dynsym": _DYNSYM,
        ".dynstr": _STRTAB,
        ".hash": 5,
        ".gnu.version_d": _VERDEF,
        ".dynamic": _DYNAMIC,
        ".symtab": _SYMTAB,
        ".strtab": _STRTAB,
    }
    present = [name for name in places if places[name][1]]
    numbers = {name: place for place, name in enumerate(present, 1)}
    links = {".dynsym": ".dynstr", ".symtab": ".strtab", ".dynamic": ".dynstr", ".gnu.version_d": ".dynstr"}
    entries = {".dynsym": 24 if wide else 16, ".symtab": 24 if wide else 16, ".dynamic": 16 if wide else 8}
    rows = b"\0" * section_size
    for name in present:
        offset, size = places[name]
        link = numbers.get(links.get(name, ""), 0)
        flags = 6 if name == ".text" else 2
        info = len(versions) if name == ".gnu.version_d" else 0
        address = 0 if name in (".symtab", ".strtab") else offset
        rows += pack(f"{order}II", names.add(name), kinds[name])
        rows += form.words(flags, address, offset, size) + pack(f"{order}II", link, info)
        rows += form.words(8, entries.get(name, 0))
    put(".shstrtab", names.raw + b".shstrtab\0")
    offset, size = places[".shstrtab"]
    rows += pack(f"{order}II", len(names.raw), _STRTAB) + form.words(0, 0, offset, size)
    rows += pack(f"{order}II", 0, 0) + form.words(1, 0)
    count = len(present) + 2
    body += b"\0" * (-(at + len(body)) % 8)
    where = at + len(body)

    def segment(kind: int, place: tuple[int, int], flags: int = 5) -> bytes:
        offset, size = place
        if wide:
            return pack(f"{order}II", kind, flags) + form.words(offset, offset, offset, size, size, 8)
        return pack(f"{order}I", kind) + form.words(offset, offset, offset, size, size, flags, 8)

    heads = segment(1, (0, where)) + segment(2, places[".dynamic"]) + segment(4, places[".note.gnu.build-id"])
    heads += segment(3, places[".interp"]) if program else b""
    identity = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + b"\0" * 9
    head = identity + pack(f"{order}HHI", 3, machine, 1)
    head += form.words(0, header_size, where if sections else 0)
    shape = (
        header_size,
        segment_size,
        segments,
        section_size,
        count if sections else 0,
        count - 1 if sections else 0,
    )
    head += pack(f"{order}IHHHHHH", 0, *shape)
    assert len(head) == header_size
    assert len(heads) == segments * segment_size
    assert places[".dynamic"][1] <= dynamic_size
    return head + heads + body + (rows if sections else b"")
