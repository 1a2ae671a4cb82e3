"""A ledger in a file: for nobody else's eyes, shared by processes, killed at any moment, and every way it can fail."""

import os
import random
import shutil
import signal
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hemostat.ledger import Ledger, LedgerError, index, open_ledger
from hemostat.ledger import sqlite as module
from hemostat.ledger.ddl import VERSION_TABLE
from tests.ledger.children import as_nobody, child
from tests.ledger.runs import blob, ledger_with, run, run_name


def code_of(path: Path, *, create: bool = True) -> str:
    with pytest.raises(LedgerError) as caught, open_ledger(str(path), create=create):
        pass
    assert str(caught.value).isprintable()
    return caught.value.code


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


# --- making -----------------------------------------------------------------------------------------


def test_the_users_own_is_made_on_first_use_for_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "deep" / "share"))
    before = os.umask(0)
    try:
        with open_ledger(None) as ledger:
            ledger.append(run(1))
            folder = tmp_path / "deep" / "share" / "hemostat"
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    finally:
        os.umask(before)
    assert modes == {
        "hemostat": 0o700,
        "ledger.sqlite": 0o600,
        "ledger.sqlite-wal": 0o600,
        "ledger.sqlite-shm": 0o600,
    }


def test_closed_it_is_one_file(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "ledger.sqlite", run(1)):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_it_is_a_write_ahead_log_that_a_loss_of_power_cannot_take_from(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "ledger.sqlite") as ledger:
        store = ledger._store
        assert isinstance(store, module.SqliteStore)
        pragmas = {
            name: store._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "page_size")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "page_size": 8192}


def test_an_empty_file_becomes_a_ledger_but_not_without_being_asked(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    assert code_of(path, create=False) == "not-a-ledger"
    with open_ledger(str(path)) as ledger:
        assert ledger.verify().holds


def test_no_folder_is_made_for_a_file_that_somebody_named(tmp_path: Path) -> None:
    assert code_of(tmp_path / "mistyped" / "ledger.sqlite") == "not-found"
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_odd_characters_is_that_file(tmp_path: Path) -> None:
    for name in ("a b?mode=memory#%41.sqlite", os.fsdecode(b"\xff.sqlite")):
        with open_ledger(str(tmp_path / name)) as ledger:
            ledger.append(run(1))
            assert ledger.shown.isprintable()
        assert (tmp_path / name).stat().st_size > 0


# --- several processes ------------------------------------------------------------------------------

WRITE_AT_ONCE = """
import sys, time
from hemostat.ledger import open_ledger
from tests.ledger.runs import blob, run
folder, number, start = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
rows = run(number, range(10))
for round in range(8):
    while time.time() < start + round * 0.25:
        pass
    with open_ledger(f"{folder}/{round}.sqlite") as ledger:
        for row in rows:
            ledger.append([row], dict([blob(1)]) if row.seq % 2 else None)
"""


def test_several_processes_may_make_it_and_write_at_once(tmp_path: Path) -> None:
    start = time.time() + 2
    children = [child(WRITE_AT_ONCE, tmp_path, number, start) for number in range(4)]
    failed = [said for each in children if (said := each.communicate(timeout=100)[1])]
    assert failed == []
    for made in tmp_path.iterdir():
        with open_ledger(str(made), create=False) as ledger:
            found = ledger.verify()
            assert found.holds
            assert (found.whole, found.observations, found.blobs) == (4, 4 * 12, 1)


WRITES_WITHOUT_END = """
import sys
from itertools import count
from hemostat.ledger import open_ledger
from tests.ledger.runs import blob, run
with open_ledger(sys.argv[1]) as ledger:
    print("open", flush=True)
    for number in count(int(sys.argv[2]) * 1000):
        rows = run(number, range(20), certificates=[blob(number)[0]])
        ledger.append(rows[:7], dict([blob(number)]))
        ledger.append(rows[7:])
"""


def test_killed_at_any_moment_no_row_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    moments = random.Random(20140407)
    for number in range(20):
        writer = child(WRITES_WITHOUT_END, path, number)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(moments.random() * 0.08)
        writer.send_signal(signal.SIGKILL)
        writer.communicate(timeout=20)
        with open_ledger(str(path), create=False) as ledger:
            found = ledger.verify()
            assert found.holds
            assert {state.state for state in found.not_whole} <= {"cut-off"}
            # Between the two appends of a run, never within one.
            assert {state.count for state in found.not_whole} <= {7}
            assert found.missing_blobs.count == 0
    assert found.whole > 0


def test_killed_while_it_is_made_it_is_made_by_the_next(tmp_path: Path) -> None:
    moments = random.Random(20140408)
    for number in range(10):
        path = tmp_path / f"{number}.sqlite"
        maker = child(
            "import sys; from hemostat.ledger import open_ledger; print(flush=True); open_ledger(sys.argv[1])",
            path,
        )
        assert maker.stdout is not None
        maker.stdout.readline()
        time.sleep(moments.random() * 0.01)
        maker.send_signal(signal.SIGKILL)
        maker.communicate(timeout=20)
        with open_ledger(str(path)) as ledger:
            ledger.append(run(1))
            assert ledger.verify().holds


def test_who_holds_it_too_long_makes_it_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1)) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError) as caught:
            ledger.append(run(2))
        assert caught.value.code == "busy"
        assert list(ledger.rows()) == run(1)
        # What is read is there all the same, indexed or not.
        assert ledger.subjects("www1.example") == ["tcp:8.0.0.1:443"]
        other.execute("ROLLBACK")
        ledger.append(run(2))
        assert ledger.verify().whole == 2


