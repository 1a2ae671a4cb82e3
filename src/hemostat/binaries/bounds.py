"""What lief is not given: files whose tables overlap, or have more rows than any real file's.

It reads a file's tables as they say they are, and keeps a copy of what each row points to: a damaged Mach-O of 2.6 MB
took 8 GB of memory, a PE of 3 MB three, an ELF of 10 MB 24 seconds. No part of a real file is in two sections, so the
sum of them is a bound on both.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, Literal

from hemostat.binaries.errors import BinaryError

__all__ = ["check_elf", "check_macho", "check_pe"]

_OVERLAP: Final = 3
"""Times the file's size that its parts may have in all. Segments of ELF lie in one another: a note in a note's, in a
page to be read."""

_MOST_ELF_SECTIONS, _MOST_ELF_SEGMENTS = 1 << 12, 1 << 8
_NOBITS: Final = 8

_MOST_PE_SECTIONS: Final = 96
"""Windows loads no file that has more."""
_PE_SECTION: Final = Struct("<12xIII16x")  # address, size, where in the file
_MOST_EXPORTS: Final = 1 << 16  # each has a number of two bytes
_DIRECTORIES: Final = {b"\x0b\x01": 96, b"\x0b\x02": 112}
"""Where in the optional header the directories begin, by its magic; the first is that of the exports."""

_MOST_SLICES: Final = 30
_MOST_COMMANDS, _MOST_MACHO_SECTIONS = 1 << 12, 255  # a symbol names its section in one byte
_FAT: Final = {b"\xca\xfe\xba\xbe": Struct(">8xII4x"), b"\xca\xfe\xba\xbf": Struct(">8xQQ8x")}
_SEGMENTS: Final = {0x01: (48, 56, 68), 0x19: (64, 72, 80)}
"""LC_SEGMENT and LC_SEGMENT_64: where the number of sections stands, where they begin, how long one is."""
_ZEROFILL: Final = (0x01, 0x0C, 0x12)


def check_elf(data: bytes) -> None:
    """Raises BinaryError."""
    if len(data) < 64:
        raise BinaryError("truncated")
    order: Literal["little", "big"] = "little" if data[5] == 1 else "big"
    mark = "<" if order == "little" else ">"
    if data[4] == 2:
        header, segment = Struct(f"{mark}32xQQ6xHHHH"), Struct(f"{mark}32xQ16x")
        section = Struct(f"{mark}4xI24xQ24x")
    else:
        header, segment = Struct(f"{mark}28xII6xHHHH"), Struct(f"{mark}16xI12x")
        section = Struct(f"{mark}4xI12xI16x")
    segments, sections, segment_size, segment_count, section_size, section_count = header.unpack_from(data)
    if section_count > _MOST_ELF_SECTIONS or segment_count > _MOST_ELF_SEGMENTS:
        raise BinaryError("malformed")
    if sections and not section_count:  # the number of them, beyond 65,279, stands elsewhere
        raise BinaryError("malformed")
    _check_sum(data, (row[0] for row in _rows(data, segment, segments, segment_size, segment_count)))
    rows = _rows(data, section, sections, section_size, section_count)
    _check_sum(data, (size for kind, size in rows if kind != _NOBITS))


def check_pe(data: bytes) -> None:
    """Raises BinaryError."""
    at = int.from_bytes(data[0x3C:0x40], "little")
    if data[at : at + 4] != b"PE\0\0":
        raise BinaryError("not-code")
    if len(data) < at + 24:
        raise BinaryError("truncated")
    count, optional = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (6, 20))
    if count > _MOST_PE_SECTIONS:
        raise BinaryError("malformed")
    rows = list(_rows(data, _PE_SECTION, at + 24 + optional, _PE_SECTION.size, count))
    _check_sum(data, (size for _, size, _ in rows))
    directories = at + 24 + _DIRECTORIES.get(data[at + 24 : at + 26], optional)
    exports = int.from_bytes(data[directories : directories + 4], "little")
    for address, size, start in rows:
        if address <= exports < address + size:
            table = start + exports - address
            if (
                max(int.from_bytes(data[table + n : table + n + 4], "little") for n in (20, 24))
                > _MOST_EXPORTS
            ):
                raise BinaryError("malformed")


def check_macho(data: bytes) -> None:
    """Raises BinaryError."""
    row = _FAT.get(data[:4])
    if row is None:
        _check_slice(data, len(data))
        return
    count = int.from_bytes(data[4:8], "big")
    if not 0 < count <= _MOST_SLICES:
        raise BinaryError("malformed")
    places = list(_rows(data, row, 8, row.size, count))
    _check_sum(data, (size for _, size in places))
    for start, size in places:
        if start + size > len(data):
            raise BinaryError("truncated")
        _check_slice(data[start : start + size], size)


def _check_slice(data: bytes, size: int) -> None:
    if len(data) < 32:
        raise BinaryError("truncated")
    order: Literal["little", "big"] = "big" if data[0] == 0xFE else "little"
    count, length = (int.from_bytes(data[n : n + 4], order) for n in (16, 20))
    at = 32 if 0xCF in (data[0], data[3]) else 28
    end = at + length
    if end > size:
        raise BinaryError("truncated")
    if count > _MOST_COMMANDS:
        raise BinaryError("malformed")
    sizes = list[int]()
    for _ in range(count):
        command, length = (int.from_bytes(data[at + n : at + n + 4], order) for n in (0, 4))
        if length < 8 or at + length > end:
            raise BinaryError("malformed")
        if command in _SEGMENTS:
            sizes += _sections(data[at : at + length], order, *_SEGMENTS[command])
        at += length
    if len(sizes) > _MOST_MACHO_SECTIONS:
        raise BinaryError("malformed")
    _check_sum(data, iter(sizes))


def _sections(
    command: bytes, order: Literal["little", "big"], counted: int, first: int, step: int
) -> Iterator[int]:
    count = int.from_bytes(command[counted : counted + 4], order)
    if first + count * step > len(command):
        raise BinaryError("malformed")
    word = 8 if step == 80 else 4
    for at in range(first, first + count * step, step):
        size = int.from_bytes(command[at + 32 + word : at + 32 + 2 * word], order)
        flags = int.from_bytes(command[at + step - (16 if word == 8 else 12) :][:4], order)
        if flags & 0xFF not in _ZEROFILL:
            yield size


def _rows(data: bytes, layout: Struct, start: int, step: int, count: int) -> Iterator[tuple[int, ...]]:
    """The rows of a table. Those past the end of the file are left out: nothing can be read of them."""
    if not start:
        return
    for at in range(start, start + step * count, max(step, 1)):
        if at + layout.size > len(data):
            return
        yield layout.unpack_from(data, at)


def _check_sum(data: bytes, sizes: Iterator[int]) -> None:
    total = 0
    for size in sizes:
        # A part that is larger than the file is cut short by lief, or refused.
        total += min(size, len(data))
        if total > _OVERLAP * len(data):
            raise BinaryError("malformed")
