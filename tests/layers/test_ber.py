from collections.abc import Generator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import Refused, Spoken, Want, Words
from hemostat.layers.ber import Value, encode, encode_integer, integer, value, values

tags = st.integers(0, 255).filter(lambda tag: tag & 0x1F != 0x1F)


def hear(data: bytes, *, tag: int = 0x30, limit: int = 300, cut: int = 0) -> tuple[list[bytes], Spoken]:
    """What `value` makes of the data, and the layer that spoke it."""
    heard: list[bytes] = []

    def words() -> Words:
        heard.append((yield from value(tag, limit)))
        yield 1000

    layer = Spoken(words())
    layer.start(0)
    size = cut or max(1, len(data))
    for at in range(0, len(data), size):
        layer.from_peer(0, data[at : at + size])
    return heard, layer


@given(st.binary(max_size=300), st.sampled_from([0, 1, 7]))
def test_a_value_is_heard_as_it_was_encoded(content: bytes, cut: int) -> None:
    heard, layer = hear(encode(0x30, content), cut=cut)
    assert heard == [content]
    assert layer.refusal is None


@given(st.binary(max_size=300), st.integers(0, 310))
def test_a_value_that_is_cut_is_waited_for(content: bytes, end: int) -> None:
    whole = encode(0x30, content)
    heard, layer = hear(whole[: min(end, len(whole) - 1)])
    assert heard == []
    assert layer.refusal is None


@given(st.lists(st.tuples(tags, st.binary(max_size=300)), max_size=5))
def test_values_are_read_as_they_were_encoded(wanted: list[tuple[int, bytes]]) -> None:
    content = b"".join(encode(tag, each) for tag, each in wanted)
    assert values(content) == tuple(Value(tag, each) for tag, each in wanted)


@given(st.integers(0, (1 << 31) - 1))
def test_a_number_is_read_as_it_was_encoded(number: int) -> None:
    (read,) = values(encode_integer(0x02, number))
    assert read.tag == 0x02
    assert integer(read.content) == number


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100"), ((1 << 31) - 1, "02047fffffff")],
)
def test_numbers_of_x690_section_8_3(number: int, encoded: str) -> None:
    assert encode_integer(0x02, number).hex() == encoded


def test_a_negative_number() -> None:
    assert integer(b"\xff") == -1
    assert integer(b"\x80\x00\x00\x00") == -(1 << 31)


@pytest.mark.parametrize("content", [b"", bytes(5)])
def test_a_number_of_no_bytes_or_of_many_is_none(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        integer(content)
    assert refused.value.code == "broken-words"


@pytest.mark.parametrize(
    ("length", "encoded"), [(0, "00"), (127, "7f"), (128, "8180"), (255, "81ff"), (256, "820100")]
)
def test_lengths_of_x690_section_8_1_3(length: int, encoded: str) -> None:
    assert encode(0x04, bytes(length))[1:].hex() == encoded + "00" * length


@pytest.mark.parametrize("length", ["8103", "820003", "83000003", "8400000003"])
def test_a_length_may_take_more_bytes_than_it_needs(length: str) -> None:
    """Microsoft's directory writes all of its lengths in four bytes."""
    data = bytes.fromhex("30" + length) + b"abc"
    assert hear(data)[0] == [b"abc"]
    assert values(data) == (Value(0x30, b"abc"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "other-protocol"),
        (b"\x31\x03abc", "other-protocol"),
        (b"\x30\x80", "broken-words"),
        (b"\x30\x85", "broken-words"),
        (b"\x30\xff", "broken-words"),
        (b"\x30\x82\x01\x2d", "too-long"),
        (b"\x30\x84\xff\xff\xff\xff", "too-long"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_is_not_heard(data: bytes, code: str, cut: int) -> None:
    heard, layer = hear(data, cut=cut)
    assert heard == []
    assert layer.refusal == code


@pytest.mark.parametrize(
    "content",
    [
        b"\x02",
        b"\x02\x02a",
        b"\x02\x80abc",
        b"\x02\x85aaaaaaaa",
        b"\x02\x84\x00\x00\x00",
        b"\x1f\x00",
        b"\xff\x01a",
        b"\x02\x84\xff\xff\xff\xffabc",
    ],
)
def test_values_that_break_off_or_are_of_another_form(content: bytes) -> None:
    for data in (content, encode(0x02, b"a") + content):
        with pytest.raises(Refused) as refused:
            values(data)
        assert refused.value.code == "broken-words"


@given(st.binary(max_size=60))
def test_whatever_is_read_is_all_there_or_refused(content: bytes) -> None:
    read: tuple[Value, ...] = ()
    with suppress(Refused):
        read = values(content)
    assert sum(len(each.content) + 2 for each in read) <= len(content)


@given(st.binary(min_size=1, max_size=400), st.integers(1, 50))
def test_whatever_is_heard_in_pieces_is_heard_whole(data: bytes, cut: int) -> None:
    whole, pieces = hear(data), hear(data, cut=cut)
    assert whole[0] == pieces[0]
    assert whole[1].refusal == pieces[1].refusal


def test_no_more_is_heard_than_the_value() -> None:
    def words() -> Generator[Want, bytes, None]:
        yield from value(0x30, 10)

    layer = Spoken(words())
    layer.start(0)
    assert layer.from_peer(0, b"\x30\x01a\x16\x03").to_tls == (b"\x16\x03",)
    assert layer.ready
