"""What a person sees of `check`: a row for each answer as it comes, then what they mean, the worst first.

Written by hand and not with rich: rows come one by one, for minutes, so a table can't be measured before it is
printed, which is what a library for tables is good at; and loading rich takes 0.08 s, a third of a whole check.

Colours repeat what the words say, and nothing else is told by them. Every line goes through `printable`, so whatever
a stranger wrote, a terminal obeys none of it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TextIO

from hemostat.assess.rule import VerdictWord
from hemostat.report.answer import Answer, named, origin
from hemostat.report.disagreement import SEVERITY, Disagreements
from hemostat.report.evidence import certificate_line, first_hello, protocol_line, validity
from hemostat.report.prose import columns, counted, padded, wrapped
from hemostat.report.status import MEANINGS, exit_status
from hemostat.targets import printable, shown

__all__ = ["Screen"]

_ORDER: Final = (*SEVERITY[:3], None, *SEVERITY[3:])
"""What the detailed part tells of, in order; None: what names no target."""
_COLOURS: Final[dict[VerdictWord | None, str]] = {
    "vulnerable": "1;31",
    "inconclusive": "33",
    "unreachable": "33",
    None: "33",
    "patched": "32",
    "not-affected": "32",
}
_NO_TARGET: Final = "no target"
_MOST_NAMED: Final[dict[VerdictWord | None, int]] = {
    "inconclusive": 50,
    "unreachable": 50,
    None: 50,
    "patched": 10,
    "not-affected": 10,
}
"""How many of one kind are named once more in the detailed part. The vulnerable ones all are."""
_MOST_DETAILED: Final = 20
_MOST_DISAGREEMENTS: Final = 10
_MOST_IN_SUMMARY: Final = 5
_NARROWEST: Final = 40
_PROSE: Final = 100
"""Columns of prose, at most: longer lines are hard to read."""
_GAP: Final = "  "


class _Column(NamedTuple):
    """A column of the table: its head, how wide it is, what stands in it."""

    head: str
    width: int
    content: Callable[[Answer], str]


class Screen:
    """Prints answers to `out`: `answer` for each as it comes, `close` at the end.

    `width`: columns of the terminal; None where there is none: rows are then never broken, for grep and awk. `colour`:
    whether the terminal has any. `began`: the time at which asking began: what was seen before comes from the ledger.
    Of answers that say the same it keeps names and numbers, nothing else.
    """

    def __init__(
        self, out: TextIO, *, width: int | None = None, colour: bool = False, began: str | None = None
    ) -> None:
        self._out = out
        self._limit = None if width is None else max(width, _NARROWEST)
        self._width = min(self._limit or _PROSE, _PROSE)
        self._colour = colour
        self._table = _columns_for(self._limit or _PROSE)
        self._groups: dict[tuple[VerdictWord | None, str, str], _Group] = {}
        self._counts: Counter[VerdictWord | None] = Counter()
        self._disagreements = Disagreements()
        self._began = began
        self._recalled = 0
        self._proxies: Counter[str] = Counter()

    def answer(self, answer: Answer) -> None:
        """Print its row, and keep what `close` will say of it."""
        if not self._counts:
            self._row([column.head for column in self._table])
        self._row([column.content(answer) for column in self._table], _COLOURS[answer.verdict])
        self._out.flush()
        self._counts[answer.verdict] += 1
        self._disagreements.note(answer)
        if answer.via is not None:
            self._proxies[answer.via] += 1
        if self._began is not None and answer.verdict is not None and answer.observed_at < self._began:
            self._recalled += 1
        key = (answer.verdict, answer.reason, answer.meaning)
        self._groups.setdefault(key, _Group(_MOST_NAMED.get(answer.verdict))).add(answer)

    def close(self, *, interrupted: bool = False, failed: bool = False) -> None:
        """Print what the answers mean and what to do, where they disagree, and, of several, how many there were of
        each, what is still to be decided, and what the exit status says.

        `interrupted`: not all was asked. `failed`: something else goes wrong, which is told elsewhere, and with it the
        status.
        """
        for verdict in _ORDER:
            for (word, reason, explanation), group in self._groups.items():
                if word == verdict:
                    self._heading(verdict, reason)
                    self._paragraph(explanation, _GAP)
                    self._group(group)
        self._disagreement()
        self._ways()
        if self._counts.total() != 1 or interrupted:
            self._summary(interrupted, failed)
        self._out.flush()

    def _group(self, group: "_Group") -> None:
        for line, member in group.members.items():
            self._paragraph(line if member.times == 1 else f"{line} ({member.times} times)", f"{_GAP}- ")
            for detail in member.details:
                self._paragraph(detail, _GAP * 2)
        if group.further:
            self._paragraph(f"and {group.further} more, each with its row above", f"{_GAP}- ")

    def _disagreement(self) -> None:
        left = 0
        for number, (word, sentence) in enumerate(self._disagreements.sentences()):
            if word == "vulnerable" or number < _MOST_DISAGREEMENTS:
                self._line("")
                self._paragraph(sentence)
            else:
                left += 1
        if left:
            self._line("")
            self._paragraph(f"And {counted(left, 'more disagreement')} like these.")

    def _ways(self) -> None:
        """Whence the answers come, where not by asking from here and now."""
        if self._proxies or self._recalled:
            self._line("")
        for proxy, count in self._proxies.most_common(_MOST_IN_SUMMARY):
            self._paragraph(f"{counted(count, 'answer')} through the proxy {proxy}.")
        if self._recalled:
            self._paragraph(
                f"{counted(self._recalled, 'answer')} from the ledger, as seen before; nobody was asked again for "
                f"{'it' if self._recalled == 1 else 'them'}."
            )

    def _summary(self, interrupted: bool, failed: bool) -> None:
        counts = self._counts
        listed = ", ".join(f"{counts[word]} {word or _NO_TARGET}" for word in _ORDER if counts[word])
        self._line("")
        self._paragraph(f"{counted(counts.total(), 'answer')}{': ' if listed else ''}{listed}.")
        if interrupted:
            self._paragraph("Interrupted: what was not answered by then is not among these.")
        if counts["vulnerable"]:
            self._paragraph(f"Act on the vulnerable first: {self._vulnerable()}.")
        if counts["inconclusive"]:
            self._paragraph(
                "Inconclusive is not fine: somebody answered, and may be vulnerable. What to try stands with each "
                "reason above; where nothing helps, look at the host from inside."
            )
        if counts["unreachable"]:
            self._paragraph(
                "Unreachable is not fine: no connection came about, so nothing is known. Set name, port or the way "
                "there right, and ask again."
            )
        if not failed:
            status = exit_status(counts.keys(), interrupted=interrupted)
            self._paragraph(f"Exit status {status}: {MEANINGS[status]}.")

    def _vulnerable(self) -> str:
        """The first few by name."""
        names = [
            name for key, group in self._groups.items() if key[0] == "vulnerable" for name in group.members
        ]
        more = f" and {len(names) - _MOST_IN_SUMMARY} more" if len(names) > _MOST_IN_SUMMARY else ""
        return ", ".join(names[:_MOST_IN_SUMMARY]) + more

    def _heading(self, word: VerdictWord | None, reason: str) -> None:
        self._line("")
        self._line(f"{word or _NO_TARGET} ({reason})", word or _NO_TARGET, _COLOURS[word])

    def _row(self, cells: list[str], colour: str = "") -> None:
        """A row of the table. A cell too long for its column moves the next ones on; one that would go past the
        terminal's edge goes below, under the second column.
        """
        below = self._table[0].width + len(_GAP)
        lines, line, start = [], "", 0
        for column, cell in zip(self._table, map(printable, cells), strict=True):
            begun = f"{padded(line, start - len(_GAP))}{_GAP}" if line else ""
            if self._limit and line and cell.strip() and columns(begun) + columns(cell) > self._limit:
                lines.append(line)
                *full, line = wrapped(cell, self._limit, " " * below)
                lines += full
            else:
                line = begun + cell
            start += column.width + len(_GAP)
        first, *others = [*lines, line]
        self._line(first, cells[0], colour)
        for other in others:
            self._line(other)

    def _paragraph(self, text: str, first: str = "") -> None:
        for line in wrapped(printable(text), self._width, first):
            self._line(line)

    def _line(self, text: str, painted: str = "", colour: str = "") -> None:
        """One line; `painted`, its beginning, in that colour."""
        text = printable(text).rstrip()
        if self._colour and colour:
            text = f"\x1b[{colour}m{painted}\x1b[0m{text.removeprefix(painted)}"
        self._out.write(f"{text}\n")


@dataclass(slots=True)
class _Member:
    """Who came to an answer, how often, and what else is known of it."""

    details: tuple[str, ...]
    times: int = 0


@dataclass(slots=True)
class _Group:
    """Answers of one verdict, reason and explanation; `most` of them are named (None: all)."""

    most: int | None
    members: dict[str, _Member] = field(default_factory=dict)
    further: int = 0

    def add(self, answer: Answer) -> None:
        line = named(answer)
        member = self.members.get(line)
        if member is None:
            if self.most is not None and len(self.members) >= self.most:
                self.further += 1
                return
            details = tuple(_details(answer)) if len(self.members) < _MOST_DETAILED else ()
            member = self.members[line] = _Member(details)
        member.times += 1


def _details(answer: Answer) -> Iterator[str]:
    if answer.how:
        yield answer.how
    for detail in (protocol_line(answer), certificate_line(answer)):
        if detail is not None:
            yield detail


def _verdict(answer: Answer) -> str:
    return answer.verdict or _NO_TARGET


def _address(answer: Answer) -> str:
    return answer.place or origin(answer) or "-"


def _reason(answer: Answer) -> str:
    return answer.reason


def _target(answer: Answer) -> str:
    return shown(answer.target)


def _version(answer: Answer) -> str:
    connection = first_hello(answer)
    return "-" if connection is None else str(connection["version"])


def _certificate(answer: Answer) -> str:
    return "-" if answer.certificate is None else validity(answer.certificate, answer.observed_at)


def _columns_for(width: int) -> tuple[_Column, ...]:
    """What fits: the reason only where there is room (the detailed part has it), version and certificate where there
    is much.
    """
    if width < 80:
        return (
            _Column("verdict", 12, _verdict),
            _Column("address", 21, _address),
            _Column("target", 0, _target),
        )
    usual = (
        _Column("verdict", 12, _verdict),
        _Column("address", 24, _address),
        _Column("reason", 20, _reason),
        _Column("target", 30, _target),
    )
    if width < 140:
        return usual
    return (*usual, _Column("version", 7, _version), _Column("certificate", 0, _certificate))
