import argparse
from pathlib import Path

import pytest

from hemostat import __version__, cli
from hemostat.cli.command import UsageError, ledger_url, number_from
from tests.cli.conftest import Run


def test_each_file_with_a_command_is_one_and_none_is_missed() -> None:
    files = {path.stem for path in Path(cli.__file__).parent.glob("*.py")} - {"__init__"}
    assert {each.name for each in cli.commands()} == files - {"command", "lists", "progress", "reference"}
    places = [each.place for each in cli.commands()]
    assert places == sorted(set(places))


def test_help_names_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.status == 0
    for each in cli.commands():
        assert f"    {each.name}" in ran.out


@pytest.mark.parametrize("command", cli.commands(), ids=lambda each: each.name)
def test_each_has_its_own_help(run: Run, command: object) -> None:
    ran = run(command.name, "--help")  # type: ignore[attr-defined]
    assert ran.status == 0
    assert ran.out.startswith("usage: hemostat ")
    assert max(map(len, ran.out.splitlines())) <= 120


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"hemostat {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("no-such-command",), ("check", "--no-such-option"), ("ledger",)])
def test_usage(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert "usage: hemostat" in ran.err


def test_which_ledger_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMOSTAT_LEDGER", "/somewhere/ledger.sqlite")
    assert ledger_url(argparse.Namespace(ledger=None)) == "/somewhere/ledger.sqlite"
    assert ledger_url(argparse.Namespace(ledger="mine.sqlite")) == "mine.sqlite"
    assert ledger_url(argparse.Namespace(ledger="")) == ""
    monkeypatch.delenv("HEMOSTAT_LEDGER")
    assert ledger_url(argparse.Namespace(ledger=None)).endswith("hemostat/ledger.sqlite")


@pytest.mark.parametrize("text", ["x", "", "0", "11", "1.5", "nan", "1e3", "9" * 5000])
def test_what_is_no_number_is_told_with_its_option(text: str) -> None:
    with pytest.raises(UsageError, match="--looks"):
        number_from("--looks", 1, 10)(text)


def test_numbers() -> None:
    assert number_from("--looks", 1, 10)("10") == 10
    assert number_from("--looks", 1)("1000000") == 1_000_000
    assert number_from("--timeout", 0.1, 3600, whole=False)("0.1") == 0.1
    for text in ("1e-9", "nan", "inf", "-1", "3601"):
        with pytest.raises(UsageError, match=r"--timeout .*: a number from 0\.1 to 3600 is meant"):
            number_from("--timeout", 0.1, 3600, whole=False)(text)
