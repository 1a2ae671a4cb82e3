"""docs/packages.md is what the rules are."""

import pytest

from hemostat.assess.distributions import DISTRIBUTIONS
from hemostat.assess.package_table import distributions_table, rules_table
from hemostat.assess.packages import PACKAGE_RULES
from tests.assess.packages_page import PAGE, as_it_should_be


def test_the_page_has_todays_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == as_it_should_be(page), "make it anew: PYTHONPATH=src python -m tests.assess.packages_page"


def test_a_page_without_its_marks_is_refused() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for mark in ("<!-- rules: begin -->\n", "<!-- distributions: end -->\n"):
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page.replace(mark, ""))
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page + mark)


def test_each_rule_and_each_distribution_has_its_row() -> None:
    rows = rules_table().splitlines()[2:]
    assert [row.split(" | ")[1] for row in rows] == [f"`{rule.reason}`" for rule in PACKAGE_RULES]
    assert not any("{" in row for row in rows)
    assert len(distributions_table().splitlines()) == 2 + len(DISTRIBUTIONS)
