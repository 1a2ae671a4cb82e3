"""docs/inspect.md is what the rules are."""

import pytest

from hemostat.assess import processes
from hemostat.assess.copies import RULES
from hemostat.assess.copy_table import copies_table, processes_table
from tests.assess.inspect_page import PAGE, as_it_should_be


def test_the_page_has_todays_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == as_it_should_be(page), "make it anew: PYTHONPATH=src python -m tests.assess.inspect_page"


def test_a_page_without_its_marks_is_refused() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for mark in ("<!-- rules: begin -->\n", "<!-- unseen: end -->\n"):
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page.replace(mark, ""))
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page + mark)


def test_each_rule_has_its_row() -> None:
    rows = copies_table().splitlines()[2:]
    assert len(rows) == len(RULES)
    assert not any("{" in row for row in rows)
    assert [row.split(" | ")[1].strip("`") for row in rows] == [
        rule.reason or ("the proof's" if rule.name == "proved" else "the package's") for rule in RULES
    ]


def test_each_rule_of_processes_has_its_row() -> None:
    rows = processes_table().splitlines()[2:]
    assert [row.split(" | ")[1].strip("`") for row in rows] == [rule.name for rule in processes.RULES]
    assert not any("{" in row for row in rows)
