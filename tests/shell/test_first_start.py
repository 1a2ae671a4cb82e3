"""The checkout as a user has it: its environment made from the real lock, and what a start then costs."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_OF_CPU = 0.25


# One worker makes the environment, for all of these.
pytestmark = pytest.mark.xdist_group("first start")


def start(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "hemostat"), *arguments]
    return subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("user") / "hemostat"
    folder.mkdir()
    for name in ("hemostat", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("src", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def first(checkout: Path) -> subprocess.CompletedProcess[str]:
    return start(checkout, "check", "--help")


def test_the_first_start_answers_on_stdout_and_tells_on_stderr_what_it_made(
    first: subprocess.CompletedProcess[str],
) -> None:
    assert first.returncode == 0, first.stderr
    assert "TARGET" in first.stdout
    assert "making its environment" in first.stderr
    assert "making its environment" not in first.stdout


@pytest.mark.usefixtures("first")
def test_a_start_costs_little(checkout: Path) -> None:
    """The CPU time of the whole process tree, user and system, the least of seven."""
    costs = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = start(checkout, "check", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (done.returncode, done.stderr) == (0, "")
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(costs) < SECONDS_OF_CPU, costs


@pytest.mark.usefixtures("first")
def test_the_packages_of_the_lock_agree_with_one_another(checkout: Path) -> None:
    """Looked at by the suite's pip: the environment itself holds none."""
    [python] = checkout.glob(".hemostat/env-*-cpython-*/bin/python")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
