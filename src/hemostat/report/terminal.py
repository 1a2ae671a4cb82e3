"""What a person sees of `check`: a line for each answer as it comes, then what they mean, the worst first.

Written by hand, a few dozen lines: a table whose rows come one by one, for minutes, can't be measured before it is
printed, so a library for tables has nothing to do here; and loading rich takes as long as half a check.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from hemostat.report.answer import Answer
from hemostat.report.evidence import certificate_line, protocol_line
from hemostat.targets import shown

__all__ = ["SEVERITY", "Said", "Screen", "disagreements", "note", "place"]

Said = dict[str, dict[str, Counter[str]]]
"""Target → place → how often each verdict was given."""

SEVERITY: Final = ("vulnerable", "inconclusive", "unreachable", None, "patched", "not-affected")
"""Verdicts, the worst first; None: what names no target."""
_COLOURS: Final = {
    "vulnerable": "1;31",
    "inconclusive": "33",
    "unreachable": "33",
    None: "33",
    "patched": "32",
    "not-affected": "32",
}
_NO_TARGET: Final = "no target"
_WIDTHS: Final = (12, 24, 20)
_MOST_NAMED: Final = 10
_NARROWEST: Final = 40
_SPACES: Final = re.compile(r"\s+")


def place(answer: Answer) -> str:
    """Who was asked: `192.0.2.7:443`, `[2001:db8::1]:443`; the port alone where there was no address."""
    if answer.address is None:
        return "-" if answer.port is None else f"port {answer.port}"
    return f"[{answer.address}]:{answer.port}" if ":" in answer.address else f"{answer.address}:{answer.port}"


class Screen:
    """Prints answers to `out`: `answer` for each as it comes, `close` at the end.

    `width`: columns of the terminal. `colour`: whether it has any; they only repeat what the words say. Holds ten
    answers of each kind whole, and of all others the target, the place and the word.
    """

    def __init__(self, out: TextIO, *, width: int = 100, colour: bool = False) -> None:
        self._out = out
        self._width = max(width, _NARROWEST)
        self._colour = colour
        self._groups: dict[tuple[str | None, str, str], list[Answer]] = {}
        self._members: Counter[tuple[str | None, str, str]] = Counter()
        self._counts: Counter[str | None] = Counter()
        self._said: Said = {}

    def answer(self, answer: Answer) -> None:
        """Print its line, and keep what `close` will say of it."""
        if not self._counts:
            self._row("verdict", "address", "reason", "target")
        self._counts[answer.verdict] += 1
        note(self._said, answer)
        key = (answer.verdict, answer.reason, answer.explanation)
        self._members[key] += 1
        if self._members[key] <= _MOST_NAMED:
            self._groups.setdefault(key, []).append(answer)
        self._row(
            answer.verdict or _NO_TARGET, place(answer), answer.reason, shown(answer.target), answer.verdict
        )

    def close(self, *, interrupted: bool = False) -> None:
        """Print what the answers mean and what to do, where they disagree, and how many there were of each."""
        for verdict in SEVERITY:
            for key, answers in self._groups.items():
                if key[0] == verdict:
                    self._group(*key, answers, self._members[key] - len(answers))
        for sentence in disagreements(self._said):
            self._paragraph("\n" + sentence)
        if sum(self._counts.values()) > 1 or interrupted:
            self._summary(interrupted)
        self._out.flush()

    def _group(
        self, word: str | None, reason: str, explanation: str, answers: list[Answer], further: int
    ) -> None:
        heading = self._painted(word or _NO_TARGET, word)
        self._out.write(f"\n{heading} ({reason})\n")
        self._paragraph(explanation, "  ")
        for answer in answers:
            where = "" if answer.address is None else f" at {place(answer)}"
            line = answer.evidence.get("line")
            number = f"line {line}: " if line is not None else ""
            self._paragraph(f"{number}{shown(answer.target)}{where}", "  - ")
            for detail in (protocol_line(answer), certificate_line(answer)):
                if detail:
                    self._paragraph(detail, "    ")
        if further:
            self._paragraph(f"and {further} more", "  - ")

    def _summary(self, interrupted: bool) -> None:
        parts = [
            f"{self._counts[word]} {word or 'that name no target'}" for word in SEVERITY if self._counts[word]
        ]
        total = sum(self._counts.values())
        self._paragraph(f"\n{total} answers: {', '.join(parts)}.")
        if interrupted:
            self._paragraph("Interrupted: what was not answered yet is not in this list.")
        undecided = self._counts["inconclusive"] + self._counts["unreachable"]
        if undecided:
            self._paragraph(
                f"{undecided} decided nothing, which is not the same as fine. Ask these again with a longer "
                "--timeout, from another place, or look at the host from inside."
            )

    def _row(self, word: str, where: str, reason: str, target: str, verdict: str | None = "") -> None:
        cells = [word.ljust(_WIDTHS[0]), where.ljust(_WIDTHS[1]), reason.ljust(_WIDTHS[2])]
        cells[0] = self._painted(cells[0], verdict)
        self._out.write("  ".join([*cells, target]).rstrip() + "\n")
        self._out.flush()

    def _painted(self, text: str, verdict: str | None) -> str:
        code = _COLOURS.get(verdict) if self._colour else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def _paragraph(self, text: str, indent: str = "") -> None:
        if text.startswith("\n"):
            self._out.write("\n")
        lines = textwrap.wrap(
            _SPACES.sub(" ", text).strip(),
            self._width,
            initial_indent=indent,
            subsequent_indent=" " * len(indent),
            break_on_hyphens=False,
            break_long_words=False,
        )
        self._out.write("".join(f"{line}\n" for line in lines))


def note(said: Said, answer: Answer) -> None:
    """Add an answer to what `disagreements` looks at."""
    if answer.verdict is not None:
        said.setdefault(answer.target, {}).setdefault(place(answer), Counter())[answer.verdict] += 1


def disagreements(said: Said) -> Iterator[str]:
    """A sentence for each target whose addresses, or whose looks at one address, came to different verdicts."""
    for target, places in said.items():
        for where, words in places.items():
            if len(words) > 1:
                listed = ", ".join(f"{words[word]} times {word}" for word in SEVERITY if word and words[word])
                yield (
                    f"{shown(target)}: looks at {where} disagree ({listed}). Several servers may stand behind it; "
                    f"the worst counts: {_worst(words)}."
                )
        by_place = {where: _worst(words) for where, words in places.items()}
        if len(set(by_place.values())) > 1:
            listed = ", ".join(f"{where} is {word}" for where, word in by_place.items())
            yield f"{shown(target)}: its addresses disagree ({listed}). The worst counts: {_worst(by_place.values())}."


def _worst(words: Iterable[str]) -> str:
    return min(words, key=SEVERITY.index)
