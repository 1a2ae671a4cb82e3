"""The kind of a file by its first bytes."""

from enum import StrEnum
from typing import Final

__all__ = ["CODE", "HEAD", "OPENED", "SEALED", "Kind", "kind_of"]

HEAD: Final = 512
"""Bytes that are enough to tell every kind: tar has no magic at its head, but a checksum over its first block."""

_DEBIAN: Final = b"debian-binary"
_FAT: Final = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MOST_SLICES: Final = 30
"""A Java class file begins as a universal Mach-O does; where that counts slices, it has its version, 45 and up."""


class Kind(StrEnum):
    """What a file is, as far as what to do with it next."""

    ELF = "elf"
    PE = "pe"
    MACHO = "macho"
    """Mach-O, for one machine or universal."""
    OBJECTS = "objects"
    """An `ar` of object files: a static library, `libssl.a`."""

    ZIP = "zip"
    """And with it wheel, jar, egg, apk of Android."""
    TAR = "tar"
    DEB = "deb"
    RPM = "rpm"
    CPIO = "cpio"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    """The format before xz, without a magic: as `lzma` and old packages wrote it."""
    ZSTD = "zstd"
    CABINET = "cabinet"
    MSI = "msi"
    """A compound file: a Windows Installer package, or an old document."""

    SEVEN_ZIP = "7z"
    RAR = "rar"
    XAR = "xar"
    """A package of macOS."""
    SQUASHFS = "squashfs"
    LZ4 = "lz4"
    LZIP = "lzip"
    COMPRESS = "compress"
    """`.Z`."""
    CPIO_OLD = "cpio-old"
    """cpio in another format than `newc`."""

    OTHER = "other"


CODE: Final = frozenset({Kind.ELF, Kind.PE, Kind.MACHO, Kind.OBJECTS})
OPENED: Final = frozenset(
    {
        Kind.ZIP,
        Kind.TAR,
        Kind.DEB,
        Kind.RPM,
        Kind.CPIO,
        Kind.GZIP,
        Kind.BZIP2,
        Kind.XZ,
        Kind.LZMA,
        Kind.ZSTD,
        Kind.CABINET,
        Kind.MSI,
    }
)
"""Archives that are looked into."""
SEALED: Final = frozenset(
    {
        Kind.SEVEN_ZIP,
        Kind.RAR,
        Kind.XAR,
        Kind.SQUASHFS,
        Kind.LZ4,
        Kind.LZIP,
        Kind.COMPRESS,
        Kind.CPIO_OLD,
    }
)
"""Archives that are recognised, and said not to be looked into."""

_MAGICS: Final = (
    (b"\x7fELF", Kind.ELF),
    # Programs of DOS too, and of nothing but their loader: the PE header is looked for where it matters.
    (b"MZ", Kind.PE),
    (b"\xfe\xed\xfa\xce", Kind.MACHO),
    (b"\xfe\xed\xfa\xcf", Kind.MACHO),
    (b"\xce\xfa\xed\xfe", Kind.MACHO),
    (b"\xcf\xfa\xed\xfe", Kind.MACHO),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),  # without members
    (b"PK\x07\x08", Kind.ZIP),  # once cut into volumes
    (b"\xed\xab\xee\xdb", Kind.RPM),
    (b"070701", Kind.CPIO),
    (b"070702", Kind.CPIO),  # with checksums
    (b"070707", Kind.CPIO_OLD),
    (b"\xc7\x71", Kind.CPIO_OLD),
    (b"\x1f\x8b\x08", Kind.GZIP),
    (b"BZh", Kind.BZIP2),
    (b"\xfd7zXZ\x00", Kind.XZ),
    (b"\x28\xb5\x2f\xfd", Kind.ZSTD),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.MSI),
    (b"MSCF\0\0\0\0", Kind.CABINET),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Kind.RAR),
    (b"xar!", Kind.XAR),
    (b"hsqs", Kind.SQUASHFS),
    (b"sqsh", Kind.SQUASHFS),
    (b"\x04\x22\x4d\x18", Kind.LZ4),
    (b"LZIP\x01", Kind.LZIP),
    (b"\x1f\x9d", Kind.COMPRESS),
)
_BEGINNINGS: Final = frozenset(magic[:2] for magic, _ in _MAGICS)


def kind_of(head: bytes) -> Kind:
    """The kind of the file that begins with `head`: `HEAD` bytes of it, or all where it has fewer."""
    if head[:2] in _BEGINNINGS:
        for magic, kind in _MAGICS:
            if head.startswith(magic):
                return kind
    if head.startswith(b"!<arch>\n"):
        return Kind.DEB if head.startswith(_DEBIAN, 8) else Kind.OBJECTS
    if head.startswith(_FAT):
        slices = int.from_bytes(head[4:8], "big")
        return Kind.MACHO if len(head) >= 8 and 0 < slices <= _MOST_SLICES else Kind.OTHER
    if _is_lzma(head):
        return Kind.LZMA
    return Kind.TAR if _is_tar(head) else Kind.OTHER


def _is_lzma(head: bytes) -> bool:
    """Properties as every writer sets them, a dictionary of a power of two, a size that is unknown or below 256 GiB
    (LZMA SDK, lzma.txt)."""
    dictionary = int.from_bytes(head[1:5], "little")
    return (
        len(head) > 13
        and head[0] == 0x5D
        and 1 << 12 <= dictionary == dictionary & -dictionary
        and (head[5:13] == b"\xff" * 8 or head[10:13] == b"\0" * 3)
    )


def _is_tar(head: bytes) -> bool:
    """The magic of POSIX and GNU, or, before 1988, the sum over the first block alone."""
    if head[257:262] == b"ustar":
        return True
    if len(head) < HEAD or not head[0] or head[154:156] not in (b"\0 ", b" \0"):
        return False
    field = head[148:154].strip(b" \0")
    if not field or field.strip(b"01234567"):
        return False
    return int(field, 8) == sum(head[:148]) + 8 * 0x20 + sum(head[156:HEAD])
