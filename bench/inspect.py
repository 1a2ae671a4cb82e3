"""`./hemostat inspect`: processes beside needrestart, a tree of files beside cve-bin-tool, and very many files alone.

What is compared takes turns in the same run, on the same processes and the same files, whole processes each.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench.hostprograms import CveBinTool, Needrestart, places_reported
from bench.processes import HEMOSTAT, Ran, run
from bench.results import Bench, Missing, Section, rate
from bench.spread import ratios, spread
from bench.tree import COPIES, REAL, Place, files, place_of, small_files, write
from tests.live.peers import wheels
from tests.live.peers.openssl102q_library import Unobtainable

__all__ = ["BENCH", "places_found", "processes_told"]

PROCESSES: Final = 200
PROCESS_TURNS: Final = 11
TREE_TURNS: Final = 3
LOOKS: Final = 3
"""How often hemostat looks into the tree after each look of cve-bin-tool's."""
FOLDERS: Final = 200
A_FOLDER: Final = 1_000
FEW: Final = 20
"""Folders of the first of two looks, which tell whether memory grows with the files."""
COPY: Final = "libssl.so.1.0.0"

_HOLD: Final = "import _ssl, sys; print(flush=True); sys.stdin.read()"
_LOOK: Final = [HEMOSTAT, "inspect", "--no-ledger", "--json", "--prove", "none"]
_READER: Final = [sys.executable, "-I", "-c", "import lief"]
_PEAK: Final = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a program from a small process: the kernel counts that of whoever starts it to a program's peak."""


def measure(section: Section) -> None:
    """The three of them, one after the other."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        needrestart, scanner = Needrestart(), CveBinTool(folder / "home")
        _measure_processes(section, needrestart, folder)
        _measure_tree(section, scanner, folder)
        _measure_many(section, folder)


def look_at(arguments: Iterable[str]) -> Ran:
    """One look of hemostat's. Raises RuntimeError where it failed: that would be no look, and quick."""
    ran = run([*_LOOK, *arguments])
    if ran.status not in (0, 1, 3):
        raise RuntimeError(f"hemostat ended with status {ran.status}: {ran.said.strip()[-500:]}")
    return ran


def processes_told(output: str) -> frozenset[int]:
    """The processes that hemostat's lines of JSON tell of and that have code of OpenSSL in memory."""
    return frozenset(
        line["pid"]
        for line in _lines(output)
        if line["kind"] == "process" and line["evidence"]["facts"]["mapped"]
    )


def places_found(output: str, tree: Path) -> frozenset[Place]:
    """Where the copies are of which hemostat's lines of JSON tell: code, not a text that names a version."""
    return frozenset(
        place_of(os.path.relpath(line["path"], tree), line["inside"])
        for line in _lines(output)
        if line["kind"] == "copy" and line["form"] in ("shared", "static")
    )


# -- processes -------------------------------------------------------------------------------------------------------


def _measure_processes(section: Section, needrestart: Needrestart, folder: Path) -> None:
    empty = folder / "empty"
    empty.mkdir()
    ours: list[Ran] = []
    theirs: list[Ran] = []
    loading: list[Ran] = []
    look = ["--search", str(empty)]
    with _holders() as pids:
        for turn in range(-1, PROCESS_TURNS):
            each = run(needrestart.command), look_at(look), run(_READER)
            if turn >= 0:  # the first finds the disk's cache cold
                for runs, one in zip((theirs, ours, loading), each, strict=True):
                    runs.append(one)
        told = len(pids & processes_told(ours[-1].said))
    if theirs[-1].status:
        raise Missing(f"needrestart fails here: {theirs[-1].said.strip()[-500:]}")
    slower = ratios([one.wall for one in ours], [one.wall for one in theirs])
    section.goal(
        f"needrestart's time, for {PROCESSES} processes that map libssl", slower.middle, _times, at_most=1.0
    )
    section.goal(f"of these {PROCESSES} processes, told of", told, rate, at_least=PROCESSES)
    section.say("### Processes")
    section.say(
        f"Beside whatever else runs here, {PROCESSES} processes of Python that have libssl in memory. Both look at "
        "every process and what it has mapped; no library was replaced, so needrestart has nothing to say. hemostat "
        "also asks for packages, sockets and users, reads the libraries that are mapped, judges each, and writes a "
        f"line of JSON for every process. {PROCESS_TURNS} turns, the middle, and least to most; *over* is turn by turn."
    )
    section.table(
        ("program", "wall (s)", "CPU (s)", "over needrestart"),
        [
            [needrestart.name, *_costs(theirs), ""],
            ["`./hemostat inspect`, processes alone", *_costs(ours), slower.show(_times)],
            ["a Python that loads lief, with which hemostat reads code", *_costs(loading), ""],
        ],
    )


@contextmanager
def _holders() -> Iterator[frozenset[int]]:
    """Processes that have libssl in memory and wait; their numbers."""
    with ExitStack() as ends:
        started = [ends.enter_context(_holder()) for _ in range(PROCESSES)]
        for process in started:
            if process.stdout is None or not process.stdout.readline():
                raise Missing("this Python has no module for TLS")
        if "/libssl" not in Path(f"/proc/{started[0].pid}/maps").read_text():
            raise Missing("this Python has its OpenSSL within: HEMOSTAT_PYTHON names one that loads libssl")
        yield frozenset(process.pid for process in started)


