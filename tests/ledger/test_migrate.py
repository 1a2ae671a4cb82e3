"""A ledger of an earlier version is brought up to date when it is opened, after a copy was put aside."""

import shutil
import sqlite3
import stat
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from hemostat.ledger import LedgerError, migrate, open_ledger
from hemostat.ledger.ddl import DDL, HEAD, VERSION_TABLE
from hemostat.ledger.location import File
from hemostat.ledger.migrate import backup_path, migrate_file
from hemostat.ledger.rows import COLUMNS, to_row
from hemostat.ledger.store import insert_statement
from tests.ledger.children import as_nobody, child
from tests.ledger.runs import run
from tests.ledger.test_ddl import schema_of, transaction


def of_version_1(path: Path) -> None:
    """A ledger as the first migration leaves it, with a run."""
    with transaction(path) as connection:
        migrate.upgrade(connection, "0001")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA journal_mode = WAL")
        file.executemany(insert_statement("observation", COLUMNS, "?", once=False), map(to_row, run(1)))
        file.execute(
            "INSERT INTO unindexed (run, first_seq, last_seq) SELECT run, 0, 3 FROM observation WHERE seq = 0"
        )


def version_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
        return str(version)


def test_opening_brings_it_up_to_date_and_puts_a_copy_aside(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    of_version_1(path)
    with open_ledger(str(path)) as ledger:
        assert list(ledger.rows()) == run(1)
        ledger.append(run(2))
        assert ledger.verify().holds
    assert version_of(path) == HEAD
    with closing(sqlite3.connect(tmp_path / "fresh")) as connection, connection:
        for statement in DDL:
            connection.execute(statement)
    assert schema_of(path) == schema_of(tmp_path / "fresh")
    kept = backup_path(path)
    assert kept.name == f"ledger.sqlite.before-{HEAD}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert version_of(kept) == "0001"
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM observation").fetchone() == (4,)


def test_what_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path)):
        pass
    migrate_file(File(path))
    assert not backup_path(path).exists()


OPEN_AT_ONCE = """
import sys, time
import hemostat.ledger.migrate
from hemostat.ledger import open_ledger
for round in range(4):
    while time.time() < float(sys.argv[2]) + round * 0.5:
        pass
    with open_ledger(f"{sys.argv[1]}/{round}.sqlite") as ledger:
        print(len(list(ledger.rows())))
"""


def test_several_processes_may_open_it_at_once(tmp_path: Path) -> None:
    for number in range(4):
        of_version_1(tmp_path / f"{number}.sqlite")
    start = time.time() + 4
    children = [child(OPEN_AT_ONCE, tmp_path, start) for _ in range(3)]
    assert [each.communicate(timeout=100) for each in children] == [("4\n" * 4, "")] * 3
    for number in range(4):
        assert version_of(tmp_path / f"{number}.sqlite") == HEAD
        assert version_of(backup_path(tmp_path / f"{number}.sqlite")) == "0001"


def test_where_a_migration_fails_the_ledger_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    of_version_1(path)
    before = schema_of(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE VIEW certificate AS SELECT 1")  # What the next migration stumbles over.
    with pytest.raises(LedgerError) as caught:
        open_ledger(str(path))
    assert caught.value.code == "older-schema"
    assert version_of(path) == "0001"
    assert {name: sql for name, sql in schema_of(path).items() if name != "certificate"} == before


def test_where_no_copy_can_be_made_it_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    of_version_1(path)
    path.with_name("ledger.sqlite.copying").mkdir()
    with pytest.raises(LedgerError) as caught:
        open_ledger(str(path))
    assert caught.value.code == "older-schema"
    assert version_of(path) == "0001"


def test_one_that_may_only_be_read_stays_as_it_is(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    try:
        of_version_1(folder / "ledger.sqlite")
        (folder / "ledger.sqlite").chmod(0o444)
        folder.chmod(0o555)
        code = (
            "import sys\nfrom hemostat.ledger import LedgerError, open_ledger\n"
            "try:\n    open_ledger(sys.argv[1])\nexcept LedgerError as error:\n    print(error.code)\n"
        )
        assert as_nobody(code, folder / "ledger.sqlite") == "older-schema\n"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_migrations_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught, transaction(tmp_path / "a") as connection:
        migrate.upgrade(connection, "no-such-migration")
    assert caught.value.code == "failed"
