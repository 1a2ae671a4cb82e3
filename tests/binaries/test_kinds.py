"""Kinds of files."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries.kinds import CODE, HEAD, OPENED, SEALED, Kind, kind_of
from tests.binaries.apples import X86_64, macho, universal
from tests.binaries.elves import elf
from tests.binaries.windows import pe


def a_tar(format: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=format) as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return made.getvalue()


def a_zip(members: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(members):
            archive.writestr(str(number), b"x")
    return made.getvalue()


def before_posix() -> bytes:
    """A tar as it was before 1988: no magic, only the sum."""
    header = bytearray(a_tar()[:512])
    header[257:] = b"\0" * 255
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"\0" * 1024


REAL = [
    (elf(), Kind.ELF),
    (pe(), Kind.PE),
    (macho(), Kind.MACHO),
    (macho(order=">", wide=False), Kind.MACHO),
    (universal((X86_64, macho())), Kind.MACHO),
    (b"!<arch>\n/               0           0     0     0       4         `\n\0\0\0\0", Kind.OBJECTS),
    (b"!<arch>\n", Kind.OBJECTS),
    (b"!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n", Kind.DEB),
    (a_zip(1), Kind.ZIP),
    (a_zip(0), Kind.ZIP),
    (a_tar(), Kind.TAR),
    (a_tar(tarfile.GNU_FORMAT), Kind.TAR),
    (before_posix(), Kind.TAR),
    (gzip.compress(b"x"), Kind.GZIP),
    (bz2.compress(b"x"), Kind.BZIP2),
    (lzma.compress(b"x"), Kind.XZ),
    (lzma.compress(b"x", lzma.FORMAT_ALONE), Kind.LZMA),
    (b"\x28\xb5\x2f\xfd\x04\x00", Kind.ZSTD),
    (b"\xed\xab\xee\xdb\x03\x00", Kind.RPM),
    (b"070701" + b"0" * 104, Kind.CPIO),
    (b"070707" + b"0" * 70, Kind.CPIO_OLD),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.MSI),
    (b"MSCF\0\0\0\0", Kind.CABINET),
    (b"hsqs", Kind.SQUASHFS),
]


@pytest.mark.parametrize(("data", "kind"), REAL, ids=lambda value: value if isinstance(value, Kind) else "")
def test_real_files(data: bytes, kind: Kind) -> None:
    assert kind_of(data[:HEAD]) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#!/bin/sh\n",
        b"OpenSSL 1.0.1e 11 Feb 2013",
        b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + b"\0" * 40,  # a Java class, version 52
        b"\xca\xfe\xba\xbe",
        b"]\0\0 is no lzma",
        b"\0" * HEAD,  # the sum of nothing
        before_posix()[:300] + b"\x01" + before_posix()[301:],
    ],
)
def test_all_else_is_other(data: bytes) -> None:
    assert kind_of(data[:HEAD]) is Kind.OTHER


def test_every_kind_belongs_somewhere_and_nowhere_twice() -> None:
    groups = [CODE, OPENED, SEALED, {Kind.OTHER}]
    assert sorted(kind for group in groups for kind in group) == sorted(Kind)


@given(st.binary(max_size=HEAD))
def test_any_head_has_a_kind(head: bytes) -> None:
    assert kind_of(head) in Kind
