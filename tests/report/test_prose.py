import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.report.prose import columns, counted, padded, wrapped

PRINTABLE = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")) | st.just(" ")
)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("", 0),
        ("www.example", 11),
        ("例え.テスト", 11),
        ("bücher", 6),
        ("bu\u0308cher", 6),
        ("ｗｗｗ", 6),
        ("한글", 4),
    ],
)
def test_columns_are_what_a_terminal_gives(text: str, taken: int) -> None:
    assert columns(text) == taken


def test_padding_counts_columns() -> None:
    assert padded("例", 4) == "例  "
    assert padded("example", 4) == "example"


def test_wrapping_at_the_edge() -> None:
    assert list(wrapped("one two three", 7)) == ["one two", "three"]
    assert list(wrapped("one two three", 6)) == ["one", "two", "three"]
    assert list(wrapped("例え テスト", 10)) == ["例え", "テスト"]
    assert list(wrapped("one two", 8, "- ")) == ["- one", "  two"]
    assert list(wrapped("one two", 9, "- ")) == ["- one two"]
    assert list(wrapped("one two", 5, "- ", "....")) == ["- one", "....two"]
    assert list(wrapped(" \n", 8, "- ")) == []


@given(PRINTABLE, st.integers(1, 60), st.sampled_from(("", "  ", "  - ")))
def test_no_word_is_lost_broken_or_beyond_the_edge_without_need(text: str, width: int, first: str) -> None:
    lines = list(wrapped(text, width, first))
    assert [word for line in lines for word in line[len(first) :].split()] == text.split()
    for line in lines:
        assert columns(line) <= width or len(line[len(first) :].split()) == 1


def test_numbers_have_their_nouns() -> None:
    assert counted(1, "answer") == "1 answer"
    assert counted(0, "answer") == "0 answers"
    assert counted(2, "address", "addresses") == "2 addresses"
