"""RESULTS.md: a section for each bench, which that bench alone writes; no figure in it is typed by hand.

A section stands between two comments that name its bench. Writing one leaves every byte outside it as it was.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

__all__ = ["RESULTS", "Bench", "Missing", "Section", "names_in", "put", "rate"]

RESULTS: Final = Path(__file__).parent / "RESULTS.md"
_BEGIN: Final = "<!-- begin: {} (written by bench/run {}) -->\n"
_END: Final = "<!-- end: {} -->\n"
_MARKER: Final = re.compile(r"^<!-- (begin|end): ([a-z]+)\b.*-->$", flags=re.MULTILINE)
_HEAD: Final = """# Results

What `bench/run` measured, and wrote here itself. [README.md](README.md) says how to run it and how to read this.
"""


class Missing(Exception):
    """Something that a bench takes is not on this machine; the text says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One figure: its title, and what measures it and puts what it found into a section."""

    title: str
    measure: Callable[["Section"], None]


@dataclass
class Section:
    """What one bench says, as Markdown, in the order in which it is said; goals come first."""

    name: str
    title: str
    missed: list[str] = field(default_factory=list)
    _goals: list[tuple[str, str, str]] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)

    def goal(
        self,
        what: str,
        measured: float,
        show: Callable[[float], str],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """A goal and what was measured for it, both written by `show`. It has one bound (TypeError)."""
        if at_least is not None and at_most is None:
            wanted, reached = f"≥ {show(at_least)}", measured >= at_least
        elif at_most is not None and at_least is None:
            wanted, reached = f"≤ {show(at_most)}", measured <= at_most
        else:
            raise TypeError("a goal has one bound, at_least or at_most")
        if not reached:
            self.missed.append(f"{what}: {show(measured)}, goal {wanted}")
        verdict = "reached" if reached else "**missed**"
        self._goals.append((what, wanted, f"{show(measured)}, {verdict}"))

    def say(self, text: str) -> None:
        """A paragraph."""
        self._said.append(text)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; each row has as many cells as the head (ValueError)."""
        self._said.append(_table(head, rows))

    def text(self, measured_on: str) -> str:
        """The whole section, markers and all. `measured_on`: when, and on what machine."""
        goals = [_table(("goal", "wanted", "measured"), self._goals)] if self._goals else []
        parts = [f"## {self.name}: {self.title}", measured_on, *goals, *self._said]
        body = "\n\n".join(parts)
        return f"{_BEGIN.format(self.name, self.name)}\n{body}\n\n{_END.format(self.name)}"


def rate(figure: float) -> str:
    """A whole number as a person reads it: 12,345."""
    return f"{figure:,.0f}"


def names_in(text: str) -> list[str]:
    """The benches whose sections `text` holds, in its order. Raises ValueError where the markers don't pair."""
    markers = _MARKER.findall(text)
    begun = [name for kind, name in markers if kind == "begin"]
    if markers != [(kind, name) for name in begun for kind in ("begin", "end")] or len(set(begun)) < len(
        begun
    ):
        raise ValueError("the markers of the sections don't pair")
    return begun


def put(text: str, name: str, section: str) -> str:
    """`text` with the section of that bench in place of the one it holds, else in the order of the names.

    An empty `text` gets its head. Raises ValueError where the markers don't pair.
    """
    text = text or _HEAD
    names = names_in(text)
    if name in names:
        start, stop = _place(text, name)
        return text[:start] + section + text[stop:]
    after = next((other for other in names if other > name), None)
    if after is None:
        return f"{text.rstrip()}\n\n{section}"
    start, _ = _place(text, after)
    return f"{text[:start]}{section}\n{text[start:]}"


def _place(text: str, name: str) -> tuple[int, int]:
    ends = {kind: mark for mark in _MARKER.finditer(text) for kind, other in [mark.groups()] if other == name}
    return ends["begin"].start(), ends["end"].end() + 1


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    if any(len(line) != len(head) for line in lines):
        raise ValueError("a table's rows are as long as its head")
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
