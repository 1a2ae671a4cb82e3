"""A run of the ledger into which a look from inside writes."""

from datetime import UTC, datetime

import pytest

from hemostat.api import Identity
from hemostat.api.notes import Notes, NotKeptError, place_of_row
from hemostat.api.recording import Seen
from hemostat.evidence import KINDS
from hemostat.ledger import LedgerError, open_ledger

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PACKAGE = Seen("package", "host:name=web1", dict(KINDS["package"].example), NOW, {})


@pytest.mark.parametrize("is_complete", [True, False])
def test_the_run_ends_as_it_went(ledger: str, office: Identity, is_complete: bool) -> None:
    with Notes(ledger, office, "hemostat inspect") as notes:
        (row,) = notes.write(PACKAGE)
        notes.is_complete = is_complete
    place = place_of_row(row)
    assert row is not None
    assert place == {"run": row.run, "seq": 1, "digest": row.digest}
    with open_ledger(ledger) as kept:
        rows = list(kept.rows())
    assert [each.kind for each in rows] == ["run", "package", "run-end"]
    assert rows[-1].values()["outcome"] == ("complete" if is_complete else "interrupted")


def test_a_row_that_evidence_does_not_take_is_counted_and_the_run_is_not_complete(
    ledger: str, office: Identity
) -> None:
    with Notes(ledger, office, "hemostat inspect") as notes:
        assert notes.write(PACKAGE._replace(facts={"garbled": 1}))[0] is None
        notes.is_complete = True
    with pytest.raises(NotKeptError, match="1 row could not be written into the ledger: "):
        notes.check()
    with open_ledger(ledger) as kept:
        assert list(kept.rows())[-1].values()["outcome"] == "interrupted"
    with Notes(ledger, office, "hemostat inspect") as notes:
        notes.write(PACKAGE)
    notes.check()


def test_where_nobody_wants_a_ledger_nothing_is_kept(office: Identity) -> None:
    with Notes(None, office, "hemostat inspect") as notes:
        assert notes.write(PACKAGE, PACKAGE) == [None, None]
    assert place_of_row(None) is None


def test_a_ledger_that_cannot_be_opened_is_an_error_before_anything_is_looked_at(office: Identity) -> None:
    with pytest.raises(LedgerError), Notes("/proc/nowhere/ledger.sqlite", office, "hemostat inspect"):
        raise AssertionError("never begun")
