"""What is appended follows what is there; blobs are what their digest says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hemostat.ledger import Ledger, LedgerError, open_ledger
from hemostat.ledger.appending import MAX_BLOB, check_blob
from tests.ledger.runs import blob, run


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def code_of(ledger: Ledger, rows: list[object], blobs: dict[str, bytes] | None = None) -> str:
    with pytest.raises(LedgerError) as caught:
        ledger.append(rows, blobs)  # type: ignore[arg-type]
    return caught.value.code


def test_rows_follow_one_another_in_one_append_or_several(ledger: Ledger) -> None:
    first, second = run(1), run(2, [1, 2, 3])
    ledger.append(second[:2])
    ledger.append([*first[:1], *second[2:4], *first[1:]])
    ledger.append(second[4:])
    assert list(ledger.rows()) == [*first, *second]


def test_a_row_that_does_not_follow_is_refused_and_nothing_of_it_kept(ledger: Ledger) -> None:
    rows, other = run(1), run(1, [5, 6])
    assert code_of(ledger, [*rows[1:]]) == "not-next"
    assert code_of(ledger, [rows[0], rows[2]]) == "not-next"
    ledger.append(rows[:2])
    assert code_of(ledger, [*rows[:1]]) == "not-next"
    assert code_of(ledger, [*run(2), rows[3]]) == "not-next"
    assert code_of(ledger, [other[2]]) == "not-next"
    assert list(ledger.rows()) == rows[:2]
    ledger.append(rows[2:])
    assert list(ledger.rows()) == rows


def test_a_blob_is_kept_once(ledger: Ledger) -> None:
    digest, data = blob(1)
    ledger.append([], {digest: data})
    ledger.append([], {digest: data})
    assert ledger.blob(digest) == data
    assert ledger.verify().blobs == 1


def test_a_blob_with_another_digest_is_refused_with_its_rows(ledger: Ledger) -> None:
    digest, _ = blob(1)
    assert code_of(ledger, [*run(1)], {digest: b"another"}) == "bad-blob"
    assert list(ledger.rows()) == []
    assert ledger.blob(digest) is None


def test_a_blob_has_its_limit() -> None:
    with pytest.raises(LedgerError) as caught:
        check_blob("0" * 64, bytes(MAX_BLOB + 1))
    assert "16 MiB" in str(caught.value)


def test_nothing_may_be_appended_too(ledger: Ledger) -> None:
    ledger.append([])
    assert list(ledger.rows()) == []