# --- what may not be --------------------------------------------------------------------------------


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "is-a-folder"


def test_a_pipe_or_a_device_in_its_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert code_of(tmp_path / "pipe") == "not-a-ledger"
    assert code_of(Path("/dev/null")) == "not-a-ledger"


def test_a_file_in_place_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert code_of(tmp_path / "file" / "ledger.sqlite") == "not-found"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert code_of(tmp_path / ("a" * 300)) == "failed"


@pytest.mark.parametrize("contents", [b"x", b"not a database\n" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_another_file_in_its_place_is_left_alone(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(contents)
    assert code_of(path) in ("not-a-ledger", "damaged")
    assert path.read_bytes() == contents


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    change(path, "CREATE TABLE alembic_version (version_num TEXT)")
    before = path.read_bytes()
    assert code_of(path) == "not-a-ledger"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement", [f"DELETE FROM {VERSION_TABLE}", f"UPDATE {VERSION_TABLE} SET version_num = 'head'"]
)
def test_a_version_that_hemostat_never_wrote(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1)):
        pass
    change(path, statement)
    assert code_of(path) == "not-a-ledger"


def test_a_newer_schema_is_read_and_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1)):
        pass
    change(path, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with open_ledger(str(path)) as ledger:
        assert list(ledger.rows()) == run(1)
        assert ledger.verify().holds
        assert ledger.unwritable is not None
        for write in (lambda: ledger.append(run(2)), ledger.seal, ledger.rebuild):
            with pytest.raises(LedgerError) as caught:
                write()
            assert caught.value.code == "newer-schema"
    change(path, "ALTER TABLE observation RENAME COLUMN facts TO things")
    with open_ledger(str(path)) as ledger, pytest.raises(LedgerError) as caught:
        list(ledger.rows())
    assert caught.value.code == "newer-schema"


READS_AND_TRIES_TO_WRITE = """
import os, sys
from hemostat.ledger import LedgerError, open_ledger
from tests.ledger.runs import run
try:
    with open_ledger(sys.argv[1]) as ledger:
        found = ledger.verify()
        print("read", found.holds, found.whole, ledger.subjects("www1.example"))
        ledger.append(run(7))
except LedgerError as error:
    print(error.code)
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that others may come to, which pytest's own may not be."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("indexed", [True, False])
def test_a_file_and_folder_that_may_only_be_read(shared: Path, indexed: bool) -> None:
    path = shared / "ledger.sqlite"
    with ledger_with(path, run(1)) as ledger:
        if indexed:
            ledger.index()
    path.chmod(0o444)
    shared.chmod(0o555)
    assert as_nobody(READS_AND_TRIES_TO_WRITE, path) == "read True 1 ['tcp:8.0.0.1:443']\nread-only\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be played by root alone")
def test_one_that_may_only_be_read_while_its_owner_writes(shared: Path) -> None:
    path = shared / "ledger.sqlite"
    with ledger_with(path, run(1)) as ledger:
        for each in shared.iterdir():
            each.chmod(0o644)
        assert as_nobody(READS_AND_TRIES_TO_WRITE, path) == "read True 1 ['tcp:8.0.0.1:443']\nread-only\n"
        ledger.append(run(2))
        assert as_nobody(READS_AND_TRIES_TO_WRITE, path) == "read True 2 ['tcp:8.0.0.1:443']\nread-only\n"


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_one_that_may_not_be_read(shared: Path, closed: str) -> None:
    path = shared / "ledger.sqlite"
    with ledger_with(path, run(1)):
        pass
    (path if closed == "file" else shared).chmod(0)
    assert as_nobody(READS_AND_TRIES_TO_WRITE, path) == "no-permission\n"


def test_one_that_may_not_be_made(shared: Path) -> None:
    shared.chmod(0o555)
    assert as_nobody(READS_AND_TRIES_TO_WRITE, shared / "ledger.sqlite") == "no-permission\n"


# --- what breaks while it is used -------------------------------------------------------------------


def store_of(ledger: Ledger) -> module.SqliteStore:
    assert isinstance(ledger._store, module.SqliteStore)
    return ledger._store


def test_a_full_disk_keeps_what_was_kept(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "ledger.sqlite", run(1)) as ledger:
        connection = store_of(ledger)._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LedgerError) as caught:
            ledger.append(run(2, range(500)), dict([blob(1)]))
        assert caught.value.code == "disk-full"
        connection.execute("PRAGMA max_page_count = 1000000")
        assert list(ledger.rows()) == run(1)
        ledger.append(run(2))
        assert ledger.verify().whole == 2


def test_pages_that_were_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1, range(200))) as ledger:
        ledger.index()
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 8192):
        data[page * 8192 : page * 8192 + 200] = bytes(200)
    path.write_bytes(data)
    uses: list[Callable[[Ledger], object]] = [Ledger.verify, lambda ledger: list(ledger.rows())]
    for use in uses:
        with pytest.raises(LedgerError) as caught, open_ledger(str(path)) as ledger:
            use(ledger)
        assert caught.value.code == "damaged"


def test_a_table_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1)):
        pass
    change(path, "DROP TABLE blob")
    with open_ledger(str(path)) as ledger, pytest.raises(LedgerError) as caught:
        ledger.blob("0" * 64)
    assert caught.value.code == "damaged"


def test_a_text_that_is_no_utf8_is_a_damaged_row(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with ledger_with(path, run(1), run(2)):
        pass
    change(
        path,
        f"UPDATE observation SET facts = CAST(x'7bff7d' AS TEXT) WHERE run = '{run_name(1)}' AND seq = 1",
    )
    with open_ledger(str(path)) as ledger:
        with pytest.raises(LedgerError) as caught:
            list(ledger.rows())
        assert caught.value.code == "damaged"
        with pytest.raises(LedgerError) as caught:
            index.catch_up(store_of(ledger))
        assert caught.value.code == "damaged"
        found = ledger.verify()
        assert not found.holds
        assert [(state.run, state.state, state.count) for state in found.not_whole] == [
            (run_name(1), "broken", 1)
        ]
        assert list(ledger.rows(run_name(2))) == run(2)


def test_an_error_without_a_code_of_its_own_says_what_sqlite_says(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "ledger.sqlite") as ledger:
        store = store_of(ledger)
        with pytest.raises(LedgerError) as caught, store.writing() as writer:
            writer.run("BEGIN")
        assert caught.value.code == "damaged"
        with pytest.raises(LedgerError) as caught, store.writing() as writer:
            writer.run("SELECT :missing")
        assert caught.value.code == "failed"
        assert "ProgrammingError" in str(caught.value)
