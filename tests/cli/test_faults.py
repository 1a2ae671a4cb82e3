"""Faults of this machine: a sentence and status 2, never a traceback, and never status 1, which says vulnerable."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat import cli
from hemostat.errors import HemostatError
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
REFUSED = "check --no-ledger --quiet 127.0.0.1:9"


def shell(line: str, tmp_path: Path) -> tuple[int, str]:
    """Status and standard error of `hemostat` and what follows, with a ledger of its own."""
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" "{ROOT}/src/hemostat/__main__.py" {line}'],
        cwd=tmp_path,
        env={**os.environ, "HEMOSTAT_LEDGER": str(tmp_path / "ledger.sqlite")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (f"{REFUSED} >&-", 3, ""),
        (f"{REFUSED} 2>&-", 3, ""),
        (f"{REFUSED} <&-", 3, ""),
        (f"{REFUSED} <&- >&- 2>&-", 3, ""),
        (f"{REFUSED} >/dev/full", 2, "No space left on device"),
        (f"{REFUSED} --json >/dev/full", 2, "No space left on device"),
        (f"{REFUSED} --verbose 2>/dev/full", 2, ""),
        ("check --looks 0 x 2>/dev/full", 2, ""),
        ("check - <&-", 2, "standard input is to be read, and is closed"),
        ("incidents >/dev/full", 2, "No space left on device"),
        ("--help >/dev/full", 2, "No space left on device"),
        ("ledger import <&-", 2, "standard input is to be read, and is closed"),
        ("ledger verify --seal - <&-", 2, "standard input is to be read, and is closed"),
        ("incidents | true", 0, ""),
    ],
)
def test_streams_that_are_closed_or_full(tmp_path: Path, line: str, status: int, said: str) -> None:
    found, err = shell(line, tmp_path)
    assert found == status
    assert said in err
    assert bool(err) == bool(said)


def test_an_export_to_a_full_disk(tmp_path: Path) -> None:
    assert shell("check 127.0.0.1:9", tmp_path)[0] == 3
    status, err = shell("ledger export > /dev/full", tmp_path)
    assert (status, err) == (2, "hemostat: this machine refused: No space left on device\n")


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    line = "ledger verify --ledger mine.sqlite"
    done = subprocess.run(
        [
            "bash",
            "-c",
            f'cd gone && rmdir ../gone && "{sys.executable}" -I "{ROOT}/src/hemostat/__main__.py" {line}',
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "hemostat: mine.sqlite can't be found: the working folder is deleted\n"


def test_a_fault_of_our_own_is_told_as_that(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hemostat.api.incidents", fails)
    ran = run("incidents")
    assert ran.status == 2
    assert ran.err.startswith("hemostat: a fault of hemostat itself: ZeroDivisionError: please report")
    assert "Traceback" not in ran.err
    monkeypatch.setenv("HEMOSTAT_DEBUG", "1")
    assert "Traceback" in run("incidents").err


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            OSError(5, "Input/output error", "a.txt"),
            2,
            "hemostat: this machine refused: a.txt: Input/output error\n",
        ),
        (HemostatError("it is so"), 2, "hemostat: it is so\n"),
        (BrokenPipeError(), 141, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=repr,
)
def test_what_ends_a_command(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("hemostat.api.incidents", fails)
    ran = run("incidents")
    assert (ran.status, ran.err) == (status, said)


def test_an_interruption_while_modules_are_loaded(tmp_path: Path) -> None:
    """A module that stands before the real one on the path, and is interrupted as it is loaded."""
    (tmp_path / "argparse.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(
        [sys.executable, str(ROOT / "src/hemostat/__main__.py"), "--version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")


def test_main_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    assert cli.main(["--version"]) == 0
    assert cli.main(["no-such-command"]) == 2
    sys.stdout.close()
    sys.stderr.close()