@contextmanager
def _holder() -> Iterator[subprocess.Popen[bytes]]:
    hold = [sys.executable, "-I", "-S", "-c", _HOLD]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


# -- a tree of files -------------------------------------------------------------------------------------------------


def _measure_tree(section: Section, scanner: CveBinTool, folder: Path) -> None:
    tree = folder / "tree"
    count = write(tree, files(_wheels()))
    ours: list[list[Ran]] = []
    theirs: list[Ran] = []
    report = folder / "report.json"
    look = ["--file", str(tree)]
    look_at(look)  # the disk's cache is warm for both
    for _ in range(TREE_TURNS):
        report.unlink(missing_ok=True)
        theirs.append(run(scanner.command(tree, report), scanner.environ))
        if not report.exists():
            raise Missing(f"cve-bin-tool reports nothing here: {theirs[-1].said.strip()[-500:]}")
        ours.append([look_at(look) for _ in range(LOOKS)])
    found = places_found(ours[-1][-1].said, tree)
    reported = places_reported(json.loads(report.read_text()), tree)
    quicker = ratios(
        [one.wall for one in theirs], [spread([one.wall for one in turn]).middle for turn in ours]
    )
    section.goal(f"times faster than {scanner.name}", quicker.middle, _times, at_least=50.0)
    section.goal("copies that it finds and hemostat misses", len(reported - found), rate, at_most=0)
    section.goal(
        f"of {len(COPIES)} copies in the tree, found", len(COPIES & found), rate, at_least=len(COPIES)
    )
    section.say("### A tree of files")
    section.say(
        f"{count:,} files ({_mebibytes(tree)} MiB), {len(COPIES)} copies of OpenSSL among them: real ones out of "
        "wheels and such as are made for this, as files, within programs, and in zip, tar and deb. cve-bin-tool is "
        "without the net, on a database of one entry, unpacks archives as hemostat does, and "
        f"{'asks' if shutil.which('file') else 'does without'} `file` what each file is. *Found* is what each tells "
        f"of in the places where copies are. {TREE_TURNS} turns, in each of which hemostat looks {LOOKS} times."
    )
    section.table(
        ("program", "wall (s)", "CPU (s)", "slower", "found", "elsewhere"),
        [
            [
                "`./hemostat inspect --file`",
                *_costs([one for turn in ours for one in turn]),
                "",
                *_found(found),
            ],
            [scanner.name, *_costs(theirs), quicker.show(_times), *_found(reported)],
        ],
    )


def _wheels() -> dict[str, bytes]:
    try:
        return {name: wheels.fetch(wheels.WHEELS[name]).read_bytes() for name in REAL}
    except Unobtainable as error:
        raise Missing(str(error)) from error


def _found(places: frozenset[Place]) -> tuple[str, str]:
    return str(len(places & COPIES)), str(len(places - COPIES))


def _mebibytes(tree: Path) -> str:
    return rate(sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) / (1 << 20))


# -- very many files -------------------------------------------------------------------------------------------------


def _measure_many(section: Section, folder: Path) -> None:
    few, many = folder / "many" / "few", folder / "many"
    for number in range(FOLDERS):
        write(few if number < FEW else many / "more", small_files(number, A_FOLDER))
    library = next(data for path, data in files(_wheels()) if path.endswith(COPY))
    write(few, [(COPY, library)])
    write(many, [(f"more/{COPY}", library)])
    smaller, larger = _peak(few, folder), _peak(many, folder)
    total = FOLDERS * A_FOLDER
    section.goal(
        f"memory for {total:,} files, of that for {FEW * A_FOLDER:,}",
        larger[1] / smaller[1],
        _times,
        at_most=1.1,
    )
    section.say("### Very many files")
    section.say(
        f"Small files in folders of {A_FOLDER:,}, half a kilobyte at most, and one copy of libssl, or two, which were "
        "found. Once each, the files having just been written; the whole process, and the most memory that it had."
    )
    section.table(
        ("files", "wall (s)", "CPU (s)", "files/s", "memory (MiB)"),
        [
            [f"{count:,}", _seconds(ran.wall), _seconds(ran.cpu), rate(count / ran.wall), rate(memory)]
            for count, (ran, memory) in ((FEW * A_FOLDER, smaller), (total, larger))
        ],
    )


def _peak(tree: Path, folder: Path) -> tuple[Ran, float]:
    """One look, and the most memory that it had, in MiB."""
    peak = folder / "peak"
    ran = run([sys.executable, "-I", "-S", "-c", _PEAK, str(peak), *_LOOK, "--file", str(tree)])
    expected = sum(1 for _ in tree.rglob(COPY))
    if len(places_found(ran.said, tree)) != expected:
        raise RuntimeError(f"{expected} copies are there, and it told of others: {ran.said[:500]}")
    return ran, int(peak.read_text()) / 1024


# -- all -------------------------------------------------------------------------------------------------------------


def _lines(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        yield json.loads(line)


def _costs(runs: Iterable[Ran]) -> tuple[str, str]:
    whole = [*runs]
    return (
        spread([one.wall for one in whole]).show(_seconds),
        spread([one.cpu for one in whole]).show(_seconds),
    )


def _times(figure: float) -> str:
    return f"{figure:.2f} ×" if figure < 10 else f"{figure:.1f} ×"


def _seconds(figure: float) -> str:
    return f"{figure:.2f}"


BENCH: Final = Bench("./hemostat inspect beside needrestart and cve-bin-tool", measure)
