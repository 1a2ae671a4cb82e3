import io
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
