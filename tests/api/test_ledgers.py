import io
import os
import sqlite3
from pathlib import Path

import pytest

import hemostat
from hemostat import api
from hemostat.ledger import LedgerError


@pytest.fixture
def filled(ledger: str) -> str:
    """A ledger with a run in it."""
    hemostat.check("127.0.0.1:9", ledger=ledger)
    return ledger


def test_the_users_own_unless_the_environment_names_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEMOSTAT_LEDGER", raising=False)
    assert api.default_ledger().endswith("/hemostat/ledger.sqlite")
    monkeypatch.setenv("HEMOSTAT_LEDGER", "postgresql://db/hemostat")
    assert api.default_ledger() == "postgresql://db/hemostat"


def test_verify_and_seal(filled: str) -> None:
    seal = api.seal_ledger(filled)
    found = api.verify_ledger(filled, seal=seal)
    assert found.holds
    assert found.seal is not None
    assert found.seal.unchanged


def test_out_and_in_again(filled: str, tmp_path: Path) -> None:
    file = io.BytesIO()
    api.export_ledger(filled, file)
    file.seek(0)
    other = str(tmp_path / "other.sqlite")
    assert api.import_ledger(other, file).observations == 3
    assert api.merge_ledgers(other, filled).known_runs == 1
    assert api.seal_ledger(other) == api.seal_ledger(filled)


@pytest.mark.parametrize("what", [api.verify_ledger, api.seal_ledger])
def test_none_is_made_by_looking(ledger: str, what: object) -> None:
    with pytest.raises(LedgerError):
        what(ledger)  # type: ignore[operator]
    assert not Path(ledger).exists()


def test_an_empty_variable_names_no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMOSTAT_LEDGER", "")
    with pytest.raises(LedgerError) as caught:
        api.seal_ledger(api.default_ledger())
    assert caught.value.code == "bad-url"


def test_an_empty_file_may_become_a_ledger_another_programs_may_not(filled: str, tmp_path: Path) -> None:
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.touch()
    other.write_text("what is no database at all")
    assert api.merge_ledgers(str(empty), filled).new_runs == 1
    with pytest.raises(LedgerError) as caught:
        api.merge_ledgers(str(other), filled)
    assert caught.value.code == "not-a-ledger"


def test_what_is_of_no_use_is_refused_before_anything_is_read(filled: str) -> None:
    with sqlite3.connect(filled) as other:
        other.execute("UPDATE hemostat_version SET version_num = '9999'")
    other.close()
    # To read from it would raise OSError.
    with open(os.devnull, "wb") as unreadable, pytest.raises(LedgerError) as caught:
        api.import_ledger(filled, unreadable)
    assert caught.value.code == "newer-schema"
