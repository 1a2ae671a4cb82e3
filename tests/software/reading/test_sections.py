"""INI-like files."""

from hypothesis import given, settings

from hemostat.software.reading.files import numbered
from hemostat.software.reading.sections import sections
from hemostat.software.reading.tree import Event
from tests.software.reading.hostile import garbled, scraps


def test_a_section_ends_where_the_next_begins() -> None:
    text = "a = 1\n[ one ] ; x\nB='2 3'\n; c = 4\nskip-name\n[two]\n!includedir /d"
    assert list(sections(numbered(text))) == [
        Event(1, "says", "a", ("1",)),
        Event(2, "opens", "section", ("one",)),
        Event(3, "says", "b", ("2 3",)),
        Event(5, "says", "skip-name", ()),
        Event(6, "closes"),
        Event(6, "opens", "section", ("two",)),
        Event(7, "says", "!includedir", ("/d",)),
    ]


def test_a_comment_behind_a_value_is_one_where_the_program_has_it_so() -> None:
    (with_it,) = sections(numbered("a = b # c"))
    assert with_it.values == ("b # c",)
    assert [each.values for each in sections(numbered("a = b # c\na='b # c'"), inner_comments=True)] == [
        ("b",),
        ("b # c",),
    ]


@settings(max_examples=60)
@given(scraps() | garbled("[a]\nb = c\n!include /d\n[e"))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    lines = numbered(text)
    assert len(list(sections(lines))) <= 2 * len(lines)
