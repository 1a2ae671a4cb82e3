"""The suite's own rule of skips (tests/conftest.py), held against small suites that skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = {
    "unearned": "import pytest\ndef test_it():\n    pytest.skip('nginx is not installed')\n",
    "unearned module": "import pytest\npytest.skip('nginx is not installed', allow_module_level=True)\n",
    "unearned mark": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_it():\n    pass\n",
    "earned": "import pytest\ndef test_it():\n    pytest.skip('cannot be had: a VAX')\n",
    "passes": "def test_it():\n    pass\n",
}


def run(folder: Path, case: str, ci: str, *options: str) -> tuple[int, str, str]:
    """Exit status, output and what was told to ./test, of a suite that is `case` and one test that passes."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_case.py").write_text(CASES[case])
    (folder / "test_passes.py").write_text(CASES["passes"])
    summary = folder / "summary"
    environ = os.environ | {"CI": ci, "HEMOSTAT_TEST_SUMMARY": str(summary)}
    environ.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, summary.read_text()


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["serial", "xdist"])
@pytest.mark.parametrize("case", ["unearned", "unearned module", "unearned mark"])
def test_in_ci_a_skip_of_what_can_be_had_fails(tmp_path: Path, case: str, options: tuple[str, ...]) -> None:
    status, output, told = run(tmp_path, case, "true", *options)
    assert status in (1, 2), output
    assert "skipped, though it can be had: " in output
    assert "skipped" not in told


@pytest.mark.parametrize("case", ["unearned", "unearned module", "unearned mark"])
def test_elsewhere_it_is_only_named(tmp_path: Path, case: str) -> None:
    status, output, told = run(tmp_path, case, "")
    assert status == 0, output
    assert "passed 1" in told.splitlines()
    assert [line for line in told.splitlines() if line.startswith("skipped test_case.py")] != []


def test_what_cannot_be_had_is_named_even_in_ci(tmp_path: Path) -> None:
    status, output, told = run(tmp_path, "earned", "true")
    assert status == 0, output
    assert "skipped test_case.py::test_it: cannot be had: a VAX" in told.splitlines()


def test_the_users_own_ledger_is_out_of_reach(tmp_path_factory: pytest.TempPathFactory) -> None:
    for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        assert Path(os.environ[variable]).is_relative_to(tmp_path_factory.getbasetemp())
