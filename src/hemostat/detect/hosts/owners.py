"""Which package owns a file of this host, by its package manager's own word."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

__all__ = ["Owner", "owners_of"]

_MERGED: Final = ("/bin/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/sbin/")
"""Folders that are links into /usr on newer systems: a manager may know a file by either path."""
_AT_ONCE: Final = 200
_SECONDS: Final = 60.0
_DPKG: Final = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?(?:, [^:]*)?: (/.*)")


class Owner(NamedTuple):
    """`architecture`: None where the manager does not say it with the file."""

    manager: str
    package: str
    architecture: str | None


def owners_of(paths: Iterable[str]) -> dict[str, Owner]:
    """The owner of each path that has one. Paths that hold line ends are nobody's."""
    asked = {path for path in paths if "\n" not in path}
    for program, ask in (
        ("dpkg-query", _by_dpkg),
        ("rpm", _by_rpm),
        ("apk", _by_apk),
        ("pacman", _by_pacman),
    ):
        if shutil.which(program):
            found = dict(ask(sorted(asked)))
            if found:
                return found
    return {}


def _said(command: Sequence[str]) -> list[str]:
    """The lines that a command prints; none where it can't be run. It speaks plain English, and of nothing else."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def _spellings(path: str) -> tuple[str, ...]:
    if path.startswith("/usr") and path[4:].startswith(_MERGED):
        return path, path[4:]
    return (path, f"/usr{path}") if path.startswith(_MERGED) else (path,)


def _by_dpkg(paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
    spelt = {spelling: path for path in paths for spelling in _spellings(path)}
    names = list(spelt)
    for at in range(0, len(names), _AT_ONCE):
        for line in _said(["dpkg-query", "--search", *map(_escaped, names[at : at + _AT_ONCE])]):
            found = _DPKG.fullmatch(line)
            if found is not None and found[3] in spelt:
                yield spelt[found[3]], Owner("dpkg", found[1], found[2])


def _escaped(path: str) -> str:
    """dpkg-query takes patterns of a shell."""
    return re.sub(r"([\\*?\[])", r"\\\1", path)


def _by_rpm(paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
    """One question each: an answer does not name its file."""
    for path in paths:
        for line in _said(["rpm", "-qf", "--qf", "%{NAME}\\t%{ARCH}\\n", path])[:1]:
            name, tab, architecture = line.partition("\t")
            if tab:
                yield path, Owner("rpm", name, architecture)


def _by_apk(paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
    for path in paths:
        for line in _said(["apk", "info", "--quiet", "--who-owns", path])[:1]:
            # libssl1.0-1.0.2t-r0: the version begins at the last but one hyphen.
            name = line.strip().rsplit("-", 2)[0]
            if name:
                yield path, Owner("apk", name, None)


def _by_pacman(paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
    for path in paths:
        for line in _said(["pacman", "--query", "--owns", "--quiet", path])[:1]:
            if line.strip():
                yield path, Owner("pacman", line.strip(), None)
