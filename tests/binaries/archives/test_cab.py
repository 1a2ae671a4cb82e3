"""Cabinets."""

import pytest
from hypothesis import given, settings

from hemostat.binaries import Limits
from hemostat.binaries.archives.cab import members_of_cab
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import budget, forward, in_bits, read_all
from tests.binaries.archives.windows_packing import LZX, MSZIP, STORED, a_cab
from tests.wire.damage import garbled

TEXT = b"".join(b"%d bottles of beer\n" % number for number in range(8000))
FILES = {"a\\libssl.dll": TEXT, "empty": b"", "b": b"text" * 9}
EXPECTED = [(name.encode(), contents) for name, contents in FILES.items()]


def members(data: bytes, limits: Limits | None = None) -> list[tuple[str | bytes, bytes | str | None]]:
    return read_all(members_of_cab(forward(data), budget(len(data), limits)))


@pytest.mark.parametrize("method", [STORED, MSZIP])
@pytest.mark.parametrize("reserved", [False, True])
def test_members(method: int, reserved: bool) -> None:
    data = a_cab(FILES, {"c": b"of another folder"}, method=method, reserved=reserved)
    expected = [*EXPECTED, (b"c", b"of another folder")]
    assert sorted(members(data), key=str) == sorted(expected, key=str)
    assert sorted(read_all(members_of_cab(in_bits(data), budget())), key=str) == sorted(expected, key=str)


def test_a_block_looks_back_at_the_one_before() -> None:
    noise = bytes((at * at * 7919 >> 7) % 256 for at in range(1 << 15))
    data = a_cab({"twice": noise * 3})
    assert len(data) < 2 * len(noise)
    assert members(data) == [(b"twice", noise * 3)]


def test_what_was_not_read_is_passed_over() -> None:
    names = [member.name for member in members_of_cab(forward(a_cab(FILES)), budget())]
    assert sorted(map(str, names)) == sorted(str(name) for name, _ in EXPECTED)


def test_methods_that_cannot_be_unpacked() -> None:
    assert members(a_cab({"a": TEXT}, {"b": b"c"}, method=LZX)) == [(b"a", "method"), (b"b", "method")]


def test_a_file_that_began_in_the_cabinet_before() -> None:
    assert members(a_cab({"a": b"rest", "b": b"whole"}, after=True)) == [
        (b"a", "truncated"),
        (b"b", b"whole"),
    ]


def test_a_bomb_goes_off_early() -> None:
    data = a_cab({"zeros": bytes(8 << 20)})
    assert outcome(members, data, Limits(free=1 << 20, ratio=10)) == "limit-ratio"


CAB = a_cab(FILES)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (CAB[:20], "truncated"),
        (CAB[:-5], "truncated"),
        (CAB.replace(b"CK", b"KC", 1), "malformed"),
        (CAB[:16] + b"\x08\0\0\0" + CAB[20:], "malformed"),  # the files before the folders
        (CAB[:36] + b"\x08\0\0\0" + CAB[40:], "malformed"),  # the data before the files
        (a_cab({"n" * 300: b"x"}), "malformed"),
        (a_cab({"a": b"text" * 50}).replace(b"CK", b"CK\xff"), "malformed"),
    ],
)
def test_damaged(data: bytes, code: str) -> None:
    assert outcome(members, data) == code


@settings(max_examples=100)
@given(
    garbled(a_cab({"a": TEXT[:300], "b": b"c"}))
    | garbled(a_cab({"a": b"text"}, method=STORED, reserved=True))
)
def test_garbled(data: bytes) -> None:
    outcome(members, data, Limits(free=1 << 20, ratio=10))
