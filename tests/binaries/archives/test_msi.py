"""Windows Installer packages."""

import pytest
from hypothesis import given, settings

from hemostat.binaries import Limits
from hemostat.binaries.archives.msi import members_of_msi
from hemostat.binaries.archives.streams import Memory
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import budget, read_all
from tests.binaries.archives.windows_packing import an_msi
from tests.wire.damage import garbled

FILES = {"Icon": b"x" * 4096, "product.cab": b"contents" * 1000}


def members(data: bytes, limits: Limits | None = None) -> list[tuple[str | bytes, bytes | str | None]]:
    return read_all(members_of_msi(Memory(data), budget(len(data), limits)))


def test_members() -> None:
    assert members(an_msi(FILES)) == list(FILES.items())
    assert members(an_msi({})) == []


@pytest.mark.parametrize(
    ("packed", "name"),
    [
        ("\u4840\u4801", "!1"),
        ("\u3800", "00"),
        ("\u3841", "11"),
        ("\u47ff", "__"),
        ("\u480a", "A"),
        ("plain", "plain"),
    ],
)
def test_names_are_packed_by_two(packed: str, name: str) -> None:
    ((found, _),) = members(an_msi({packed: b"x"}))
    assert found == name


def test_a_stream_larger_than_what_is_held() -> None:
    data = an_msi({"large": bytes(10_000), "small": b"x" * 4096})
    assert members(data, Limits(size=9_999)) == [("large", "limit-size"), ("small", b"x" * 4096)]


def test_streams_are_counted() -> None:
    assert outcome(members, an_msi(FILES), Limits(members=1)) == "limit-members"


@pytest.mark.parametrize("cut", [8, 300, 512, 1000, 2000, 5000, 9000])
def test_cut(cut: int) -> None:
    assert outcome(members, an_msi(FILES)[:cut]) == "malformed"


def test_streams_that_are_one_and_the_same() -> None:
    data = bytearray(an_msi(FILES))
    entry = data.index("Icon".encode("utf-16-le"))
    other = data.index("product.cab".encode("utf-16-le"))
    data[entry + 116 : entry + 120] = data[other + 116 : other + 120]
    assert outcome(members, bytes(data)) == "malformed"


@pytest.mark.parametrize("field", [44, 64, 72])
def test_tables_that_say_to_be_huge(field: int) -> None:
    """Sectors of the table, of that for small streams, of the table of tables."""
    data = bytearray(an_msi(FILES))
    data[field : field + 4] = b"\xff\xff\xff\x7f"
    assert outcome(members, bytes(data)) in ("malformed", list(FILES.items()))


class Broken(Memory):
    def read(self, size: int, /) -> bytes:
        raise OSError(5, "Input/output error")


def test_an_error_of_the_disk_is_the_caller_s() -> None:
    with pytest.raises(OSError, match="Input/output"):
        read_all(members_of_msi(Broken(an_msi(FILES)), budget()))


@settings(max_examples=150, deadline=None)
@given(garbled(an_msi(FILES)))
def test_garbled(data: bytes) -> None:
    outcome(members, data)
