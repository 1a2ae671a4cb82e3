"""What a person sees of `inspect`: a row for each finding as it comes, then what they mean, the worst first."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, TextIO

from hemostat.assess.rule import VerdictWord
from hemostat.report.disagreement import SEVERITY
from hemostat.report.finding import Finding
from hemostat.report.process_finding import ProcessFinding
from hemostat.report.prose import counted, padded, wrapped
from hemostat.targets import printable

__all__ = ["FindingsScreen"]

_ORDER: Final[tuple[VerdictWord | None, ...]] = (*SEVERITY, None)
_COLOURS: Final[dict[VerdictWord | None, str]] = {
    "vulnerable": "1;31",
    "inconclusive": "33",
    "unreachable": "33",
    None: "33",
    "patched": "32",
    "not-affected": "32",
}
_NO_VERDICT: Final = "-"
_WIDTHS: Final = (12, 18, 12, 9)
_HEADS: Final = ("verdict", "reason", "version", "form", "file")
_PROCESS_WIDTHS: Final = (12, 26, 18)
_PROCESS_HEADS: Final = ("verdict", "reason", "restart", "process")
_MOST_NAMED: Final = 20
_PROSE: Final = 100
_NARROWEST: Final = 40
_GAP: Final = "  "
_MEANINGS: Final = {
    0: "every copy is patched or not-affected",
    1: "something is vulnerable",
    2: "nothing was named that could be looked into",
    3: "something is not decided, or was not looked into, and nothing is vulnerable",
    130: "interrupted before all was looked into, and nothing is vulnerable so far",
}


@dataclass(slots=True)
class _Group:
    """Findings of one verdict, reason and explanation."""

    named: list[str] = field(default_factory=list)
    further: int = 0


class FindingsScreen:
    """Prints findings to `out`: `finding` for each as it comes, `close` at the end.

    `width`: columns of the terminal, None where there is none; `colour`: whether the terminal has any. Texts that only
    name OpenSSL are counted and not shown, unless `texts`.
    """

    def __init__(
        self, out: TextIO, *, width: int | None = None, colour: bool = False, texts: bool = False
    ) -> None:
        self._out = out
        self._width = min(max(width or _PROSE, _NARROWEST), _PROSE)
        self._colour = colour
        self._texts = texts
        self._groups: dict[tuple[VerdictWord | None, str, str], _Group] = {}
        self._counts: Counter[VerdictWord | None] = Counter()
        self._left_out = 0
        self._processes = 0
        self._cautions: dict[str, list[str]] = {}

    def process(self, process: ProcessFinding) -> None:
        """Print the row of a process, and keep what `close` will say of it."""
        if not self._processes:
            if self._counts:
                self._line("")
            self._row(_PROCESS_HEADS)
        self._processes += 1
        cells = (process.verdict, process.reason, process.restart, process.place)
        self._row(cells, _COLOURS[process.verdict])
        self._out.flush()
        self._keep(process.verdict, process.reason, process.explanation, process.place)
        if process.caution:
            self._cautions.setdefault(process.caution, []).append(process.place)

    def finding(self, finding: Finding) -> None:
        """Print its row, and keep what `close` will say of it."""
        if finding.is_text and not self._texts:
            self._left_out += 1
            return
        if not self._counts:
            self._row(_HEADS)
        word = finding.verdict or _NO_VERDICT
        cells = (
            word,
            finding.reason,
            finding.version or _NO_VERDICT,
            finding.form or _NO_VERDICT,
            finding.place,
        )
        self._row(cells, _COLOURS[finding.verdict])
        self._out.flush()
        self._keep(finding.verdict, finding.reason, finding.explanation, finding.place)

    def close(self, files: int, status: int | None, *, interrupted: bool = False) -> None:
        """Print what the findings mean, how many there are of each, and what the exit status says. `files`: how many
        were looked into. `status` None: something else goes wrong, which is told elsewhere, and with it the status.
        """
        for verdict in _ORDER:
            for (word, reason, explanation), group in self._groups.items():
                if word == verdict:
                    self._group(word, reason, explanation, group)
        for caution, places in self._cautions.items():
            self._line("")
            self._paragraph(f"Take care: {caution}")
            for place in places:
                self._line(f"{_GAP}- {place}")
        self._line("")
        listed = ", ".join(
            f"{self._counts[word]} {word or 'not looked into'}" for word in _ORDER if self._counts[word]
        )
        self._paragraph(
            f"{counted(files, 'file')}{self._and_processes()} looked into"
            f"{': ' if listed else ', no copy of OpenSSL found'}{listed}."
        )
        if self._left_out:
            self._paragraph(
                f"{counted(self._left_out, 'text without code', 'texts without code')} in which a version of OpenSSL "
                f"is named {'is' if self._left_out == 1 else 'are'} not listed (--texts)."
            )
        if interrupted:
            self._paragraph("Interrupted: what was not looked into by then is not among these.")
        if status is not None:
            self._paragraph(f"Exit status {status}: {_MEANINGS[status]}.")
        self._out.flush()

    def _and_processes(self) -> str:
        if not self._processes:
            return ""
        return f" and {counted(self._processes, 'process', 'processes')} with OpenSSL in memory"

    def _keep(self, word: VerdictWord | None, reason: str, explanation: str, place: str) -> None:
        self._counts[word] += 1
        group = self._groups.setdefault((word, reason, explanation), _Group())
        if word == "vulnerable" or len(group.named) < _MOST_NAMED:
            group.named.append(place)
        else:
            group.further += 1

    def _group(self, word: VerdictWord | None, reason: str, explanation: str, group: _Group) -> None:
        self._line("")
        heading = f"{word or 'not looked into'} ({reason})"
        self._line(heading, heading.partition(" (")[0], _COLOURS[word])
        self._paragraph(explanation, _GAP)
        for place in group.named:
            self._line(f"{_GAP}- {place}")
        if group.further:
            self._line(f"{_GAP}- and {group.further} more, each with its row above")

    def _row(self, cells: tuple[str, ...], colour: str = "") -> None:
        *first, last = map(printable, cells)
        widths = _WIDTHS if len(cells) == len(_HEADS) else _PROCESS_WIDTHS
        text = _GAP.join([*(padded(cell, width) for cell, width in zip(first, widths, strict=True)), last])
        self._line(text, cells[0], colour)

    def _paragraph(self, text: str, first: str = "") -> None:
        for line in wrapped(printable(text), self._width, first):
            self._line(line)

    def _line(self, text: str, painted: str = "", colour: str = "") -> None:
        text = printable(text).rstrip()
        if self._colour and colour:
            text = f"\x1b[{colour}m{painted}\x1b[0m{text.removeprefix(painted)}"
        self._out.write(f"{text}\n")
