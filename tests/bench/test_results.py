"""RESULTS.md as committed, and who may write what of it. No figure is judged here: speed is no part of the suite."""

import re

import pytest

from bench.__main__ import benches
from bench.results import RESULTS, Section, names_in, put, rate

NAMES = ["check", "dialects", "exchange", "start"]


def test_every_figure_has_its_section_and_every_section_its_figure() -> None:
    assert names_in(RESULTS.read_text()) == sorted(benches())
    assert set(NAMES) <= set(benches())


@pytest.mark.parametrize("name", NAMES)
def test_a_section_says_when_on_what_and_whether_its_goals_are_reached(name: str) -> None:
    text = RESULTS.read_text()
    section = text[text.index(f"<!-- begin: {name} ") : text.index(f"<!-- end: {name} -->")]
    assert f"## {name}: {benches()[name].title}\n" in section
    assert re.search(
        r"^Measured \d{4}-\d\d-\d\d \d\d:\d\d UTC, in \d+ s, on \d+ cores? of .+, \S+ \S+, \S+ \d+\.\d+\.\d+; load",
        section,
        flags=re.MULTILINE,
    )
    head, _, rows = section[section.index("| goal |") :].split("\n", 2)
    assert head == "| goal | wanted | measured |"
    goals = rows.partition("\n\n")[0].splitlines()
    assert goals
    assert all(row.endswith((", reached |", ", **missed** |")) for row in goals)


def test_nothing_in_it_is_outside_the_sections_but_the_head() -> None:
    rest = re.sub(r"<!-- begin: .*?<!-- end: [a-z]+ -->\n", "", RESULTS.read_text(), flags=re.DOTALL)
    assert [line for line in rest.splitlines() if re.search(r"\d", line)] == []


def a_section(name: str, *said: str) -> str:
    section = Section(name, f"what {name} costs")
    for each in said:
        section.say(each)
    return section.text("Measured today.")


def test_a_section_takes_its_place_and_leaves_the_others_as_they_were() -> None:
    one, three = put("", "one", a_section("one", "first")), a_section("three", "third")
    both = put(one, "three", three)
    assert names_in(both) == ["one", "three"]
    all_three = put(both, "two", a_section("two", "second"))
    assert names_in(all_three) == ["one", "three", "two"]
    anew = put(all_three, "three", a_section("three", "otherwise"))
    assert anew == all_three.replace("\nthird\n", "\notherwise\n")
    assert put(anew, "three", three) == all_three


def test_the_order_is_that_of_the_names_whatever_came_first() -> None:
    text = ""
    for name in ("two", "one", "three"):
        text = put(text, name, a_section(name))
    assert names_in(text) == ["one", "three", "two"]
    assert text.startswith("# Results\n")
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "text",
    [
        "<!-- begin: one (written by bench/run one) -->\n",
        "<!-- end: one -->\n",
        "<!-- begin: one () -->\n<!-- begin: two () -->\n<!-- end: one -->\n<!-- end: two -->\n",
        "<!-- begin: one () -->\n<!-- end: one -->\n<!-- begin: one () -->\n<!-- end: one -->\n",
    ],
)
def test_markers_that_do_not_pair_are_not_written_over(text: str) -> None:
    with pytest.raises(ValueError, match="pair"):
        put(text, "one", a_section("one"))


def test_a_goal_is_reached_at_its_bound_and_told_when_missed() -> None:
    section = Section("one", "title")
    section.goal("fast", 20_000, rate, at_least=20_000)
    section.goal("small", 0.26, str, at_most=0.25)
    assert section.missed == ["small: 0.26, goal ≤ 0.25"]
    text = section.text("Measured today.")
    assert "| fast | ≥ 20,000 | 20,000, reached |" in text
    assert "| small | ≤ 0.25 | 0.26, **missed** |" in text


def test_a_goal_has_one_bound() -> None:
    with pytest.raises(TypeError):
        Section("one", "title").goal("fast", 1, rate, at_least=1, at_most=2)
    with pytest.raises(TypeError):
        Section("one", "title").goal("fast", 1, rate)


def test_a_table_has_cells_for_its_head_and_no_more() -> None:
    section = Section("one", "title")
    section.table(("a", "b"), [("1", "2|3")])
    assert "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |" in section.text("")
    with pytest.raises(ValueError, match="head"):
        section.table(("a", "b"), [("1",)])
