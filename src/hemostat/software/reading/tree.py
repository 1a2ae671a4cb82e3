"""What a configuration says, as a tree: blocks, and what stands in them, with included files in their place."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from posixpath import dirname
from typing import Final, Literal, NamedTuple, TypeAlias

from hemostat.software.reading.files import Files, Numbered, resolve

__all__ = ["MAX_DEPTH", "Directive", "Event", "Include", "Parse", "grow"]

MAX_DEPTH: Final = 32
"""Blocks in one another, and files that include one another."""


class Event(NamedTuple):
    """What a reader of one syntax finds on a line: something said, or a block that opens or closes there."""

    line: int
    turn: Literal["says", "opens", "closes"]
    name: str = ""
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Directive:
    """Something said, or a block (`inside` is not None)."""

    path: str
    line: int
    name: str
    values: tuple[str, ...] = ()
    inside: "list[Directive] | None" = None

    @property
    def value(self) -> str:
        """The first value, or nothing."""
        return self.values[0] if self.values else ""

    def all(self, *names: str) -> "list[Directive]":
        """What stands directly in this block by these names, in its order."""
        return [each for each in self.inside or () if each.name in names]

    def last(self, *names: str) -> "Directive | None":
        """The last of these."""
        found = self.all(*names)
        return found[-1] if found else None

    def walk(self) -> "Iterator[Directive]":
        """This, and all that stands in it at any depth, in its order."""
        yield self
        for each in self.inside or ():
            yield from each.walk()


class Include(NamedTuple):
    """Another file that is to be read in place of a directive. `folder`: what its path is relative to, None for the
    folder of the file that names it. `optional`: may be missing. `below`: a folder means all that is in it.
    """

    pattern: str
    folder: str | None = None
    optional: bool = False
    below: bool = False


Parse: TypeAlias = Callable[[Iterable[Numbered]], Iterable[Event]]
_Includes: TypeAlias = Callable[[Event], Include | None]


def grow(files: Files, path: str, parse: Parse, includes: _Includes = lambda event: None) -> Directive:
    """The tree of a file and of all that it includes.

    `includes` says what a directive includes, None where it includes nothing. A block that opens in a file ends with
    it. What cannot be read (missing, too deep) is noted in `files.lost`.
    """
    root = Directive(path, 0, "", (), [])
    _grow(files, path, (path,), parse, includes, [root])
    return root


def _grow(
    files: Files,
    path: str,
    opened: tuple[str, ...],
    parse: Parse,
    includes: _Includes,
    blocks: list[Directive],
) -> None:
    floor = len(blocks)
    skipped = 0
    for line, turn, name, values in parse(files.lines(path)):
        if turn == "closes":
            if skipped:
                skipped -= 1
            elif len(blocks) > floor:
                blocks.pop()
            continue
        if skipped or (turn == "opens" and len(blocks) > MAX_DEPTH):
            if turn == "opens":
                if not skipped:
                    files.lose(path, line, "too-deep")
                skipped += 1
            continue
        include = includes(Event(line, turn, name, values)) if turn == "says" else None
        if include is not None:
            for each in _included(files, path, line, include):
                if each in opened or len(opened) >= MAX_DEPTH:
                    files.lose(path, line, "too-deep", include.pattern)
                else:
                    _grow(files, each, (*opened, each), parse, includes, blocks)
            continue
        directive = Directive(path, line, name, values, [] if turn == "opens" else None)
        inside = blocks[-1].inside
        if inside is not None:
            inside.append(directive)
        if turn == "opens":
            blocks.append(directive)
    del blocks[floor:]


def _included(files: Files, path: str, line: int, include: Include) -> list[str]:
    if not include.pattern:
        return []
    if "$" in include.pattern:
        files.lose(path, line, "variable", include.pattern)
        return []
    pattern = resolve(include.pattern, dirname(path) if include.folder is None else include.folder)
    found = files.matching(pattern, below=include.below)
    # A folder may be there and empty.
    folder = include.below and include.pattern.endswith("/")
    if not found and not include.optional and not folder and not set("*?[") & set(pattern):
        files.lose(path, line, "missing", pattern)
    return found
