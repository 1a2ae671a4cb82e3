"""A list of 1,000 as people have it, with good and hostile servers, closed ports, names without an address and lines
that are no target: at a terminal, interrupted, and gone on with.

All of it happens in a network namespace with nothing but its loopback, so no question for a name leaves this machine.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hemostat.ledger import open_ledger
from tests.live.peers import crowd, namespaces
from tests.live.peers.processes import inside, python_path

SILENT = 20
"""Servers that hold up everything behind them in the list, at that concurrency."""
HOLDS_UP = ("is_silent", "byte_by_byte", "is_silent_in_the_middle", "then_is_silent", "then_dribbles")
AT_ONCE = "16"
INTERRUPT = "\x03"
PROGRESS = r"\r\x1b\[K(\d+) targets begun, ANSWERS answers"
ROW = re.compile(
    r"^(vulnerable|patched|not-affected|inconclusive|unreachable|no target) {2,}\S", re.MULTILINE
)
HEADING = re.compile(r"^(inconclusive|unreachable) \(([\w.-]+)\)\n((?: .*\n)+)", re.MULTILINE)
"""Verdict, reason, and what is told of it: what it means, what to try, and of whom it is true."""
UNDECIDED = ("inconclusive", "unreachable")
DECIDED = ("vulnerable", "patched", "not-affected")
ORDER = ("vulnerable", "inconclusive", "unreachable", None, "patched", "not-affected")
WHAT_TO_TRY = re.compile(r"\b(ask|look|name it|give|is the|is its|is it)\b|--[a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Many:
    """The list: what can be answered at once, then servers that are silent, then the rest; and what may be said."""

    namespace: str
    listed: Path
    quick: list[str]
    silent: list[str]
    rest: list[str]
    right: dict[str, frozenset[tuple[str, str | None]]]
    names: dict[str, str]

    def check(self, *arguments: str) -> list[str]:
        """The command, in the list's namespace."""
        command = [sys.executable, "-m", "hemostat", "check", "--file", str(self.listed), *arguments]
        return inside(self.namespace, command)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, run to its end, with little patience."""
        return subprocess.run(
            self.check("--timeout", "8", "--concurrency", "500", *arguments),
            env={**os.environ, "PYTHONPATH": python_path()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )


@pytest.fixture(scope="module")
def many(logs: Path) -> Iterator[Many]:
    with (
        namespaces.namespace("many") as namespace,
        crowd.good(logs / "many", 200, namespace=namespace) as good,
        crowd.hostile(logs / "many", 200, namespace=namespace) as hostile,
    ):
        servers = [*good, *hostile]
        closed = [f"127.1.{n // 250}.{1 + n % 250}:9" for n in range(360)]
        nowhere = [f"host-{n}.invalid" for n in range(120)]
        bad = [f"host-{n}.example:port" for n in range(120)]
        quick = [each.target for each in good if ("vulnerable", None) not in each.said]
        quick += [*closed[:300], *nowhere, *bad]
        silent = [each.target for each in hostile if each.name in HOLDS_UP][:SILENT]
        taken = {*quick, *silent}
        rest = [each.target for each in servers if each.target not in taken] + closed[300:]
        listed = logs / "many.txt"
        lines = ["# a list", "", *quick, *silent, *rest]
        listed.write_text("\n".join(lines) + "\n")
        right: dict[str, frozenset[tuple[str, str | None]]] = {each.target: each.said for each in servers}
        right |= dict.fromkeys(closed, frozenset({("unreachable", "refused")}))
        right |= dict.fromkeys(nowhere, frozenset({("unreachable", "resolver")}))
        names = {each.target: each.name for each in servers}
        yield Many(namespace, listed, quick, silent, rest, right, names)


class Terminal:
    """A process at a terminal of its own: what it wrote there so far, in `said`."""

    def __init__(self, argv: list[str]) -> None:
        self._ours, theirs = pty.openpty()
        self.said = ""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *argv],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "PYTHONPATH": python_path(), "COLUMNS": "120", "TERM": "dumb"},
        )
        os.close(theirs)

    def await_text(self, pattern: re.Pattern[str], timeout: float = 60.0) -> re.Match[str]:
        """Waits until the pattern was written."""
        end = time.monotonic() + timeout
        while (found := pattern.search(self.said)) is None:
            assert time.monotonic() < end, self.said[-2000:]
            self._read()
        return found

    def type(self, text: str) -> None:
        """As a person does."""
        os.write(self._ours, text.encode())

    def end(self, timeout: float = 60.0) -> int:
        """Waits until it has ended; the exit status."""
        end = time.monotonic() + timeout
        while self.process.poll() is None:
            assert time.monotonic() < end, self.said[-2000:]
            self._read()
        self._read()
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> None:
        # A terminal that nobody holds open any more is an error to read.
        with suppress(OSError):
            while select.select([self._ours], [], [], 0.05)[0]:
                data = os.read(self._ours, 1 << 16)
                if not data:
                    return
                self.said += data.decode().replace("\r\n", "\n")


def test_the_list_has_a_thousand(many: Many) -> None:
    targets = [*many.quick, *many.silent, *many.rest]
    assert len(targets) == len(set(targets)) == 1000
    assert len(many.silent) == SILENT > int(AT_ONCE)


def test_an_interrupted_list_is_told_kept_and_gone_on_with(many: Many, tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    terminal = Terminal(many.check("--ledger", ledger, "--timeout", "120", "--concurrency", AT_ONCE))
    try:
        # All that is quick is answered, and nothing behind the silent ones: they hold every place.
        begun = terminal.await_text(re.compile(PROGRESS.replace("ANSWERS", str(len(many.quick)))))[1]
        terminal.type(INTERRUPT)
        status = terminal.end()
    finally:
        terminal.close()
    said = " ".join(terminal.said.split())
    assert int(begun) >= len(many.quick) + int(AT_ONCE)
    assert status == 130
    assert len(ROW.findall(terminal.said)) == len(many.quick)
    assert f"{len(many.quick)} answers: " in said
    assert "Interrupted: what was not answered by then is not among these." in said
    assert said.endswith("what was answered is kept, and the same command with --resume goes on from there.")

    with open_ledger(ledger) as kept:
        looks = [row for row in kept.rows() if row.kind in ("probe", "lookup")]
    assert len(looks) == len([each for each in many.quick if each in many.right])

    gone_on = many.run("--json", "--resume", "--ledger", ledger)
    answers = [json.loads(line) for line in gone_on.stdout.splitlines()]
    assert wrong(many, answers) == []
    assert len(answers) == 1000
    assert (gone_on.returncode, gone_on.stderr) == (1, "")
    verdicts = {each["target"]: each["verdict"] for each in answers}
    before = {each.run for each in looks}
    recalled = {
        each["target"]
        for each in answers
        if each["verdict"] is not None and each["evidence"]["observation"]["run"] in before
    }
    assert recalled == {each for each in many.quick if verdicts[each] in DECIDED}

    told = many.run("--resume", "--ledger", ledger)
    said = " ".join(told.stdout.split())
    assert told.returncode == 1
    counts = Counter(verdicts.values())
    in_all = ", ".join(f"{counts[word]} {word or 'no target'}" for word in ORDER)
    assert f"1000 answers: {in_all}. Act on the vulnerable first: " in said
    assert "Inconclusive is not fine: somebody answered, and may be vulnerable." in said
    assert "Unreachable is not fine: no connection came about, so nothing is known." in said
    sections = HEADING.findall(told.stdout)
    assert len(sections) > 20
    assert [each for each in sections if not WHAT_TO_TRY.search(" ".join(each[2].split()))] == []
    rows = Counter(word for word in ROW.findall(told.stdout) if word in UNDECIDED)
    named = Counter[str]()
    for word, _, section in sections:
        named[word] += section.count("\n  - ") - section.count("\n  - and ")
        named[word] += sum(map(int, re.findall(r"\n  - and (\d+) more", section)))
    assert named == rows == {word: counts[word] for word in UNDECIDED}


def wrong(many: Many, answers: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str]]:
    """What should not have been said, and of whom."""
    bad = frozenset({(None, "bad-port")})
    return [
        (many.names.get(each["target"], "nobody"), each["target"], each["verdict"], each["reason"])
        for each in answers
        if not {(each["verdict"], each["reason"]), (each["verdict"], None)}
        & many.right.get(each["target"], bad)
    ]
