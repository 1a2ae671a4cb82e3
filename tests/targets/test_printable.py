"""Text of strangers, made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.targets.printable import SHOWN, printable, shortened, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, ü and 例", "plain text, ü and 例"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\x00b\x7fc\x9bd", r"a\x00b\x7fc\x9bd"),
        ("two\nlines\r\tand\u2028more", r"two\x0alines\x0d\x09and\u2028more"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_a_terminal_obeys_is_escaped(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text())
def test_is_printable_whatever_comes(text: str) -> None:
    assert printable(text).isprintable()
    assert shown(text).isprintable()
    assert len(shown(text)) <= SHOWN


@given(st.text())
def test_printable_text_is_left_alone(text: str) -> None:
    once = printable(text)
    assert printable(once) == once


def test_shortened_marks_the_cut() -> None:
    assert shortened("a" * 80) == "a" * 80
    assert shortened("a" * 81) == "a" * 77 + "..."
    assert shortened("abcdef", 5) == "ab..."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:secret@example.org/x", "https://***@example.org/x"),
        ("https://me:se/cr@et@example.org", "https://***@example.org"),
        ("https://me:se#cr?et@example.org", "https://***@example.org"),
        ("me@example.org", "***@example.org"),
        ("https://example.org/?token=secret", "https://example.org/?..."),
        ("https://example.org/#secret", "https://example.org/#..."),
    ],
)
def test_secrets_are_not_repeated(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(alphabet=st.characters(blacklist_characters="@"), max_size=200))
def test_no_password_is_repeated_however_long_or_odd(password: str) -> None:
    assert shown(f"https://me:{password}@host.example") == "https://***@host.example"
