"""A run of the ledger into which a look from inside writes; or none, where nobody wants one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from hemostat import __version__
from hemostat.api.identity import Identity
from hemostat.api.recording import Recorder, Seen
from hemostat.evidence import Observation

if TYPE_CHECKING:
    from hemostat.ledger import Ledger

__all__ = ["Notes", "place_of_row"]


@dataclass
class Notes:
    """A context: the run begins with it and ends with it, `complete` where `is_complete` was set by then."""

    url: str | None
    who: Identity
    source: str
    is_complete: bool = False
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
            self._recorder.end("complete" if self.is_complete else "interrupted")
        finally:
            self._ledger.close()

    def write(self, *seen: Seen) -> list[Observation | None]:
        """The rows, None where nothing is kept, or where evidence does not take it. Raises `LedgerError`."""
        return [None] * len(seen) if self._recorder is None else self._recorder.write(seen)


def place_of_row(row: Observation | None) -> Mapping[str, Any] | None:
    """Where a row stands, as findings have it."""
    return None if row is None else {"run": row.run, "seq": row.seq, "digest": row.digest}
