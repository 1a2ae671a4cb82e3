"""An observation as a row and back; what it can be found by."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import EvidenceError, Observation
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.rows import COLUMNS, Mention, any_row, blob_bytes, from_row, mentions, to_row
from tests.ledger.runs import run

FIRST, PROBE, *_ = run(7, [1], certificates=["a" * 64, "b" * 64])
ROW = to_row(PROBE)


@pytest.mark.parametrize("row", run(7, [1, 2], certificates=["a" * 64]), ids=lambda row: row.kind)
def test_there_and_back(row: Observation) -> None:
    assert from_row(to_row(row)) == any_row(to_row(row)) == row


def test_links_stand_with_blanks_between_them() -> None:
    assert ROW[COLUMNS.index("links")] == f"cert:{'a' * 64} cert:{'b' * 64}"
    assert to_row(FIRST)[COLUMNS.index("links")] == ""


ANY = (
    st.none() | st.integers() | st.text(max_size=5) | st.binary(max_size=5) | st.just("\udcff") | st.just(1.5)
)


@given(st.sampled_from(range(len(ROW))), ANY)
def test_a_row_that_was_tampered_with_is_damaged_or_its_digest_tells(place: int, value: Any) -> None:
    changed = (*ROW[:place], value, *ROW[place + 1 :])
    if changed == ROW:
        return
    with pytest.raises(EvidenceError):
        any_row(changed).check()
    try:
        read: Observation | LedgerError = from_row(changed)
    except LedgerError as error:
        read = error
    if isinstance(read, LedgerError):
        assert read.code == "damaged"
    else:
        assert tuple(map(type, to_row(read))) == tuple(map(type, ROW))
        read.line().encode()


def test_what_a_probe_can_be_found_by() -> None:
    assert set(mentions(PROBE)) == {
        Mention("tcp:8.0.0.1:443", "subject"),
        Mention(PROBE.digest, "digest"),
        Mention(f"cert:{'a' * 64}", "link"),
        Mention(f"cert:{'b' * 64}", "link"),
        Mention("www1.example:443", "place"),
        Mention("8.0.0.1:443", "place"),
    }


def test_nothing_is_mentioned_twice() -> None:
    asked_by_address = PROBE._replace(facts=PROBE.facts.replace("www1.example", "8.0.0.1"))
    found = list(mentions(asked_by_address))
    assert len(found) == len(set(found))
    assert Mention("8.0.0.1:443", "place") in found


def test_a_place_is_lower_case_and_needs_no_port() -> None:
    row = PROBE._replace(facts='{"host":"WWW.Example","says":"\\"host\\":\\"x\\""}')
    assert [name for name, role in mentions(row) if role == "place"] == ["www.example"]


@pytest.mark.parametrize("value", [None, "text", 5])
def test_a_blob_is_bytes(value: object) -> None:
    assert blob_bytes(b"\x00") == b"\x00"
    with pytest.raises(LedgerError) as caught:
        blob_bytes(value)
    assert caught.value.code == "damaged"
