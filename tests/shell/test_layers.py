"""The contracts of pyproject.toml say what is meant: each is broken once, in a copy, and has to notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as main; main(['--no-cache'])"


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"PYTHONPATH": "src", "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=project, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "vectors"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_as_built_keeps_its_contracts(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("package", "line", "contract"),
    [
        ("wire", "import socket", "The core opens no socket"),
        ("assess", "import hemostat.ledger", "A package imports only from lines below"),
        ("wire", "import hemostat.exchange", "A package imports only from lines below"),
        ("targets", "import hemostat.wire", "A package imports only from lines below"),
        ("evidence", "import cryptography", "The heart of the core needs the standard library alone"),
        ("detect.drivers", "import hemostat.detect.network", "What looks stands on the drivers"),
        ("of_no_line", "", "A package imports only from lines below"),
    ],
)
def test_a_breach_is_noticed(copy: Path, package: str, line: str, contract: str) -> None:
    folder = copy.joinpath("src", "hemostat", *package.split("."))
    folder.mkdir(exist_ok=True)  # one that no line of the contract names
    with (folder / "__init__.py").open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert [text for text in broken if text.startswith(contract)] != [], done.stdout
