"""What can be wrong with a snapshot."""

from typing import Final

from hemostat.errors import HemostatError

__all__ = ["SNAPSHOT_ERROR_CODES", "CollectError", "SnapshotError"]

SNAPSHOT_ERROR_CODES: Final = {
    "not-a-snapshot": "the first line is not that of a snapshot",
    "other-version": "it is written in a version of the format that this reader does not know",
    "line-too-long": "a line is longer than any that a collector writes",
    "too-many-records": "it holds more records than this reader takes",
    "too-large": "it is longer than this reader takes",
    "bad-line": "a line is not a type and fields",
    "bad-value": "a field of a known record holds what it cannot hold, or is missing",
    "bad-section": "sections do not begin and finish one after the other",
    "bad-count": "a count of records is not that of the records: lines were lost, or put in",
    "cut": "it ends before its last line",
    "after-the-end": "lines follow its last one",
}
"""Every code that a `SnapshotError` can carry, and what it means."""


class SnapshotError(HemostatError):
    """A snapshot is not what a collector writes.

    `code` is one of `SNAPSHOT_ERROR_CODES`; `line` counts from 1. The text never holds bytes of the snapshot.
    """

    def __init__(self, code: str, line: int) -> None:
        super().__init__(f"line {line}: {SNAPSHOT_ERROR_CODES[code]}")
        self.code = code
        self.line = line


class CollectError(HemostatError):
    """A host could not be asked for a snapshot. The text is a sentence for people."""
