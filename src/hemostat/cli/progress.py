"""Progress of long work, on standard error: one line that is written over on a terminal, else a line now and then."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

__all__ = ["FilesProgress", "Progress"]

_EVERY_ON_TERMINAL: Final = 0.1
_EVERY_ELSE: Final = 10.0
_SHORT: Final = 2.0
"""Seconds for which nothing is said: most work is over by then."""
_LONGEST_PATH: Final = 48
"""Characters of a path's end that stand in a line of progress."""


class _Line:
    """One line of progress. `clear` before anything else is printed."""

    def __init__(
        self, out: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out = out
        self._quiet = quiet
        self._terminal = out.isatty()
        self._clock = clock
        self._next = clock() + _SHORT
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._shown = False

    def _say(self, said: Callable[[], str]) -> None:
        now = self._clock()
        if self._quiet or now < self._next:
            return
        self._next = now + (_EVERY_ON_TERMINAL if self._terminal else _EVERY_ELSE)
        text = said()
        self._out.write(f"\r\x1b[K{text}" if self._terminal else f"hemostat: {text}\n")
        self._out.flush()
        self._shown = self._terminal


class Progress(_Line):
    """Counts what was begun and what was answered, and says so; on a terminal, `show` now and then while nothing is
    answered.
    """

    _begun = _answers = 0
    _expected: int | None = None

    def expect(self, targets: int | None) -> None:
        """How many targets there will be, None where nobody knows."""
        self._expected = targets

    def begun(self) -> None:
        """One more target was taken."""
        self._begun += 1

    def answered(self) -> None:
        """One more answer is out."""
        self._answers += 1
        self._say(self._text)

    def show(self) -> None:
        """Nothing new: a terminal's line stands again where something was printed over it."""
        if self._terminal and not self._shown:
            self._say(self._text)

    def _text(self) -> str:
        # Not loaded by those who only read the arguments.
        from hemostat.report.prose import counted

        if self._expected is None:
            begun = counted(self._begun, "target")
        else:
            begun = f"{self._begun} of {counted(self._expected, 'target')}"
        return f"{begun} begun, {counted(self._answers, 'answer')}"


class FilesProgress(_Line):
    """How many files have been looked into, and where the search is; `tick` as often as one likes."""

    files = 0
    bytes = 0
    path = ""

    def tick(self) -> None:
        """Time has passed."""
        self._say(self._text)

    def _text(self) -> str:
        from hemostat.report.prose import counted
        from hemostat.targets import printable

        where = printable(self.path)
        if len(where) > _LONGEST_PATH:
            where = f"…{where[-_LONGEST_PATH:]}"
        return f"{counted(self.files, 'file')}, {self.bytes >> 20} MiB, {where}"
