"""What holds for the whole suite. A fixture of one package's tests stands with them, not here.

- **A skip is said aloud, and in CI it has to be earned.** ./test lists each with its reason. With `CI=true`
  it counts as a failure, unless the reason begins with "cannot be had:" (nothing to install would bring it).
- **Hypothesis** runs without deadline; with `CI=true` also without chance, so that a run can be repeated.
- **No test touches the ledger or the settings of who runs it**: the XDG folders are the suite's own, and
  HEMOSTAT_LEDGER names none. What tests start buffers its output as it does for users.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
EARNED = "cannot be had:"

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if CI else "here")


@pytest.fixture(scope="session", autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("user")
        for variable in ("HEMOSTAT_LEDGER", "HEMOSTAT_DEBUG", "PYTHONUNBUFFERED"):
            patch.delenv(variable, raising=False)
        for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(variable, str(home / variable.lower()))
        yield


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why `report`'s test was skipped, in the words of who skipped it."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turns a skip that isn't earned into a failure, in CI."""
    expected_failure = hasattr(report, "wasxfail")
    if CI and report.skipped and not expected_failure and not reason_of(report).startswith(EARNED):
        report.longrepr = f"skipped, though it can be had: {reason_of(report)}"
        report.outcome = "failed"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    judge(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells ./test, which runs pytest more than once, what to put into its summary."""
    path = os.environ.get("HEMOSTAT_TEST_SUMMARY")
    if path is None:
        return
    stats = terminalreporter.stats
    lines = [f"{kind} {len(stats.get(kind, []))}" for kind in ("passed", "failed", "error")]
    lines += [f"skipped {report.nodeid}: {reason_of(report)}" for report in stats.get("skipped", [])]
    with Path(path).open("a", encoding="utf-8") as file:
        file.writelines(f"{' '.join(line.split())}\n" for line in lines)
