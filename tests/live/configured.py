"""Configurations on this machine, read as `hemostat.software` reads them: what it wants is opened, until nothing is
new.
"""

from __future__ import annotations

import base64
import glob
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from hemostat.software import KeyUse, Lines, Program, Reading, numbered, programs, recognised
from tests.live.looks import look

__all__ = ["certificate_of", "pairs_of", "program_of", "read_from_disk", "shown_by"]


def read_from_disk(program: str, *starts: Path) -> Reading:
    """What a program's configuration says, with all that it includes."""
    files: dict[str, Lines] = {}
    paths = [str(path) for path in starts]
    for _ in range(8):
        reading = programs()[program].read(files, paths)
        found = {file for pattern in reading.wants for path in glob.glob(pattern) for file in _files(path)}
        if found <= files.keys():
            return reading
        files |= {path: numbered(Path(path).read_text()) for path in found}
    raise AssertionError("it wants more each time")


def _files(path: str) -> list[str]:
    """The file, or those below the folder."""
    if os.path.isfile(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]


def pairs_of(
    uses: Iterable[KeyUse],
) -> set[tuple[str, str | None, str | None, tuple[str, ...], tuple[int, ...]]]:
    """What can be compared where files and lines are others: role, certificate, key, names, ports."""
    return {(use.role, use.certificate, use.key, use.names, use.ports) for use in uses}


def program_of(pid: int) -> tuple[Program | None, tuple[str, ...]]:
    """The program that a process is recognised as, and the configurations that its command line names."""
    process = Path("/proc", str(pid))
    argv = process.joinpath("cmdline").read_text().removesuffix("\0").split("\0")
    program = recognised(os.readlink(process / "exe"), argv)
    return program, program.named_by(argv, os.readlink(process / "cwd")) if program else ()


def certificate_of(path: str | None) -> str:
    """SHA-256 of the first certificate of a PEM file."""
    assert path is not None
    found = re.search(r"-----BEGIN CERTIFICATE-----([^-]+)-----END", Path(path).read_text())
    assert found is not None
    return hashlib.sha256(base64.b64decode(found[1])).hexdigest()


def shown_by(target: str, *options: str) -> str:
    """SHA-256 of the certificate that a server shows to `hemostat check`."""
    sha256: str = look(target, *options).one()["certificate"]["sha256"]
    return sha256
