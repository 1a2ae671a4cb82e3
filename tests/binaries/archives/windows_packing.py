"""Cabinets and compound files made by hand, by Microsoft's [MS-CAB] and [MS-CFB]."""

import zlib
from collections.abc import Mapping
from struct import pack

__all__ = ["LZX", "MSZIP", "STORED", "a_cab", "an_msi"]

STORED, MSZIP, LZX = 0, 1, 0x1503
_BLOCK = 1 << 15
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _mszip(blocks: list[bytes]) -> list[bytes]:
    packed, before = list[bytes](), b""
    for block in blocks:
        packer = (
            zlib.compressobj(9, zlib.DEFLATED, -15, zdict=before)
            if before
            else zlib.compressobj(9, zlib.DEFLATED, -15)
        )
        packed.append(b"CK" + packer.compress(block) + packer.flush())
        before = block
    return packed


def a_cab(
    *folders: Mapping[str, bytes], method: int = MSZIP, reserved: bool = False, after: bool = False
) -> bytes:
    """Each folder is compressed as one. `reserved`: with room for others' bytes everywhere; `after`: it follows
    another cabinet, and its first file began there."""
    reserve = pack("<HBB", 20, 4, 6) if reserved else b""
    header = 36 + len(reserve) + (20 if reserved else 0)
    names = b"before.cab\0disk 1\0" if after else b""
    table_at = header + len(names)
    files_at = table_at + len(folders) * (12 if reserved else 8)
    files, blocks = b"", list[list[bytes]]()
    count = sum(map(len, folders))
    for number, folder in enumerate(folders):
        joined = b""
        for name, contents in folder.items():
            where = 0xFFFD if after and not files else number
            files += pack("<IIHHHH", len(contents), len(joined), where, 0, 0, 0x20) + name.encode() + b"\0"
            joined += contents
        whole = [joined[at : at + _BLOCK] for at in range(0, len(joined), _BLOCK)]
        packed = _mszip(whole) if method == MSZIP else whole
        between = bytes(6) if reserved else b""
        blocks.append(
            [
                pack("<IHH", 0, len(data), len(block)) + between + data
                for data, block in zip(packed, whole, strict=True)
            ]
        )
    at, table, body = files_at + len(files), b"", b""
    for folder_blocks in blocks:
        table += pack("<IHH", at + len(body), len(folder_blocks), method) + (bytes(4) if reserved else b"")
        body += b"".join(folder_blocks)
    flags = (4 if reserved else 0) | (1 if after else 0)
    size = at + len(body)
    head = pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, files_at, 0, 3, 1, len(folders), count, flags, 7, 0)
    return head + reserve + (bytes(20) if reserved else b"") + names + table + files + body


def an_msi(streams: Mapping[str, bytes]) -> bytes:
    """A compound file. Each stream is filled up to 4096 bytes, from which on it has sectors of its own."""
    bodies = [contents.ljust(4096, b"\0") for contents in streams.values()]
    entries = [_entry("Root Entry", 5, child=1 if streams else _FREE)]
    directory = (len(streams) + 4) // 4
    fat = 1
    while fat * 128 < fat + directory + sum(-(-len(body) // _SECTOR) for body in bodies):
        fat += 1
    links = [_FAT] * fat + [*range(fat + 1, fat + directory), _END]
    sectors = b""
    for number, (name, body) in enumerate(zip(streams, bodies, strict=True), 1):
        first, count = len(links), -(-len(body) // _SECTOR)
        links += [*range(first + 1, first + count), _END]
        sectors += body.ljust(count * _SECTOR, b"\0")
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right=right, first=first, size=len(body)))
    links += [_FREE] * (fat * 128 - len(links))
    entries += [bytes(68) + pack("<III", _FREE, _FREE, _FREE) + bytes(48)] * (directory * 4 - len(entries))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += pack("<IIIIIIIII", 0, fat, fat, 0, 4096, _END, 0, _END, 0)
    head += pack("<109I", *range(fat), *[_FREE] * (109 - fat))
    return head + pack(f"<{len(links)}I", *links) + b"".join(entries) + sectors


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, first: int = _END, size: int = 0
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    row = raw.ljust(64, b"\0") + pack("<HBBIII", len(raw), kind, 1, _FREE, right, child)
    return row + bytes(36) + pack("<IQ", first, size)
