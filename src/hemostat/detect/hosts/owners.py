"""Which package owns a file of this host, by its package manager's own word."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from glob import iglob
from pathlib import PurePosixPath
from typing import Final, NamedTuple

__all__ = ["Owner", "Owners"]

_DATABASES: Final = {
    "dpkg-query": ("/var/lib/dpkg/status",),
    "rpm": tuple(
        f"/{folder}/{name}"
        for folder in ("var/lib/rpm", "usr/lib/sysimage/rpm")
        for name in ("Packages", "Packages.db", "rpmdb.sqlite")
    ),
    "apk": ("/lib/apk/db/installed", "/usr/lib/apk/db/installed"),
    "pacman": ("/var/lib/pacman/local/*/desc",),
}
"""Where each keeps what it has installed. One without owns nothing; rpm, asked there, would make one."""

_ALWAYS_OWNED: Final = "/usr"
"""That dpkg knows its owner shows that it could answer."""

_MERGED: Final = ("/bin/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/sbin/")
"""Folders that are links into /usr on newer systems: there alone a manager may know a file by either path."""
_AT_ONCE: Final = 200
_SECONDS: Final = 60.0
_DPKG: Final = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?(?:, [a-z0-9+.:-]+)*: (/.*)")


class Owner(NamedTuple):
    """`architecture`: None where the manager does not say it with the file."""

    manager: str
    package: str
    architecture: str | None


class Owners:
    """Asks the package managers of this host; not for what lies below a folder that it learned to be nobody's."""

    def __init__(self) -> None:
        self._managers = [
            (program, ask)
            for program, ask in (
                ("dpkg-query", self._by_dpkg),
                ("rpm", _by_rpm),
                ("apk", _by_apk),
                ("pacman", _by_pacman),
            )
            if shutil.which(program) and any(_exists(pattern) for pattern in _DATABASES[program])
        ]
        self._nobodys: set[str] = set()

    def __call__(self, paths: Iterable[str]) -> dict[str, Owner]:
        """The owner of each path that has one. Paths that hold line ends are nobody's."""
        asked = sorted({path for path in paths if "\n" not in path})
        for _, ask in self._managers:
            found = dict(ask(asked))
            if found:
                return found
        return {}

    def _by_dpkg(self, paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
        """A package of Debian's brings the folders of its files too, so a folder without an owner holds no file of one.

        dpkg-query reads all of its lists at each start: one question is as dear as many.
        """
        folders = {path: _folders(path) for path in paths}
        asked = [path for path in paths if self._nobodys.isdisjoint(folders[path])]
        if not asked:
            return
        above = {folder for path in asked for folder in folders[path]}
        known = dict(_ask_dpkg([*asked, *above, _ALWAYS_OWNED]))
        if _ALWAYS_OWNED in known:
            self._nobodys |= above - known.keys()
        yield from ((path, known[path]) for path in asked if path in known)


def _exists(pattern: str) -> bool:
    return next(iglob(pattern), None) is not None


def _folders(path: str) -> list[str]:
    """All above it, but the root."""
    return [str(folder) for folder in PurePosixPath(path).parents][:-1]


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
    if path.startswith("/usr") and f"{path[4:]}/".startswith(_MERGED):
        other = path[4:]
    elif f"{path}/".startswith(_MERGED):
        other = f"/usr{path}"
    else:
        return (path,)
    return (path, other) if _is_same(path, other) else (path,)


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _ask_dpkg(paths: Sequence[str]) -> Iterator[tuple[str, Owner]]:
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
