"""Every code that is raised is listed, and what is listed is raised."""

import pickle
import re
from pathlib import Path

import hemostat.ledger
from hemostat.errors import HemostatError
from hemostat.ledger.errors import CODES, LedgerError, damaged_row
from tests.ledger.page import codes, page, section

SOURCES = [path.read_text() for path in Path(hemostat.ledger.__file__).parent.rglob("*.py")]


def test_it_is_one_of_hemostats_errors_with_a_code_and_a_sentence() -> None:
    error = LedgerError("disk-full", "the disk is full", line=7)
    assert isinstance(error, HemostatError)
    assert (error.code, str(error), error.line) == ("disk-full", "the disk is full", 7)
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.message, again.line) == (error.code, error.message, error.line)


def test_each_code_is_used_and_none_is_used_that_is_not_listed() -> None:
    used = set[str]()
    for source in SOURCES:
        used.update(re.findall(r'LedgerError\(\s*"([a-z-]+)"', source))
        used.update(re.findall(r'_error\("([a-z-]+)"', source))
        used.update(re.findall(r': \("([a-z-]+)", f?"', source))  # The tables of foreign errors.
        used.update(re.findall(r'code, said = "([a-z-]+)"', source))
    assert used == set(CODES)


def test_the_page_tells_what_each_code_means() -> None:
    assert section(page(), "codes") == codes()


def test_a_damaged_row_tells_what_to_do() -> None:
    assert damaged_row().code == "damaged"
    assert "ledger verify" in str(damaged_row())
