import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.snapshots.line import as_path, as_text, items, read_line
from tests.snapshots.writing import line


@given(
    st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), st.binary(max_size=40), max_size=6
    ),
)
def test_what_was_written_is_read(kind: str, fields: dict[str, bytes]) -> None:
    found = read_line(line(kind, fields)[:-1])
    assert found is not None
    assert found[0] == kind
    assert {key: os.fsencode(as_path(value)) for key, value in found[1].items()} == fields


@pytest.mark.parametrize(
    "bad",
    [
        b"", b"\t", b"Copy", b"copy\t", b"copy\tpath", b"copy\t=x", b"copy path=x", b"copy\tpath=%", b"copy\tpath=%1",
        b"copy\tpath=%gg", b"copy\tpath=%0a", b"copy\tpath=\x1b[2J", b"copy\tpath=\xc3\xa9", b"copy\tpath=a\x00",
        b"copy\tpath=a\r", b"copy\tpath=a\tpath=b", b"copy\tPATH=a", b"copy\tpath=a\n",
    ],
)  # fmt: skip
def test_another_line_is_none(bad: bytes) -> None:
    assert read_line(bad) is None


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    found = read_line(raw)
    assert found is None or line(found[0])[:-1] in raw


@given(st.binary(max_size=30))
def test_a_text_is_one_printable_line_whatever_the_bytes(raw: bytes) -> None:
    assert as_text(line("x", {"v": raw})[4:-1]).isprintable()


def test_control_characters_become_escapes() -> None:
    assert as_text(b"a%1B[2J%0Ab%C2%85%E2%80%AE%FFx %C3%A9") == "a\\x1b[2J\\x0ab\\x85\\u202e\\xffx é"


def test_a_path_keeps_every_byte() -> None:
    assert as_path(b"/caf%E9/100%25 %0A") == "/caf\udce9/100% \n"


def test_items_are_separated_by_commas_that_are_not_encoded() -> None:
    assert [as_text(each) for each in items(b"a%2Cb,c")] == ["a,b", "c"]
    assert items(b"") == []
