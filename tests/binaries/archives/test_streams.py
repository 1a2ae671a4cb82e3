"""Streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries import BinaryError
from hemostat.binaries.archives import Forward
from hemostat.binaries.archives.streams import Memory, window
from tests.binaries.archives.packing import forward, in_bits


@given(
    st.binary(max_size=64),
    st.lists(st.tuples(st.sampled_from(["peek", "read"]), st.integers(1, 20)), max_size=30),
)
def test_what_is_peeked_at_comes_again(data: bytes, calls: list[tuple[str, int]]) -> None:
    for source in (forward(data), in_bits(data)):
        at = 0
        for call, count in calls:
            if call == "peek":
                assert source.peek(count) == data[at : at + count]
            else:
                found = source.read(count)
                assert found == data[at : at + len(found)]
                assert found or at == len(data)
                at += len(found)
            assert source.at == at


@pytest.mark.parametrize("make", [forward, in_bits])
def test_exactly_and_skip(make: "type[Forward]") -> None:
    source = make(b"0123456789")  # type: ignore[arg-type]  # makes one of bytes
    assert source.exactly(4) == b"0123"
    source.skip(2)
    assert b"".join(source.chunks()) == b"6789"
    assert source.exactly(0) == b""
    source.skip(0)
    for call in (source.exactly, source.skip):
        with pytest.raises(BinaryError) as caught:
            call(1)
        assert caught.value.code == "truncated"


def test_a_window_ends_where_it_should() -> None:
    source = in_bits(b"0123456789")
    source.skip(2)
    part = window(source, 5)
    assert part.peek(3) == b"234"
    assert b"".join(part.chunks()) == b"23456"
    assert source.at == 7
    assert source.exactly(3) == b"789"


def test_a_window_onto_less_than_it_should_show() -> None:
    part = window(forward(b"0123"), 5)
    assert part.read(4) == b"0123"
    with pytest.raises(BinaryError) as caught:
        part.read(1)
    assert caught.value.code == "truncated"


def test_memory_is_a_file() -> None:
    file = Memory(b"0123456789")
    assert file.read(3) == b"012"
    assert file.seek(-2, 2) == 8
    assert file.read(5) == b"89"
    assert file.read(5) == b""
    assert file.seek(1) == 1
    assert file.seek(2, 1) == 3
    assert file.read(2) == b"34"
    assert file.seek(-20, 1) == 0
