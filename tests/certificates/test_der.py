"""Elements of DER."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.certificates import CertificateError
from hemostat.certificates.der import (
    INTEGER,
    SEQUENCE,
    Element,
    bit_length,
    children,
    dotted,
    read_element,
    read_frame,
)
from tests.certificates.making import identifier, tlv


def code_of(data: bytes, tag: int | None = None) -> str:
    with pytest.raises(CertificateError) as raised:
        read_element(data, 0, len(data), tag)
    return raised.value.code


def whole(data: bytes) -> Element:
    return read_element(data, 0, len(data))


@given(
    tag=st.sampled_from([0x02, 0x30, 0xA3]), contents=st.binary(max_size=300), around=st.binary(max_size=4)
)
def test_an_element_is_found_where_it_stands(tag: int, contents: bytes, around: bytes) -> None:
    data = around + tlv(tag, contents) + around
    element = read_element(data, len(around), len(data), tag)
    assert element.tag == tag
    assert element.contents() == contents
    assert element.whole() == tlv(tag, contents)
    assert element.end == len(data) - len(around)


@given(st.binary(max_size=300), st.data())
def test_a_cut_element_is_truncated(contents: bytes, data: st.DataObject) -> None:
    encoded = tlv(0x04, contents)
    cut = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    assert code_of(cut) == "truncated"


def test_an_element_ends_with_what_it_stands_in() -> None:
    with pytest.raises(CertificateError, match="end before"):
        read_element(b"\x04\x02ab", 0, 3)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x1f\x81\x01\x00", "a tag of two bytes"),
        (b"\x30\x80\x00\x00", "an indefinite length"),
        (b"\x30\x85\x00\x00\x00\x00\x01a", "a length of five bytes"),
    ],
)
def test_what_der_does_not_have_is_malformed(data: bytes, why: str) -> None:
    assert code_of(data) == "malformed", why


def test_another_tag_than_the_one_wanted_is_malformed() -> None:
    assert code_of(b"\x04\x00", INTEGER) == "malformed"


def test_a_length_may_be_written_longer_than_it_need_be() -> None:
    assert whole(b"\x04\x84\x00\x00\x00\x01a").contents() == b"a"


def test_a_frame_ends_with_the_bytes_that_there_are() -> None:
    frame, is_whole = read_frame(b"\x30\x82\x01\x00abc", 0, 7)
    assert (frame.contents(), is_whole) == (b"abc", False)
    frame, is_whole = read_frame(b"\x30\x03abcd", 0, 6)
    assert (frame.contents(), is_whole) == (b"abc", True)
    with pytest.raises(CertificateError):
        read_frame(b"\x04\x00", 0, 2)


@given(st.lists(st.binary(max_size=8), max_size=8))
def test_children_come_in_order(contents: list[bytes]) -> None:
    parent = whole(tlv(SEQUENCE, *(tlv(0x04, item) for item in contents)))
    assert [child.contents() for child in children(parent, 0x04)] == contents


def test_children_before_a_broken_one_are_given() -> None:
    siblings = children(whole(tlv(SEQUENCE, b"\x04\x01a", b"\x04\x09b")))
    assert next(siblings).contents() == b"a"
    with pytest.raises(CertificateError):
        next(siblings)


@pytest.mark.parametrize(
    "text", ["1.2.840.113549.1.1.1", "2.5.4.3", "0.9.2342.19200300.100.1.25", "2.999.3", "1.39.0", "2.0"]
)
def test_an_object_identifier_is_read_as_numbers(text: str) -> None:
    assert dotted(whole(identifier(text))) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x06\x00",
        b"\x06\x02\x2a\x86",
        b"\x04\x01\x2a",
        b"\x06\x21" + b"\x2a" * 33,
        tlv(0x06, b"\xff" * 65536, b"\0"),
    ],
)
def test_what_is_no_object_identifier_or_too_long_is_malformed(data: bytes) -> None:
    with pytest.raises(CertificateError) as raised:
        dotted(whole(data))
    assert raised.value.code == "malformed"


@given(st.integers(1, 1 << 4096))
def test_the_bits_of_an_integer_are_counted(number: int) -> None:
    contents = number.to_bytes(number.bit_length() // 8 + 1, "big")
    assert bit_length(whole(tlv(INTEGER, contents))) == number.bit_length()
    assert bit_length(whole(tlv(INTEGER, b"\0\0" + contents))) == number.bit_length()


@pytest.mark.parametrize("data", [b"\x02\x00", b"\x02\x01\x00", b"\x02\x01\x80", b"\x04\x01\x01"])
def test_only_a_positive_integer_has_bits(data: bytes) -> None:
    with pytest.raises(CertificateError) as raised:
        bit_length(whole(data))
    assert raised.value.code == "malformed"
