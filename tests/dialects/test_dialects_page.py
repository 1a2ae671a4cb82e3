"""docs/dialects.md: its tables are today's, and every dialect has its real server."""

import pytest

from hemostat.dialects import dialects
from tests.dialects.dialects_page import BEGIN, END, PAGE, as_it_should_be, witnesses

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_code_and_the_tests() -> None:
    assert as_it_should_be(TEXT) == TEXT, (
        "make them anew: PYTHONPATH=src python -m tests.dialects.dialects_page"
    )


def test_marks_that_are_lost_are_missed() -> None:
    for page in ("", BEGIN, END + BEGIN, TEXT + BEGIN):
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page)


@pytest.mark.parametrize("name", dialects())
def test_every_dialect_was_tried_on_a_real_server(name: str) -> None:
    assert any(name in each.dialects for each in witnesses())


def test_tests_speak_of_dialects_that_there_are() -> None:
    assert {name for each in witnesses() for name in each.dialects} <= dialects().keys()
