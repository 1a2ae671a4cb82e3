"""The ledger as a whole: is it sound, what stands for it, what goes out of it and comes into it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from errno import EEXIST
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from hemostat.ledger import Ledger, Merged, Verification

__all__ = [
    "default_ledger",
    "export_ledger",
    "import_ledger",
    "merge_ledgers",
    "seal_ledger",
    "verify_ledger",
]


def default_ledger() -> str:
    """The ledger of this user: what HEMOSTAT_LEDGER says, be it empty, which names none; where it is not set,
    `ledger.sqlite` in the user's data folder.
    """
    named = os.environ.get("HEMOSTAT_LEDGER")
    if named is not None:
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


def export_ledger(url: str, file: IO[bytes] | Path) -> None:
    """Write all runs and blobs as JSON Lines, to a file that is open or to a new one, readable by this user alone: it
    is there under its name when all is in it. Raises `LedgerError`, OSError (FileExistsError: it is there already).
    """
    from hemostat.ledger import open_ledger

    with open_ledger(url, create=False) as ledger:
        if isinstance(file, Path):
            with _new_file(file) as opened:
                ledger.export(opened)
        else:
            ledger.export(file)


def import_ledger(url: str, file: IO[bytes]) -> "Merged":
    """Take in what `export_ledger` wrote, all of it checked before any is kept or a ledger is made. Raises
    `LedgerError`, OSError.
    """
    from hemostat.ledger import exported

    there = _opened(url)
    with there or nullcontext(), exported(file) as source:
        return _merged(url, there, source)


def merge_ledgers(url: str, other: str | Path) -> "Merged":
    """Take another ledger's runs into this one, each once. Raises `LedgerError`; then no ledger was made for it."""
    from hemostat.ledger import open_ledger

    with open_ledger(str(other), create=False) as source:
        there = _opened(url)
        with there or nullcontext():
            if there is None:
                source.check()
            return _merged(url, there, source)


def _opened(url: str) -> "Ledger | None":
    """The ledger, or None where it is still to be made."""
    from hemostat.ledger import LedgerError, open_ledger

    try:
        ledger = open_ledger(url, create=False)
    except LedgerError as error:
        # An empty file, too, is no ledger yet; what else is none is told when it should become one.
        if error.code in ("not-found", "not-a-ledger"):
            return None
        raise
    if ledger.unwritable is not None:
        ledger.close()
        raise ledger.unwritable
    return ledger


def _merged(url: str, there: "Ledger | None", source: "Ledger") -> "Merged":
    from hemostat.ledger import open_ledger

    if there is not None:
        return there.merge(source)
    with open_ledger(url) as made:
        return made.merge(source)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name when it is whole: until then `.part` stands behind that, and if it fails nothing."""
    if os.path.lexists(path):
        raise FileExistsError(EEXIST, os.strerror(EEXIST), str(path))
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
