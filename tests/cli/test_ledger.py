import errno
import io
import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from hemostat.ledger import Ledger
from tests.cli.conftest import Run, wait_until_open


@pytest.fixture
def filled(run: Run, lab: dict[str, str]) -> Run:
    """A ledger with two runs in it."""
    run("check", lab["no-heartbeats"])
    run("check", "127.0.0.1:9")
    return run


def test_a_ledger_that_holds(filled: Run) -> None:
    ran = filled("ledger", "verify")
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == [
        "The ledger holds.",
        "runs: 2, of which 2 whole, 0 cut off (the writer was ended, or still writes), 0 broken",
    ]
    found = json.loads(filled("ledger", "verify", "--json").out)
    assert (found["holds"], found["whole"], found["observations"]) == (True, 2, 6)


def test_a_row_that_was_changed_is_found(filled: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("UPDATE observation SET facts = replace(facts, 'refused', 'timeout')")
    other.close()
    ran = filled("ledger", "verify")
    assert ran.status == 1
    assert ran.out.startswith("The ledger does NOT hold.")
    assert "is broken after 1 rows: the digest does not hold" in ran.out


def test_a_seal_tells_what_became_of_what_was_there(
    filled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = filled("ledger", "seal").out.strip()
    assert seal.startswith("hemostat-seal-1 runs=2 rows=6 ")
    assert "exactly as it was sealed" in filled("ledger", "verify", "--seal", seal).out
    filled("check", "127.0.0.1:9")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{seal}\n".encode())))
    ran = filled("ledger", "verify", "--seal", "-")
    assert ran.status == 0
    assert "runs newer than the seal: 1" in ran.out
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        run = other.execute("SELECT run FROM observation ORDER BY recorded_at").fetchone()[0]
        other.execute("DELETE FROM observation WHERE run = ?", (run,))
    other.close()
    ran = filled("ledger", "verify", "--seal", seal)
    assert ran.status == 1
    assert "NOT all that was sealed is here" in ran.out
    assert filled("ledger", "verify", "--seal", "nonsense").status == 2


def test_what_is_exported_can_be_imported_elsewhere(filled: Run, tmp_path: Path) -> None:
    kept, elsewhere = tmp_path / "kept.jsonl", str(tmp_path / "elsewhere.sqlite")
    assert filled("ledger", "export", str(kept)).status == 0
    ran = filled("ledger", "import", "--ledger", elsewhere, str(kept))
    assert ran.out == (
        "runs: 2 new, 0 that went on, 0 that were here already; came in: observations: 6, certificates: 1\n"
    )
    again = filled("ledger", "import", "--ledger", elsewhere, str(kept))
    assert "runs: 0 new, 0 that went on, 2 that were here already; came in: observations: 0" in again.out
    assert filled("ledger", "seal").out == filled("ledger", "seal", "--ledger", elsewhere).out


def test_an_export_overwrites_nothing(filled: Run, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    ran = filled("ledger", "export", str(there))
    assert (ran.status, there.read_text()) == (2, "mine")
    assert "is there already" in ran.err
    assert filled("ledger", "export", str(tmp_path / "no" / "folder")).status == 2


def test_an_export_is_there_when_it_is_whole_for_its_owner_alone(
    filled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.jsonl"

    def fails(self: Ledger, file: IO[bytes]) -> None:
        assert file.write(b"half a line")
        assert not kept.exists()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "export", fails)
        ran = filled("ledger", "export", str(kept))
    assert (ran.status, ran.err) == (2, f"hemostat: {kept} can't be written: No space left on device\n")
    assert filled("ledger", "export", "--ledger", str(tmp_path / "none"), str(kept)).status == 2
    assert {each.name for each in tmp_path.iterdir() if "ledger" not in each.name} == set()
    assert filled("ledger", "export", str(kept)).status == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text() == filled("ledger", "export").out


def test_what_is_no_export_is_refused_with_its_line(filled: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text(filled("ledger", "export").out.splitlines()[0] + "\n{}\n")
    ran = filled("ledger", "import", "--ledger", str(tmp_path / "other.sqlite"), str(bad))
    assert ran.status == 2
    assert "line 2" in ran.err
    assert not (tmp_path / "other.sqlite").exists()
    assert filled("ledger", "import", str(tmp_path / "none.jsonl")).status == 2


def test_two_ledgers_become_one(filled: Run, tmp_path: Path) -> None:
    other = str(tmp_path / "other.sqlite")
    filled("check", "--ledger", other, "127.0.0.1:9")
    ran = filled("ledger", "merge", other)
    assert ran.out.startswith(
        "runs: 1 new, 0 that went on, 0 that were here already; came in: observations: 3"
    )
    assert json.loads(filled("ledger", "verify", "--json").out)["whole"] == 3


@pytest.mark.parametrize("action", ["verify", "seal", "export"])
def test_where_there_is_no_ledger_none_is_made(run: Run, action: str, tmp_path: Path) -> None:
    ran = run("ledger", action)
    assert ran.status == 2
    assert "there is no ledger" in ran.err.lower()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}\n"])
def test_an_import_of_nothing_is_told_and_makes_no_ledger(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = run("ledger", "import")
    assert ran.status == 2
    assert ran.err.startswith("hemostat: line 1" if text else "hemostat: there is nothing to import")
    assert list(tmp_path.iterdir()) == []


def test_a_merge_that_is_refused_makes_no_ledger(filled: Run, tmp_path: Path) -> None:
    new, none = str(tmp_path / "new.sqlite"), str(tmp_path / "none.sqlite")
    there = str(tmp_path / "ledger.sqlite")
    assert "there is no ledger" in filled("ledger", "merge", "--ledger", new, none).err
    ran = filled("ledger", "merge", there)
    assert (ran.status, ran.err) == (2, f"hemostat: {there} can't be taken into itself\n")
    with sqlite3.connect(there) as other:
        other.execute("UPDATE observation SET facts = replace(facts, 'refused', 'timeout')")
    other.close()
    assert "is broken at row" in filled("ledger", "merge", "--ledger", new, there).err
    assert not Path(new).exists()
    assert not Path(none).exists()


@pytest.mark.parametrize("way", ["option", "environment"])
def test_an_empty_name_is_no_ledger(run: Run, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setenv("HEMOSTAT_LEDGER", "")
    ran = run("ledger", "verify", *(["--ledger", ""] if way == "option" else []))
    assert ran.status == 2
    assert ran.err.startswith("hemostat: a ledger is a path")


def test_a_second_interruption_waits_for_nothing(filled: Run, tmp_path: Path) -> None:
    """Somebody holds the ledger that is to be written to."""
    kept, held = tmp_path / "kept.jsonl", tmp_path / "held.sqlite"
    filled("ledger", "export", str(kept))
    filled("ledger", "import", "--ledger", str(held), str(kept))
    with sqlite3.connect(held) as holder:
        holder.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-m", "hemostat", "ledger", "merge", "--ledger", str(held)]
        with subprocess.Popen(
            [*command, str(tmp_path / "ledger.sqlite")],
            cwd=Path(__file__).parents[2] / "src",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            wait_until_open(process.pid, held)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
            assert process.communicate() == (b"", b"")
        holder.rollback()
    holder.close()
