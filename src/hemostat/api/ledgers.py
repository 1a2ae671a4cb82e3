"""The ledger as a whole: is it sound, what stands for it, what goes out of it and comes into it."""

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from hemostat.ledger import Merged, Verification

__all__ = [
    "default_ledger",
    "export_ledger",
    "import_ledger",
    "merge_ledgers",
    "seal_ledger",
    "verify_ledger",
]


def default_ledger() -> str:
    """The ledger of this user: what HEMOSTAT_LEDGER says, else `ledger.sqlite` in the user's data folder."""
    named = os.environ.get("HEMOSTAT_LEDGER")
    if named:
        return named
    from hemostat.ledger import default_path

    return str(default_path())


def verify_ledger(url: str, *, seal: str | None = None) -> "Verification":
    """Check every chain, count and blob, and whether all is there that `seal` stands for. Raises `LedgerError`."""
    from hemostat.ledger import open_ledger

    with open_ledger(url, create=False) as ledger:
        return ledger.verify(seal)


def seal_ledger(url: str) -> str:
    """One line that stands for all runs as they are now; keep it elsewhere. Raises `LedgerError`."""
    from hemostat.ledger import open_ledger

    with open_ledger(url, create=False) as ledger:
        return ledger.seal()


def export_ledger(url: str, file: IO[bytes]) -> None:
    """Write all runs and blobs as JSON Lines. Raises `LedgerError`, OSError."""
    from hemostat.ledger import open_ledger

    with open_ledger(url, create=False) as ledger:
        ledger.export(file)


def import_ledger(url: str, file: IO[bytes]) -> "Merged":
    """Take in what `export_ledger` wrote, all of it checked before any is kept. Raises `LedgerError`, OSError."""
    from hemostat.ledger import open_ledger

    with open_ledger(url) as ledger:
        return ledger.import_(file)


def merge_ledgers(url: str, other: str | Path) -> "Merged":
    """Take another ledger's runs into this one, each once. Raises `LedgerError`."""
    from hemostat.ledger import open_ledger

    with open_ledger(url) as ledger, open_ledger(str(other), create=False) as source:
        return ledger.merge(source)
