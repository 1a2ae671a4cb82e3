"""The texts that a configuration is made of, as they were given; no file is opened here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import join, normpath
from typing import Final, TypeAlias

from hemostat.software.reading.use import KeyUse, Unresolved

__all__ = [
    "MAX_LINE",
    "MAX_LINES",
    "MAX_OPENED",
    "Files",
    "Lines",
    "Numbered",
    "matches",
    "numbered",
    "resolve",
]

Numbered: TypeAlias = tuple[int, str]
"""A line's number, from 1, and its text without the line's end."""
Lines: TypeAlias = Sequence[Numbered]

MAX_LINE: Final = 16384
"""Characters of a line; longer ones are left out, and said."""
MAX_LINES: Final = 400_000
"""Lines that are read in all, each as often as it is included."""
MAX_OPENED: Final = 4096
"""Files that are read in all, each as often as it is included; patterns that are looked for."""


def numbered(text: str) -> list[Numbered]:
    """The lines of a whole file."""
    return [(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1)]


def resolve(path: str, folder: str) -> str:
    """A path as it is written, seen from a folder; without `.`, `..` and doubled slashes."""
    joined = normpath(join(folder, path))
    return "/" + joined.lstrip("/") if joined.startswith("/") else joined


def matches(path: str, pattern: str) -> bool:
    """Whether glob(7) would find this path by that pattern: `*` stays within a folder, and finds no hidden file."""
    names, patterns = path.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(
        fnmatchcase(name, each) and (each.startswith(".") or not name.startswith("."))
        for name, each in zip(names, patterns, strict=True)
    )


class Files:
    """The files of one configuration by path, perhaps with some of their lines only.

    What is asked for and not there is noted in `wants` (absolute paths and patterns): whoever can open files brings it
    and reads anew, until nothing new is wanted. What cannot be read is noted in `lost`.
    """

    def __init__(self, files: Mapping[str, Lines], starts: Iterable[str] = ()) -> None:
        self._files = files
        self.starts = tuple(starts)
        self.wants: dict[str, None] = {}
        self.lost: list[KeyUse] = []
        self._left = MAX_LINES
        self._openings = MAX_OPENED
        self._patterns = MAX_OPENED
        self._full = set[str]()

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def matching(self, pattern: str, *, below: bool = False) -> list[str]:
        """The paths that a pattern means, sorted; with `below` also all that lie in folders of that name."""
        self._patterns -= 1
        if self._patterns < 0:
            self.lose(pattern, 1, "too-much")
            return []
        self.wants[pattern] = None
        if pattern in self._files:
            return [pattern]
        folder = pattern.rstrip("/") + "/"
        return sorted(
            path
            for path in self._files
            if matches(path, pattern)
            or (below and path.startswith(folder) and "/." not in path[len(folder) - 1 :])
        )

    def lines(self, path: str) -> Iterator[Numbered]:
        """The lines of a file that is there; none of one that is not. Ends early where a limit is reached."""
        if path not in self._files:
            return
        self._openings -= 1
        if self._openings < 0:
            self.lose(path, 1, "too-much")
            return
        for number, text in self._files[path]:
            self._left -= 1
            if self._left < 0:
                self.lose(path, number, "too-much")
                return
            if len(text) > MAX_LINE:
                self.lose(path, number, "too-much")
            else:
                yield number, text

    def lose(self, path: str, line: int, why: Unresolved, written: str | None = None) -> None:
        """Notes what could not be read. A limit that a file reached is noted once."""
        if (why == "too-much" and path in self._full) or len(self.lost) >= MAX_OPENED:
            return
        if why == "too-much":
            self._full.add(path)
        self.lost.append(KeyUse(file=path, line=line, unresolved=why, written=written and written[:MAX_LINE]))
