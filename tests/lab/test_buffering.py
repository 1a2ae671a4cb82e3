from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.buffering import WriteBuffer


def test_small_writes_stay_until_flushed() -> None:
    buffer = WriteBuffer(100)
    assert buffer.write(b"a" * 60) == []
    assert buffer.write(b"b" * 40) == []
    assert buffer.flush() == [b"a" * 60 + b"b" * 40]
    assert buffer.flush() == []


def test_a_write_of_the_size_stays_and_a_larger_one_goes_straight_out() -> None:
    buffer = WriteBuffer(100)
    assert buffer.write(b"a" * 100) == []
    assert buffer.flush() == [b"a" * 100]
    assert buffer.write(b"b" * 101) == [b"b" * 101]
    assert buffer.flush() == []


def test_what_does_not_fit_fills_the_buffer_first() -> None:
    buffer = WriteBuffer(100)
    buffer.write(b"a" * 30)
    assert buffer.write(b"b" * 80) == [b"a" * 30 + b"b" * 70]
    assert buffer.flush() == [b"b" * 10]
    buffer.write(b"a" * 30)
    assert buffer.write(b"b" * 180) == [b"a" * 30 + b"b" * 70, b"b" * 110]


@given(size=st.integers(1, 50), writes=st.lists(st.binary(max_size=120), max_size=20))
def test_nothing_is_lost_or_swapped_and_little_is_held(size: int, writes: list[bytes]) -> None:
    buffer = WriteBuffer(size)
    out = [piece for data in writes for piece in buffer.write(data)]
    held = buffer.flush()
    assert b"".join(out + held) == b"".join(writes)
    assert sum(map(len, held)) <= size
