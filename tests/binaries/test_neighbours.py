"""What lies beside a library in its archive."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries import Limits, neighbours
from hemostat.binaries.archives.streams import Memory
from tests.binaries.archives.packing import a_deb, a_tar, a_zip

FILES = {
    "app/.libs/libssl-1.so": b"ssl",
    "app/.libs/libcrypto-1.so.1": b"crypto",
    "app/.libs/README": b"text",
    "app/libz.so": b"z",
    "libk5.so": b"k5",
}
BESIDE = {"libssl-1.so": b"ssl", "libcrypto-1.so.1": b"crypto"}


def beside(data: bytes, *inside: str, **limits: int) -> dict[str, bytes]:
    return neighbours(Memory(data), len(data), inside, Limits(**limits))


@pytest.mark.parametrize(
    ("data", "way"),
    [
        (a_zip(FILES), ()),
        (gzip.compress(a_tar(FILES)), ()),
        (a_deb({"data.tar.gz": gzip.compress(a_tar(FILES))}), ("data.tar.gz",)),
        (a_zip({"a.whl": a_zip(FILES), "b.whl": a_zip({"app/.libs/libother.so": b"other"})}), ("a.whl",)),
    ],
)
def test_the_libraries_of_its_own_folder(data: bytes, way: tuple[str, ...]) -> None:
    assert beside(data, *way, "app/.libs/libssl-1.so") == BESIDE
    assert beside(data, *way, "libssl.so") == {"libk5.so": b"k5"}
    assert beside(data, *way, "nowhere/libssl.so") == {}
    assert beside(data, "missing", "app/.libs/libssl-1.so") == {}
    assert beside(data) == {}


def test_what_is_no_archive_has_nothing_beside_it() -> None:
    assert beside(b"text", "a") == {}
    assert beside(b"", "a") == {}


def test_limits() -> None:
    many = a_zip({f"lib{number}.so": b"x" for number in range(100)})
    assert len(beside(many, "lib0.so")) == 64
    assert beside(a_zip({"a.so": b"a", "b.so": b"b" * 100, "c.so": b"c"}), "a.so", size=50) == {"a.so": b"a"}
    assert beside(gzip.compress(a_tar(FILES)), "libk5.so", depth=1) == {}
    assert beside(a_zip(FILES), "libk5.so", members=1) == {}


def test_errors_of_the_file_are_its_own() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        neighbours(Broken(), 10, ("a",))


@given(st.data())
def test_whatever_the_bytes_there_is_an_answer(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([a_zip(FILES), gzip.compress(a_tar(FILES)), a_tar(FILES)]))
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    garbled = bytearray(whole)
    garbled[at] ^= data.draw(st.integers(1, 255))
    for each in (whole[:cut], bytes(garbled)):
        found = beside(each, "app/.libs/libssl-1.so")
        assert all(".so" in name and "/" not in name for name in found)
        assert sum(map(len, found.values())) <= 16
