"""collect.sh, and the ways to run it."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

import hemostat.detect.hosts
from hemostat.snapshots import Snapshot, read_snapshot
from hemostat.software import Program, programs

__all__ = ["SCRIPT", "SHELLS", "collect", "shell", "table"]

(_FOLDER,) = map(Path, hemostat.detect.hosts.__path__)
SCRIPT = _FOLDER / "collect.sh"

SHELLS = {"dash": ("dash",), "bash": ("bash", "--posix"), "busybox": ("busybox", "ash")}
_PACKAGES = {"busybox": "busybox", "dash": "dash", "bash": "bash"}


def shell(name: str) -> list[str]:
    """The command of one of `SHELLS`; skips the test where it is not installed."""
    program, *options = SHELLS[name]
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed (Debian package {_PACKAGES[program]})")
    return [path, *options]


def collect(
    *options: str | int | Path,
    by: Iterable[str] = ("sh",),
    path: str | None = None,
    script: Path = SCRIPT,
    timeout: int = 60,
) -> Snapshot:
    """What collect.sh prints, read. `path`: PATH in place of the suite's."""
    environ = os.environ | ({"PATH": path} if path else {})
    done = subprocess.run(
        [*by, str(script), *map(str, options)],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    found = read_snapshot([done.stdout])
    assert found.fault is None
    assert found.unknown == {}
    return found


def table(known: Iterable[Program] | None = None) -> str:
    """What collect.sh says of server programs, as it follows from `hemostat.software`."""
    lines = []
    for program in known or programs().values():
        lines += [f"program {program.name} {program.continued}", f"comment {program.comment}"]
        if program.several:
            lines.append(f"several {program.several}")
        lines += _wrapped("at", program.configurations) + _wrapped("allow", sorted(program.allow))
    return "".join(f"{line}\n" for line in lines)


def _wrapped(word: str, values: Iterable[str]) -> list[str]:
    lines, line = [], word
    for value in values:
        if len(line) + len(value) > 115:
            lines.append(line)
            line = word
        line += f" {value}"
    return [*lines, line]
