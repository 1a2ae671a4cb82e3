"""Where a ledger lies: a file of SQLite, or a PostgreSQL database."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from hemostat.ledger.errors import LedgerError

__all__ = ["Database", "File", "default_path", "locate"]

_POSTGRESQL: Final = ("postgresql", "postgres")
_NAME: Final = "ledger.sqlite"
_FORMS: Final = "a path, sqlite:///path or postgresql://user@host/database"


@dataclass(frozen=True, slots=True)
class File:
    """A file of SQLite. `own`: it lies in the user's data folder, which is made where it is missing."""

    path: Path
    own: bool = False

    @property
    def shown(self) -> str:
        """The path, fit for a terminal."""
        return _printable(str(self.path))


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database. `url` may hold a password; `shown` never does."""

    url: str

    @property
    def shown(self) -> str:
        """The URL without user, password and options, fit for a terminal."""
        # By hand: where a user or password holds what a URL wants escaped, a parser takes it for something else.
        rest = self.url.partition("://")[2].partition("?")[0].partition("#")[0]
        return _printable(f"postgresql://{rest.rpartition('@')[2]}")


def default_path() -> Path:
    """`ledger.sqlite` in the folder that this system keeps a user's data in (`~/.local/share/hemostat`)."""
    from platformdirs import user_data_path

    return user_data_path("hemostat", appauthor=False) / _NAME


def locate(url: str | None) -> File | Database:
    """What `url` names: None is the user's own ledger; a path; `sqlite:///relative`, `sqlite:////absolute`
    (percent-encoded); `postgresql://user@host:port/database?option=…` (options are libpq's).

    Raises LedgerError (`bad-url`).
    """
    if url is None:
        return File(default_path(), own=True)
    if not url or "\0" in url:
        raise LedgerError("bad-url", f"a ledger is {_FORMS}")
    scheme, mark, rest = url.partition("://")
    if not mark:
        return _file(url)
    if scheme == "sqlite":
        # Nothing between // and the third /: a host, or a database in memory, is no place for a ledger.
        if not rest.startswith("/") or len(rest) == 1 or "\0" in unquote(rest):
            raise LedgerError(
                "bad-url", "an SQLite ledger is sqlite:///relative/path or sqlite:////absolute/path"
            )
        return _file(unquote(rest[1:]))
    if scheme in _POSTGRESQL:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise LedgerError(
                "bad-url", "the URL of the PostgreSQL ledger has a malformed host or port"
            ) from error
        return Database(f"postgresql://{rest}")
    raise LedgerError("bad-url", f"a ledger is {_FORMS}; {_printable(scheme)[:32]}:// is none of these")


def _file(written: str) -> File:
    try:
        path = Path(os.path.abspath(written))
    except FileNotFoundError as error:
        raise LedgerError(
            "not-found", f"{_printable(written)} can't be found: the working folder is deleted"
        ) from error
    return File(path, own=path.name == _NAME and path == default_path())


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
