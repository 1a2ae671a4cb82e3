"""nginx's syntax: statements, blocks, quotes, comments."""

import pytest
from hypothesis import given, settings

from hemostat.software.reading.braces import braces
from hemostat.software.reading.files import numbered
from hemostat.software.reading.tree import Event
from tests.software.reading.hostile import garbled, scraps


def test_statements_and_blocks() -> None:
    text = "a 1 2; # c {\nb x {\n  d\n   e;\n} f;"
    assert list(braces(numbered(text))) == [
        Event(1, "says", "a", ("1", "2")),
        Event(2, "opens", "b", ("x",)),
        Event(3, "says", "d", ("e",)),
        Event(5, "closes"),
        Event(5, "says", "f", ()),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('a "b; {c}" d;', ("b; {c}", "d")),
        ("a 'b \\' c';", ("b ' c",)),
        ('a "b\nc";', ("b\nc",)),
        ("a b\\;c;", ("b;c",)),
        ("a ^\\d+\\.x$;", ("^\\d+\\.x$",)),
        ("a ${b}c;", ("${b}c",)),
        ("a b#c;", ("b#c",)),
        ("a b'c';", ("b'c'",)),
        ('a "";', ("",)),
    ],
)
def test_words(text: str, values: tuple[str, ...]) -> None:
    assert list(braces(numbered(text))) == [Event(1, "says", "a", values)]


def test_a_line_that_was_not_given_ends_what_was_begun() -> None:
    assert list(braces([(1, "a b"), (3, "c d;"), (4, 'e "f'), (9, "g;")])) == [
        Event(3, "says", "c", ("d",)),
        Event(9, "says", "g"),
    ]


def test_a_statement_has_a_limit() -> None:
    (event,) = braces(numbered("a " * 9000 + ";"))
    assert len(event.values) == 4095


@settings(max_examples=80)
@given(scraps() | garbled('http { a "b c"; server { d ${e}; } # f\n include g/*; }'))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    lines = numbered(text)
    events = list(braces(lines))
    assert len(events) <= len(text)
    assert all(1 <= event.line <= len(lines) for event in events)
