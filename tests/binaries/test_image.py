"""What a name out of a file becomes before anybody sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries.image import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("libssl.so.1.0.0", "libssl.so.1.0.0"),
        (b"a\x1b[31mb", "a\\x1b[31mb"),
        ("a\\x1b", "a\\x5cx1b"),
        ("b\udcff", "b\\xff"),
        ("ü", "\\xc3\\xbc"),
        ("\ud800", "?"),
        (b"a" * 300, "a" * 255),
        (b"", ""),
    ],
)
def test_printable(name: str | bytes, shown: str) -> None:
    assert printable(name) == shown


@given(st.one_of(st.text(), st.binary(max_size=400)))
def test_it_is_always_short_and_of_ascii(name: str | bytes) -> None:
    shown = printable(name)
    assert len(shown) <= 255
    assert shown.isascii()
    assert not shown or shown.isprintable()
