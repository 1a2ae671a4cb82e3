"""Text out of certificates, made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.certificates.texts import STRING_ENCODINGS, printable, read_string, shortened


@pytest.mark.parametrize("tag", STRING_ENCODINGS)
def test_a_string_is_read_in_the_encoding_of_its_type(tag: int) -> None:
    text = "plain" if STRING_ENCODINGS[tag] == "ascii" else "plän"
    assert read_string(tag, text.encode(STRING_ENCODINGS[tag])) == text


@pytest.mark.parametrize(
    ("tag", "contents", "text"),
    [
        (0x13, b"*.my_host.example", "*.my_host.example"),
        (0x13, "plän".encode(), "plän"),
        (0x16, "plän".encode("latin-1"), "plän"),
        (0x0C, "plän".encode("latin-1"), "plän"),
        (0x1E, b"odd", "odd"),
        (0x1C, b"\xff\xff\xff\xff", "ÿÿÿÿ"),
    ],
)
def test_what_is_not_in_the_encoding_of_its_type_is_read_all_the_same(
    tag: int, contents: bytes, text: str
) -> None:
    assert read_string(tag, contents) == text


@pytest.mark.parametrize("tag", [0x02, 0x03, 0x04, 0x30])
def test_what_is_no_string_is_no_text(tag: int) -> None:
    assert read_string(tag, b"abc") is None


@given(st.sampled_from(sorted(STRING_ENCODINGS)), st.binary(max_size=64))
def test_any_bytes_become_one_printable_line(tag: int, contents: bytes) -> None:
    text = read_string(tag, contents)
    assert text is not None
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("example", "example"),
        ("plän 例", "plän 例"),
        ("a\x1b[2Jb", r"a\1b[2Jb"),
        ("a\nb\0", r"a\0ab\00"),
        ("abc\u202efed", r"abc\e2\80\aefed"),
        ("zero\u200bwidth", r"zero\e2\80\8bwidth"),
        ("lone\ud800", r"lone\ed\a0\80"),
    ],
)
def test_what_does_not_print_is_written_as_hex_of_its_utf_8(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("abcdefgh", 8) == ("abcdefgh", True)
    assert shortened("abcdefghi", 8) == ("abcde...", False)
