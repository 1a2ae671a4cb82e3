"""zip."""

import zipfile
from struct import pack

import pytest
from hypothesis import given, settings

from hemostat.binaries import Limits
from hemostat.binaries.archives.streams import Memory
from hemostat.binaries.archives.zip import ends_as_zip, members_of_zip
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import a_zip, budget, read_all
from tests.wire.damage import garbled

FILES = {"a/libssl.dll": b"contents" * 200, "empty": b"", "größe": b"x"}
RAW = [(name.encode(), contents) for name, contents in FILES.items()]


def members(data: bytes, limits: Limits | None = None) -> list[tuple[str | bytes, bytes | str | None]]:
    return read_all(members_of_zip(Memory(data), budget(len(data), limits)))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members(method: int) -> None:
    assert members(a_zip(FILES, method)) == RAW


def test_folders_are_no_members() -> None:
    assert members(a_zip({"folder/": b"", "file": b""})) == [(b"file", b"")]


def test_names_that_are_not_what_they_say() -> None:
    """They say UTF-8, and hold what is none, in the directory and before the member."""
    data = a_zip(FILES).replace("größe".encode(), b"gr\xff\xfe\xfd\xfce")
    assert members(data) == [*RAW[:2], (b"gr\xff\xfe\xfd\xfce", b"x")]


def test_the_end_may_have_a_comment_and_the_beginning_a_program() -> None:
    data = a_zip(FILES)
    assert members(b"#!/bin/sh\n" + data) == RAW
    with_comment = data[:-2] + pack("<H", 300) + b"c" * 300
    assert members(with_comment) == RAW
    assert ends_as_zip(data)
    assert not ends_as_zip(with_comment[-22:])
    assert not ends_as_zip(data[-21:])


def test_what_is_encrypted_or_packed_otherwise_is_said() -> None:
    data = bytearray(a_zip({"a": b"text", "b": b"text"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert members(bytes(data)) == [(b"a", "encrypted"), (b"b", b"text")]
    assert members(a_zip({"a": b"text"}, zipfile.ZIP_LZMA)) == [(b"a", "method")]


def test_a_bomb_goes_off_early() -> None:
    data = a_zip({"zeros": bytes(20 << 20)})
    assert outcome(members, data, Limits(free=1 << 20, ratio=10)) == "limit-ratio"


def test_members_that_are_one_and_the_same_count_each() -> None:
    """A directory of many entries that all point to one member."""
    data = a_zip({"a": bytes(1 << 16)})
    at, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry, count = data[at:end], 500
    tail = pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(entry) * count, at, 0)
    bomb = data[:at] + entry * count + tail
    assert outcome(members, bomb, Limits(free=1 << 20, ratio=1)) in ("limit-ratio", "malformed")
    assert outcome(members, bomb, Limits(members=499)) in ("limit-members", "malformed")


def test_a_directory_that_says_to_be_huge() -> None:
    tail = pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, 200 << 20, 0, 0)
    assert outcome(members, bytes(1000) + tail) == "malformed"


@pytest.mark.parametrize("cut", [0, 1, 21, 22, 60])
def test_cut(cut: int) -> None:
    data = a_zip(FILES)
    assert outcome(members, data[: len(data) - cut - 1]) == "malformed"


def test_contents_that_differ_from_their_sum() -> None:
    data = a_zip({"a": b"contents"}, zipfile.ZIP_STORED).replace(b"contents", b"CONTENTS")
    assert outcome(members, data) == "malformed"


class Broken(Memory):
    def read(self, size: int, /) -> bytes:
        raise OSError(5, "Input/output error")


def test_an_error_of_the_disk_is_the_caller_s() -> None:
    with pytest.raises(OSError, match="Input/output"):
        read_all(members_of_zip(Broken(a_zip(FILES)), budget()))


@settings(max_examples=150)
@given(garbled(a_zip(FILES)) | garbled(a_zip({"a": b"text" * 50, "b": b"c"}, zipfile.ZIP_BZIP2)))
def test_garbled(data: bytes) -> None:
    outcome(members, data, Limits(free=1 << 20, ratio=10))
