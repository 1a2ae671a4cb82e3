"""What can be wrong with a ledger, each with a code for machines and a sentence for people."""

from types import MappingProxyType
from typing import Final

from hemostat.errors import HemostatError

__all__ = ["CODES", "LedgerError", "damaged_row"]

CODES: Final = MappingProxyType(
    {
        "bad-url": "what was given names no place that a ledger can lie in",
        "not-found": "there is no ledger there, or no folder to make one in",
        "is-a-folder": "a folder is where the file should be",
        "no-permission": "whoever runs this may not read it, or not write to it",
        "read-only": "it can be read, but not written to",
        "not-a-ledger": "there is something else: no SQLite file, or another program's database",
        "newer-schema": "a later version of hemostat made it; this one does not write to it",
        "older-schema": "an earlier version of hemostat made it, and it cannot be brought up to date here",
        "damaged": "the file or a row of it cannot be read",
        "disk-full": "no room is left for what was to be written",
        "busy": "somebody else held it for too long",
        "unreachable": "the database server does not answer, or lets nobody in under that name",
        "no-driver": "the library that talks to this kind of database is not installed",
        "failed": "the database gave an error that has no code of its own here",
        "not-next": "a row does not follow the newest of its run that is there",
        "bad-blob": "bytes that are not those of the digest they were given under, or too many",
        "bad-line": "a line of what was to be imported holds no observation and no blob",
        "broken-run": "a run that was to be taken in is not one chain, so none of it was",
        "conflict": "a run that was to be taken in differs from the one that is there",
        "itself": "a ledger was to be taken into itself",
        "nothing": "what was to be imported holds no run",
        "bad-seal": "a text that is not a seal",
    }
)
"""Every value that `LedgerError.code` can have, and what it means."""


class LedgerError(HemostatError):
    """The ledger can't be opened, read or written to, or what was given to it was refused.

    `code` is one of `CODES`. `message` is one line for a person; it holds no password and no control character.
    `line`: number of the line that was refused, from 1, where a file was read; else None.
    """

    def __init__(self, code: str, message: str, *, line: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.line = line

    def __str__(self) -> str:
        return self.message


def damaged_row() -> LedgerError:
    """For a row that hemostat can't have written."""
    return LedgerError("damaged", "a row of the ledger is damaged: `hemostat ledger verify` names its run")
