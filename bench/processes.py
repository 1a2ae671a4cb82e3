"""A whole process, from its start to its end: what a person waits for, and what the machine spends."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["HEMOSTAT", "Ran", "run"]

ROOT: Final = Path(__file__).parents[1]
HEMOSTAT: Final = str(ROOT / "hemostat")


class Ran(NamedTuple):
    """One run: seconds on the clock, seconds of CPU (user and system, with its children), status, all it wrote."""

    wall: float
    cpu: float
    status: int
    said: str


def run(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> Ran:
    """Runs a program to its end, without input, not on a terminal. `environ`: beside this process's own."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(
            argv,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    return Ran(wall, usage.ru_utime + usage.ru_stime, process.returncode, said)
