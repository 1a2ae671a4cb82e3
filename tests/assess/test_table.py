import re

import pytest

from hemostat.assess.before_tls import REFUSED
from hemostat.assess.rule import Rule
from hemostat.assess.table import as_table, reasons
from hemostat.assess.verdicts import FAILURES, RULES
from hemostat.exchange.tally import TURNS_NEEDED
from hemostat.wire import WIRE_ERROR_CODES
from hemostat.wire.protocol import ALERT_NAMES
from tests.assess.verdicts_page import BEGIN, END, PAGE, as_it_should_be

TEXT = PAGE.read_text(encoding="utf-8")
BY_HAND = TEXT[: TEXT.index(BEGIN)] + TEXT[TEXT.index(END) :]


def test_the_page_holds_todays_table() -> None:
    assert as_it_should_be(TEXT) == TEXT, "make it anew: PYTHONPATH=src python -m tests.assess.verdicts_page"


def test_the_page_says_at_its_head_how_its_table_is_made() -> None:
    assert "PYTHONPATH=src python -m tests.assess.verdicts_page" in TEXT.splitlines()[0]


def test_marks_that_are_lost_are_missed() -> None:
    for page in ("", BEGIN, END, END + BEGIN, TEXT + BEGIN, TEXT.replace(END, "")):
        with pytest.raises(ValueError, match="lost the marks"):
            as_it_should_be(page)


def test_the_table_has_a_row_for_every_rule() -> None:
    rows = [line.split(" | ") for line in as_table().splitlines()[2:]]
    assert {row[-1].strip(" |`") for row in rows} == {rule.name for rule in RULES}
    assert {row[0].strip(" |") for row in rows} == {rule.word for rule in RULES}
    assert {len(row) for row in rows} == {4}
    assert len(rows) == len(RULES) - 2 + len(FAILURES) + len(REFUSED)


def test_no_place_is_left_open() -> None:
    assert not set("{}") & set(as_table())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_every_reason_is_on_the_page(rule: Rule) -> None:
    for reason in reasons(rule):
        shown = "alert-…" if reason.startswith("alert-") else reason
        assert f"`{shown}`" in TEXT


@pytest.mark.parametrize("name", ALERT_NAMES.values())
def test_every_alert_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in BY_HAND


@pytest.mark.parametrize("code", WIRE_ERROR_CODES)
def test_every_breach_of_the_protocol_is_on_the_page_with_what_it_means(code: str) -> None:
    assert f"| `{code}` | {WIRE_ERROR_CODES[code]} |" in BY_HAND


def test_reasons_are_codes() -> None:
    found = [reason for rule in RULES for reason in reasons(rule)]
    assert all(re.fullmatch(r"[a-z]+[0-9]*(-[a-z_]+)*|ssl30-no-heartbeats", reason) for reason in found)
    assert set(FAILURES) | set(WIRE_ERROR_CODES) <= set(found)


@pytest.mark.parametrize("word", ["vulnerable", "patched", "not-affected", "inconclusive", "unreachable"])
def test_every_verdict_has_its_section(word: str) -> None:
    assert re.search(rf"^## `{word}`", TEXT, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("status", "words"), [(0, "nothing found"), (1, "vulnerable"), (2, "usage"), (3, "inconclusive")]
)
def test_the_exit_statuses(status: int, words: str) -> None:
    (row,) = re.findall(rf"^\| {status} \| (.*) \|$", BY_HAND, flags=re.MULTILINE)
    assert words in row


def test_the_page_counts_as_the_code_does() -> None:
    """docs/verdicts.md is where `reading` sends those who ask why six."""
    count = {6: "six"}[TURNS_NEEDED]
    assert f"{count} own bytes" in BY_HAND
    assert f"{count} well-formed" in BY_HAND
