"""Cabinets, which Windows Installer packages hold: stored, or by MSZIP. Source: Microsoft's "Cabinet File Format" and
"MSZIP Compression and Decompression Data Structure" ([MS-MCI])."""

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.streams import Forward, Member, window
from hemostat.binaries.errors import BinaryError

__all__ = ["members_of_cab"]

_HEADER: Final = Struct("<16xI6xHHHH2x")  # files at, folders, files, flags, set
_RESERVES: Final = Struct("<HBB")
_FOLDER: Final = Struct("<IHH")  # data at, blocks, method
_FILE: Final = Struct("<IIH6x")  # size, offset in the folder, folder
_BLOCK: Final = Struct("<4xHH")  # bytes here, bytes unpacked
_PREVIOUS, _NEXT, _RESERVED = 1, 2, 4
_STORED, _MSZIP = 0, 1
_LARGEST_BLOCK: Final = 1 << 15
_LONGEST_NAME: Final = 257


class _Folder(NamedTuple):
    at: int
    blocks: int
    method: int


class _File(NamedTuple):
    offset: int
    size: int
    name: bytes


def members_of_cab(source: Forward, budget: Budget) -> Iterator[Member]:
    """Folder by folder. Of a set of cabinets, what lies whole in this one. Raises BinaryError and Spent."""
    start = source.at
    files_at, folder_count, file_count, flags, _ = _HEADER.unpack(source.exactly(_HEADER.size))
    in_folder = in_block = 0
    if flags & _RESERVED:
        in_header, in_folder, in_block = _RESERVES.unpack(source.exactly(_RESERVES.size))
        source.skip(in_header)
    for flag in (_PREVIOUS, _NEXT):
        if flags & flag:
            _name(source)
            _name(source)
    folders = list[_Folder]()
    for _ in range(folder_count):
        folders.append(_Folder(*_FOLDER.unpack(source.exactly(_FOLDER.size))))
        source.skip(in_folder)
    _forward_to(source, start + files_at)
    contents = list[list[_File]]([] for _ in folders)
    for _ in range(file_count):
        size, offset, folder = _FILE.unpack(source.exactly(_FILE.size))
        name = _name(source)
        if folder < len(contents):
            contents[folder].append(_File(offset, size, name))
        else:  # begun in the cabinet before, or ended in the next
            yield Member(name, None, "truncated")
    for folder, files in sorted(zip(folders, contents, strict=True)):
        yield from _members_of_folder(source, start, folder, sorted(files), in_block, budget)


def _members_of_folder(
    source: Forward, start: int, folder: _Folder, files: list[_File], reserved: int, budget: Budget
) -> Iterator[Member]:
    if folder.method & 0xF not in (_STORED, _MSZIP):
        for file in files:
            budget.member()
            yield Member(file.name, None, "method")
        return
    _forward_to(source, start + folder.at)
    blocks = _unpacked(source, folder, reserved, budget)
    stream = Forward(lambda _: next(blocks, b""))
    for file in files:
        budget.member()
        _forward_to(stream, file.offset)
        end = stream.at + file.size
        yield Member(file.name, window(stream, file.size))
        stream.skip(end - stream.at)


def _unpacked(source: Forward, folder: _Folder, reserved: int, budget: Budget) -> Iterator[bytes]:
    """Block by block; each of MSZIP may look back at the one before."""
    before = b""
    for _ in range(folder.blocks):
        packed, size = _BLOCK.unpack(source.exactly(_BLOCK.size))
        source.skip(reserved)
        data = source.exactly(packed)
        if not 0 < size <= _LARGEST_BLOCK:
            raise BinaryError("malformed" if size else "truncated")
        if folder.method & 0xF == _MSZIP:
            if data[:2] != b"CK":
                raise BinaryError("malformed")
            try:
                data = zlib.decompressobj(-zlib.MAX_WBITS, zdict=before).decompress(data[2:], size)
            except zlib.error as error:
                raise BinaryError("malformed") from error
        if len(data) != size:
            raise BinaryError("malformed")
        before = data
        budget.unpacked(size)
        yield data


def _forward_to(stream: Forward, place: int) -> None:
    if place < stream.at:
        raise BinaryError("malformed")
    stream.skip(place - stream.at)


def _name(source: Forward) -> bytes:
    name, zero, _ = source.peek(_LONGEST_NAME).partition(b"\0")
    if not zero:
        raise BinaryError("malformed")
    source.skip(len(name) + 1)
    return name
