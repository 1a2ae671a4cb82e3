"""A run of the ledger into which a look from inside writes; or none, where nobody wants one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from hemostat import __version__
from hemostat.api.identity import Identity
from hemostat.api.recording import Recorder, Seen
from hemostat.errors import HemostatError
from hemostat.evidence import Observation

if TYPE_CHECKING:
    from hemostat.ledger import Ledger

__all__ = ["NotKeptError", "Notes", "place_of_row"]


class NotKeptError(HemostatError):
    """Some of what was found is not in the ledger: evidence does not take it. The text is a sentence for people."""


@dataclass
class Notes:
    """A context: the run begins with it and ends with it, `complete` where `is_complete` was set by then."""

    url: str | None
    who: Identity
    source: str
    is_complete: bool = False
    refused: int = field(default=0, init=False)
    """Rows that evidence did not take."""
    _ledger: "Ledger | None" = field(default=None, init=False)
    _recorder: Recorder | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        if self.url is not None:
            from hemostat.ledger import open_ledger

            self._ledger = open_ledger(self.url)
            try:
                self._recorder = Recorder(
                    self._ledger, self.who, source=self.source, version=__version__, draw=os.urandom(16)
                )
                self._recorder.begin()
            except BaseException:
                self._ledger.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._ledger is None or self._recorder is None:
            return
        try:
            is_whole = self.is_complete and not self.refused
            self._recorder.end("complete" if is_whole else "interrupted")
        finally:
            self._ledger.close()

    def check(self) -> None:
        """Raises NotKeptError where rows were refused."""
        if self.refused and self._recorder is not None:
            rows = "1 row" if self.refused == 1 else f"{self.refused} rows"
            raise NotKeptError(f"{rows} could not be written into the ledger: {self._recorder.refused}")

    def write(self, *seen: Seen) -> list[Observation | None]:
        """The rows, None where nothing is kept, or where evidence does not take it. Raises `LedgerError`."""
        if self._recorder is None:
            return [None] * len(seen)
        rows = self._recorder.write(seen)
        self.refused += rows.count(None)
        return rows


def place_of_row(row: Observation | None) -> Mapping[str, Any] | None:
    """Where a row stands, as findings have it."""
    return None if row is None else {"run": row.run, "seq": row.seq, "digest": row.digest}
