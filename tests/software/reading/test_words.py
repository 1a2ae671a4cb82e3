"""Keyword lines: words, quotes, comments, continued lines."""

import pytest
from hypothesis import given, settings

from hemostat.software.reading.files import MAX_LINE, numbered
from hemostat.software.reading.words import keywords, logical, pair, pairs, unquoted, words
from tests.software.reading.hostile import garbled, scraps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ('a "b c" \'d "e\'', ["a", "b c", 'd "e']),
        ("a b\\ c", ["a", "b c"]),
        ('a "" b', ["a", "", "b"]),
        ("a # b", ["a"]),
        ("a b#c", ["a", "b#c"]),
        ('a "# b"', ["a", "# b"]),
        ('a "b', ["a", "b"]),
        ('a"b c"d', ["ab cd"]),
        ("a \\", ["a", "\\"]),
        ("", []),
    ],
)
def test_words_of_a_line(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_quotes_escapes_and_comments_are_the_programs() -> None:
    assert words("a 'b c' ; d", comments=";#", quotes='"') == ["a", "'b", "c'"]
    assert words("a\\b c", escapes=False) == ["a\\b", "c"]


def test_a_line_has_no_end_of_words() -> None:
    assert len(words("a " * 10_000)) == 4096


def test_lines_go_on_behind_a_backslash() -> None:
    text = "a \\\n  b\\\nc\n# d \\\ne\nf \\\n\ng \\"
    assert list(logical(numbered(text), continued="backslash")) == [
        (1, "a b c"),
        (5, "e"),
        (6, "f"),
        (8, "g"),
    ]


def test_lines_go_on_by_an_indent() -> None:
    text = "a\n  b\n# c\n\n\td\ne\n f"
    assert list(logical(numbered(text), continued="indent")) == [(1, "a b d"), (6, "e f")]


def test_lines_end_where_nothing_continues_them() -> None:
    assert list(logical(numbered(" a \\\n b\n;c\n"), comments=";")) == [(1, "a \\"), (2, "b")]


def test_what_is_joined_has_a_limit() -> None:
    ((_, joined),) = logical([(number, "x" * 1000 + "\\") for number in range(1, 500)], continued="backslash")
    assert len(joined) == 4 * MAX_LINE


@pytest.mark.parametrize(
    ("text", "expected"), [('"a"', "a"), ("'a'", "a"), ('"a', '"a'), (" a ", "a"), ('"', '"')]
)
def test_quotes_around_a_value(text: str, expected: str) -> None:
    assert unquoted(text) == expected


def test_pairs_split_at_the_first_separator() -> None:
    assert pair("a = b = c") == ("a", "b = c")
    assert pair("a") == ("a", "")
    found = list(pairs(numbered("A = 'b'\n= x\nc=\n# d = e"), fold=True))
    assert [(each.line, each.name, each.values) for each in found] == [(1, "a", ("b",)), (3, "c", ("",))]


def test_keywords() -> None:
    found = list(keywords(numbered('Bind :443 "a b" # c\n\n"" x'), fold=True))
    assert [(each.line, each.name, each.values) for each in found] == [(1, "bind", (":443", "a b"))]
    assert next(iter(keywords(numbered("A b # c"), inner_comments="", fold=False))).values == ("b", "#", "c")


@settings(max_examples=60)
@given(scraps() | garbled('a "b c" \\\n d\n e # f\nkey = value\n'))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    lines = numbered(text)
    assert len(list(keywords(lines, continued="backslash"))) <= len(lines)
    assert len(list(pairs(lines, continued="indent"))) <= len(lines)
    for number, joined in logical(lines, continued="indent"):
        assert 1 <= number <= len(lines)
        assert joined.strip() == joined != ""
        assert sum(map(len, words(joined))) <= len(joined)
