"""docs/evidence.md: its examples are right, what it says to do works, and the format is the one of the code."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.evidence import Observation, parse, read_line
from hemostat.evidence.canonical import MAX_DEPTH, MAX_INTEGER
from hemostat.evidence.names import MAX_NAME, TYPES
from hemostat.evidence.observation import MAX_FACTS, MAX_LINKS
from tests.evidence.evidence_page import PAGE, as_it_should_be, part
from tests.evidence.runs import KNOWN_LINES, forged, known_run, probe_run

TEXT = PAGE.read_text(encoding="utf-8")


def block(name: str) -> str:
    """The code of a part of the page."""
    match = re.fullmatch(r"```[a-z]+\n(.*)```\n", part(TEXT, name), flags=re.DOTALL)
    assert match is not None, name
    return match[1]


def test_the_kinds_are_those_of_the_code() -> None:
    assert as_it_should_be(TEXT) == TEXT


def test_the_example_is_an_observation() -> None:
    line = block("example").removesuffix("\n")
    assert line == KNOWN_LINES[3]
    assert read_line(line) == known_run()[3]


def test_the_digest_is_worked_out_right() -> None:
    text = block("text").removesuffix("\n")
    assert text == known_run()[3].text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert f"Its SHA-256 is `{digest}`" in TEXT
    assert read_line(block("example").removesuffix("\n")).digest == digest


def test_the_table_has_every_field_and_no_other() -> None:
    table = TEXT.partition("| field | what it is |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    assert sorted(re.findall(r"`([a-z_]+)`", " ".join(rows))) == sorted(Observation._fields)


def test_the_names_are_names_of_all_types() -> None:
    types = []
    for row in part(TEXT, "names").strip().splitlines()[2:]:
        _, asset, names, *_ = (cell.strip() for cell in row.split("|"))
        found = [parse(name).type for name in re.findall(r"`([^`]+)`", names)]
        assert found
        types += [asset] if asset else []
        assert set(found) == {types[-1]}
    assert sorted(types) == sorted(TYPES)


@pytest.mark.parametrize(
    "limit", [MAX_INTEGER, MAX_NAME, f"{MAX_FACTS:,}", f"{MAX_LINKS} at most", f"{MAX_DEPTH - 1} deep"]
)
def test_the_limits_are_those_of_the_code(limit: object) -> None:
    assert str(limit) in TEXT


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A file as `hemostat ledger export` writes it."""
    path = tmp_path / "ledger.jsonl"
    write(path, known_run(), probe_run(2), probe_run(1, "cd" * 16)[:-1])
    return path


def write(path: Path, *runs: list[Observation]) -> None:
    lines = [row.line() for rows in runs for row in rows]
    path.write_text("\n".join([*lines, '{"blob":"ab","data":""}', ""]), encoding="utf-8")


def by_python(export: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", block("python"), str(export)], capture_output=True, text=True, check=False
    )


def test_a_row_is_checked_by_the_shell(export: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", block("shell")], cwd=export.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [known_run()[3].digest] * 2


def test_all_runs_are_checked_by_python(export: Path) -> None:
    done = by_python(export)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"run:{'5eed' * 8} 4 {known_run()[-1].digest} whole",
        f"run:{'ab' * 16} 4 {probe_run(2)[-1].digest} whole",
        f"run:{'cd' * 16} 2 {probe_run(1, 'cd' * 16)[1].digest} cut off",
    ]


ROWS = probe_run(3)


@pytest.mark.parametrize(
    "rows",
    [
        [ROWS[0], ROWS[1]._replace(vantage="home"), *ROWS[2:]],
        [ROWS[0], forged(ROWS[1], vantage="home"), *ROWS[2:]],
        [ROWS[0], *ROWS[2:]],
        ROWS[1:],
        [ROWS[0], ROWS[2], ROWS[1], *ROWS[3:]],
        [*ROWS, ROWS[-1]],
        [*ROWS[:-1], forged(ROWS[-1], facts={"count": 9, "outcome": "complete"})],
    ],
    ids=["changed", "changed with its digest", "taken out", "no first", "moved", "two ends", "wrong count"],
)
def test_what_is_broken_is_found_by_python(tmp_path: Path, rows: list[Observation]) -> None:
    export = tmp_path / "ledger.jsonl"
    write(export, known_run(), rows)
    done = by_python(export)
    assert done.returncode == 1
    assert ROWS[0].run in done.stderr
