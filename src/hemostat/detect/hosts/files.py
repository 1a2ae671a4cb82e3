"""Files of this machine that hold OpenSSL: folders walked, each file read once, archives looked into.

Nothing is followed, opened or waited for that is no plain file: symbolic links, FIFOs, devices and sockets are passed
over. What cannot be read is said.
"""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol

from hemostat.binaries import Found, Limits, Unseen, examine

__all__ = ["Counters", "Place", "Progress", "Search", "SeenCopy", "SeenNothing", "look_into"]

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)
_ERRORS: Final[tuple[tuple[type[OSError], str], ...]] = (
    (PermissionError, "permission"),
    (FileNotFoundError, "vanished"),
    (NotADirectoryError, "vanished"),
)


class Place(NamedTuple):
    """Where a file lies, and what it was when it was read. `path`: absolute, without links within it; its bytes that
    are no UTF-8 are surrogates (PEP 383).
    """

    path: str
    device: tuple[int, int]
    inode: int
    size: int


class SeenCopy(NamedTuple):
    """A copy, and where."""

    place: Place
    found: Found


class SeenNothing(NamedTuple):
    """What was not looked into, or not to its end. `why`: one of `binaries.UNSEEN`, or `permission`, `vanished`,
    `changed` (while it was read), `unreadable` (the system says so), `other-file-system`; of a path that was given,
    `no-such-path`, `no-file`.
    """

    path: str
    inside: tuple[str, ...]
    why: str


class Counters(Protocol):
    """Where it is written down how far the search is."""

    files: int
    bytes: int
    path: str


@dataclass(slots=True)
class Progress:
    """How far the search is: plain `Counters`."""

    files: int = 0
    bytes: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How to look.

    other_file_systems  go on where another one is mounted
    seconds             that one file may take, with all that is in it
    limits              of one file
    leave_out           folders that are passed over without a word, unless they are named themselves
    """

    other_file_systems: bool = False
    seconds: float = 120.0
    limits: Limits = field(default_factory=Limits)
    leave_out: tuple[str, ...] = ()


def look_into(
    paths: Iterable[str],
    search: Search | None = None,
    *,
    progress: Counters | None = None,
    is_over: Callable[[], bool] = lambda: False,
    on_read: Callable[[Place], None] = lambda place: None,
) -> Iterator[SeenCopy | SeenNothing]:
    """What is in these files and folders, in the order of the paths, and of names within a folder.

    A path that is a link is followed; within folders none is. A file with several names is told of by each, and read
    once: the bytes of its copies come with the first. `is_over` is asked before each file, and within it: when it says
    so, the search ends. `on_read` is told of each file that was read to its end, with all that is in it. Raises nothing
    for whatever lies there.
    """
    yield from _Looking(search or Search(), progress or Progress(), is_over, on_read).at(paths)


class _Looking:
    def __init__(
        self,
        search: Search,
        progress: Counters,
        is_over: Callable[[], bool],
        on_read: Callable[[Place], None],
    ) -> None:
        self._search, self._progress, self._is_over, self._on_read = search, progress, is_over, on_read
        self._folders: set[tuple[int, int]] = set()
        self._linked: dict[tuple[int, int], list[SeenCopy | SeenNothing]] = {}

    def at(self, paths: Iterable[str]) -> Iterator[SeenCopy | SeenNothing]:
        for path in paths:
            if self._is_over():
                return
            try:
                real = os.path.realpath(path, strict=True)
                status = os.lstat(real)
            except OSError as error:
                why = _why(error)
                yield SeenNothing(os.path.abspath(path), (), "no-such-path" if why == "vanished" else why)
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from self._folder(real, status)
            elif stat.S_ISREG(status.st_mode):
                yield from self._file(real, status)
            else:
                yield SeenNothing(real, (), "no-file")

    def _folder(self, top: str, status: os.stat_result) -> Iterator[SeenCopy | SeenNothing]:
        """Without recursion: a hostile tree may be deeper than any stack."""
        waiting = [(top, status)]
        while waiting and not self._is_over():
            path, known = waiting.pop()
            identity = (known.st_dev, known.st_ino)
            if identity in self._folders:
                continue
            if known.st_dev != status.st_dev and not self._search.other_file_systems:
                yield SeenNothing(path, (), "other-file-system")
                continue
            self._folders.add(identity)
            self._progress.path = path
            try:
                with os.scandir(path) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield SeenNothing(path, (), _why(error))
                continue
            below = []
            for entry in listed:
                if self._is_over():
                    return
                try:
                    found = entry.stat(follow_symlinks=False)
                except OSError as error:
                    yield SeenNothing(entry.path, (), _why(error))
                    continue
                if stat.S_ISDIR(found.st_mode):
                    if entry.path not in self._search.leave_out:
                        below.append((entry.path, found))
                elif stat.S_ISREG(found.st_mode):
                    yield from self._file(entry.path, found)
            waiting += reversed(below)

    def _file(self, path: str, status: os.stat_result) -> Iterator[SeenCopy | SeenNothing]:
        self._progress.files += 1
        self._progress.path = path
        if status.st_size == 0:
            return
        if status.st_nlink == 1:
            yield from self._read(path)
            return
        identity = (status.st_dev, status.st_ino)
        if identity in self._linked:
            yield from (_at(path, seen) for seen in self._linked[identity])
            return
        # Not kept before it is whole: whoever leaves early has not seen all of it.
        kept = []
        for seen in self._read(path):
            kept.append(_without_bytes(seen))
            yield seen
        self._linked[identity] = kept

    def _read(self, path: str) -> Iterator[SeenCopy | SeenNothing]:
        try:
            descriptor = os.open(path, _OPEN)
        except OSError as error:
            yield SeenNothing(path, (), _why(error))
            return
        # Unbuffered: what reads it takes large pieces.
        with open(descriptor, "rb", buffering=0) as file:
            try:
                before = os.fstat(descriptor)
                if not stat.S_ISREG(before.st_mode):
                    return
                device = (os.major(before.st_dev), os.minor(before.st_dev))
                place = Place(path, device, before.st_ino, before.st_size)
                until = time.monotonic() + self._search.seconds
                is_whole = True
                for finding in examine(
                    file,
                    before.st_size,
                    self._search.limits,
                    lambda: self._is_over() or time.monotonic() > until,
                ):
                    if isinstance(finding, Unseen):
                        is_whole = False
                        yield SeenNothing(path, finding.inside, finding.why)
                    else:
                        yield SeenCopy(place, finding)
                self._progress.bytes += before.st_size
                after = os.fstat(descriptor)
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    yield SeenNothing(path, (), "changed")
                elif is_whole and not self._is_over():
                    self._on_read(place)
            except OSError as error:
                yield SeenNothing(path, (), _why(error))


def _without_bytes(seen: SeenCopy | SeenNothing) -> SeenCopy | SeenNothing:
    """To be kept: who wants the bytes has had them by the file's first name."""
    return seen._replace(found=replace(seen.found, data=b"")) if isinstance(seen, SeenCopy) else seen


def _at(path: str, seen: SeenCopy | SeenNothing) -> SeenCopy | SeenNothing:
    """The same by another of the file's names."""
    if isinstance(seen, SeenCopy):
        return seen._replace(place=seen.place._replace(path=path))
    return seen._replace(path=path)


def _why(error: OSError) -> str:
    return next((why for kind, why in _ERRORS if isinstance(error, kind)), "unreadable")
