"""tar."""

import io
import tarfile

import pytest
from hypothesis import given, settings

from hemostat.binaries import Limits
from hemostat.binaries.archives.tar import members_of_tar
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import a_tar, budget, forward, in_bits, read_all
from tests.wire.damage import garbled

FILES = {
    "./usr/lib/libssl.so": b"contents" * 200,
    "empty": b"",
    "l/" * 120 + "long": b"x",
    "b\udcff": b"y" * 512,
}
FORMATS = [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]


def members(data: bytes, limits: Limits | None = None) -> list[tuple[str | bytes, bytes | str | None]]:
    return read_all(members_of_tar(forward(data), budget(len(data), limits)))


@pytest.mark.parametrize("format", FORMATS)
def test_members(format: int) -> None:
    data = a_tar(FILES, format)
    assert members(data) == list(FILES.items())
    assert read_all(members_of_tar(in_bits(data), budget())) == list(FILES.items())


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_not_read_is_passed_over(format: int) -> None:
    data = a_tar(FILES, format)
    assert [member.name for member in members_of_tar(forward(data), budget())] == list(FILES)


def test_only_files_are_members() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"of type {kind!r}")
            info.type, info.linkname = kind, "target"
            archive.addfile(info)
    assert members(made.getvalue()) == []


def sparse(size: int, pieces: list[tuple[int, bytes]]) -> bytes:
    """In GNU's format 1.0: the map stands before the contents."""
    table = f"{len(pieces)}\n" + "".join(f"{at}\n{len(piece)}\n" for at, piece in pieces)
    contents = table.encode().ljust(512, b"\0") + b"".join(piece for _, piece in pieces)
    info = tarfile.TarInfo("GNUSparseFile.0/disk")
    info.size = len(contents)
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "disk",
        "GNU.sparse.realsize": str(size),
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(contents))
    return made.getvalue()


def test_holes_are_filled() -> None:
    ((name, contents),) = members(sparse(100_000, [(1000, b"one"), (90_000, b"two")]))
    assert name == "disk"
    expected = bytearray(100_000)
    expected[1000:1003], expected[90_000:90_003] = b"one", b"two"
    assert contents == bytes(expected)


def test_holes_count_as_unpacked() -> None:
    assert outcome(members, sparse(1 << 40, [(0, b"one")]), Limits(free=1 << 20, ratio=1)) == "limit-ratio"


@pytest.mark.parametrize("pieces", [[(50, b"one"), (0, b"two")], [(0, b"one"), (0, b"two")], [(98, b"one")]])
def test_pieces_out_of_order_over_one_another_or_past_the_end(pieces: list[tuple[int, bytes]]) -> None:
    found = outcome(members, sparse(100, pieces))
    assert found == "malformed" or len(found[0][1] or b"") <= 100


@pytest.mark.parametrize("format", FORMATS)
def test_a_name_as_large_as_a_file_is_not_held(format: int) -> None:
    assert outcome(members, a_tar({"n" * (2 << 20): b""}, format)) == "malformed"


def test_a_chain_of_extended_headers() -> None:
    header = a_tar({"n" * 200: b""})[:1024]
    assert outcome(members, header * 1500 + a_tar({"a": b""})) == "malformed"


def test_a_header_that_is_none_is_not_the_end() -> None:
    data = a_tar({"a": b"1", "b": b"2"})
    assert outcome(members, data[:1024] + b"\x01" * 512 + data[1536:]) == "malformed"
    assert outcome(members, data[:1124]) == "truncated"


def test_an_archive_may_end_without_its_zeros() -> None:
    assert members(a_tar({"a": b"1"})[:1024]) == [("a", b"1")]


def test_contents_that_are_cut() -> None:
    assert outcome(members, a_tar({"a": b"1" * 600})[:900]) == "truncated"


def test_members_are_counted() -> None:
    many = a_tar({str(number): b"" for number in range(20)})
    assert outcome(members, many, Limits(members=19)) == "limit-members"
    assert len(members(many, Limits(members=20))) == 20


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=100)
@given(
    data=garbled(a_tar({"a/" * 60 + "b": b"contents", "c": b"d"})) | garbled(sparse(5000, [(1000, b"one")]))
)
def test_garbled(format: int, data: bytes) -> None:
    outcome(members, data, Limits(free=1 << 20, ratio=10))
