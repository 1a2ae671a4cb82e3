"""The ledger in a file of SQLite: what every ledger does, and what `check` does not wait for."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hemostat.ledger import Ledger, LedgerError, open_ledger
from tests.ledger.behaviour import LedgerBehaviour, Opens

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    with ExitStack() as ends:

        def of(name: str = "main", *, create: bool = True) -> Ledger:
            ledger = open_ledger(str(tmp_path / f"{name}.sqlite"), create=create)
            ends.callback(ledger.close)
            return ledger

        yield of


class TestInSqlite(LedgerBehaviour):
    """On a file."""


HEAVY = "{'sqlalchemy', 'alembic', 'psycopg', 'cryptography'}"
LOADED = f"print(*sorted({{name.split('.')[0] for name in sys.modules}} & {HEAVY}))"
USED_BY_CHECK = f"""
import sys
from datetime import UTC, datetime
from hemostat.evidence import RunWriter, names
from hemostat.ledger import open_ledger
now = datetime.now(UTC)
write = RunWriter(names.run("0" * 32), source="hemostat check", source_version="0.1.0", vantage="office")
for row in (write.begin(operator="a", authority=None, now=now), write.end(now=now)):
    with open_ledger(None) as ledger:
        ledger.append([row])
    {LOADED}
"""


def test_appending_loads_nothing_heavy(tmp_path: Path) -> None:
    """Neither when the file is made nor when it is there."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USED_BY_CHECK],
        env={"PYTHONPATH": str(ROOT / "src"), "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n\n"
    with open_ledger(str(tmp_path / "hemostat" / "ledger.sqlite"), create=False) as ledger:
        assert [row.kind for row in ledger.rows()] == ["run", "run-end"]


def test_asking_why_loads_nothing_heavy_either(tmp_path: Path) -> None:
    code = (
        "import sys; from hemostat.ledger import open_ledger\n"
        "with open_ledger(sys.argv[1]) as ledger:\n"
        "    ledger.subjects('www.example', 443), list(ledger.newest('tcp:8.8.8.8:443')), list(ledger.find('tcp:'))\n"
        + LOADED
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "ledger.sqlite")],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"


def test_what_names_no_place_is_not_opened() -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("mysql://db/evidence")
    assert caught.value.code == "bad-url"
