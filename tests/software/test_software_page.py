"""docs/software.md: its tables are today's, and every program was held to a real one."""

from typing import get_args

import pytest

from hemostat.software import programs
from hemostat.software.reading.use import Unresolved
from tests.software.software_page import BEGIN, END, PAGE, WITNESSES, as_it_should_be

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_code_and_the_tests() -> None:
    assert as_it_should_be(TEXT) == TEXT, (
        "make them anew: PYTHONPATH=src python -m tests.software.software_page"
    )


def test_marks_that_are_lost_are_missed() -> None:
    for page in ("", BEGIN, END + BEGIN, TEXT + BEGIN):
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page)


def test_every_program_was_held_to_a_real_one() -> None:
    assert WITNESSES.keys() == programs().keys()


def test_the_page_explains_each_reason() -> None:
    for reason in get_args(Unresolved):
        assert f"| `{reason}` |" in TEXT
