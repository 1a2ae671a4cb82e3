"""A ledger in a file of SQLite, by the driver alone: loading SQLAlchemy would cost more than a whole check."""

import errno
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hemostat.ledger.ddl import DDL, VERSION_TABLE, age_of
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.location import File
from hemostat.ledger.store import Reader, Row, Writer, insert_statement

__all__ = ["SqliteStore", "open_file"]

_PATIENCE: Final = 30.0
"""Seconds to wait for another process that writes."""
# An observation takes about 1.7 KB: in pages of 4 KB half of each would stay empty. The cache is what a big batch
# needs; the write-ahead log may grow to 64 MiB before its pages are carried over into the file.
_MAGIC: Final = b"SQLite format 3\0"
_PAGE_SIZE: Final = 8192
_CACHE_KIB: Final = 65536
_READING_CACHE_KIB: Final = 8192
_LOG_PAGES: Final = 8000


class SqliteStore:
    """See `store.Store`. Opened by `open_file`."""

    def __init__(self, location: File, *, durable: bool) -> None:
        self._file = location
        self._durable = durable
        self._mode = "rw"
        self.unwritable: LedgerError | None = None
        if not (os.access(location.path, os.W_OK) and os.access(location.path.parent, os.W_OK | os.X_OK)):
            self._mode = "ro"
            self.unwritable = LedgerError(
                "read-only", f"{self.shown} may only be read: it, or its folder, is read-only"
            )
        self._connection = self._connect()

    @property
    def shown(self) -> str:
        return self._file.shown

    @property
    def identity(self) -> tuple[int, int]:
        """The file's, whatever links lead to it."""
        found = self._file.path.stat()
        return found.st_dev, found.st_ino

    def _connect(self) -> sqlite3.Connection:
        """A connection that has read the file's first page. Raises LedgerError."""
        mode = self._mode
        try:
            connection = self._connect_as(mode)
        except sqlite3.Error as error:
            if mode != "ro" or _primary(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                raise self._translated(error) from error
            # In a folder that can't be written to, and with no log there, SQLite wants to be told that the file is
            # at rest. Had anyone it open for writing, its log would be there.
            try:
                connection = self._connect_as("ro&immutable=1")
            except sqlite3.Error as again:
                raise self._translated(again) from again
        return connection

    def _connect_as(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(os.fsencode(self._file.path))}?mode={mode}",
            uri=True,
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'OFF'}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        # A row that was tampered with may hold anything: it has to be readable, to be called broken.
        connection.text_factory = _lenient
        return connection

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with closing(self._connect()) as connection:
            session = _Session(connection, self)
            session.run("PRAGMA query_only = ON")
            session.run(f"PRAGMA cache_size = -{_READING_CACHE_KIB}")
            session.run("BEGIN")
            session.all(
                f"SELECT version_num FROM {VERSION_TABLE}"
            )  # the moment: SQLite takes it at the first read
            yield session

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        if self.unwritable is not None:
            raise self.unwritable
        session = _Session(self._connection, self)
        session.run("BEGIN IMMEDIATE")
        try:
            yield session
            session.run("COMMIT")
        finally:
            # After COMMIT there is none; after some errors SQLite has ended it by itself.
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def check_structure(self) -> None:
        with self.reading() as reader:
            found = reader.all("PRAGMA integrity_check(1)")
        if [tuple(row) for row in found] != [("ok",)]:
            raise LedgerError(
                "damaged", f"{self.shown} is damaged: SQLite finds its pages or indexes not sound"
            )

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    def version(self) -> object:
        """What the version table holds; None where the database is empty.

        Raises LedgerError (`not-a-ledger`) where it is another program's.
        """
        session = _Session(self._connection, self)
        tables = {name for (name,) in session.all("SELECT name FROM sqlite_master")}
        if not tables:
            return None
        if VERSION_TABLE not in tables:
            raise LedgerError("not-a-ledger", f"{self.shown} is another program's database, not a ledger")
        versions = session.all(f"SELECT version_num FROM {VERSION_TABLE}")
        return versions[0][0] if len(versions) == 1 else ""

    def make_schema(self) -> None:
        """Fill an empty database, unless another process did so first."""
        _Session(self._connection, self).run(f"PRAGMA page_size = {_PAGE_SIZE}")
        self.use_log()
        with self.writing() as writer:
            if self.version() is None:
                for statement in DDL:
                    writer.run(statement)

    def use_log(self) -> None:
        """Turn the write-ahead log on, where it isn't yet; if that can't be now, whoever opens next does."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA journal_mode = WAL")

    def _translated(self, error: sqlite3.Error) -> LedgerError:
        if (
            _primary(error) == sqlite3.SQLITE_ERROR
            and self.unwritable is not None
            and self.unwritable.code == "newer-schema"
        ):
            return self.unwritable
        code, said = _MEANINGS.get(_primary(error), ("failed", "can't be used"))
        if code == "failed":
            said = f"{said}: SQLite says {getattr(error, 'sqlite_errorname', type(error).__name__)}"
        return LedgerError(code, f"{self.shown} {said}")


class _Session:
    """`store.Reader` and `store.Writer` on a connection."""

    def __init__(self, connection: sqlite3.Connection, store: SqliteStore) -> None:
        self._connection = connection
        self._store = store

    def all(self, statement: str, /, **values: object) -> list[Row]:
        return list(self.stream(statement, **values))

    def stream(self, statement: str, /, **values: object) -> Iterator[Row]:
        try:
            # Through `chain`: a cursor would be closed with the generator, and complain where its connection was first.
            yield from chain(self._connection.execute(statement, values))
        except sqlite3.Error as error:
            raise self._store._translated(error) from error

    def run(self, statement: str, /, **values: object) -> None:
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self._store._translated(error) from error

    def run_each(self, statement: str, values: Sequence[Mapping[str, object]]) -> None:
        try:
            self._connection.executemany(statement, values)
        except sqlite3.Error as error:
            raise self._store._translated(error) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row], *, once: bool = False) -> None:
        try:
            self._connection.executemany(insert_statement(table, columns, "?", once=once), rows)
        except sqlite3.Error as error:
            raise self._store._translated(error) from error


_MEANINGS: Final = {
    sqlite3.SQLITE_FULL: ("disk-full", "could not grow: the disk is full"),
    sqlite3.SQLITE_BUSY: ("busy", f"was held by another process for more than {_PATIENCE:.0f} seconds"),
    sqlite3.SQLITE_LOCKED: ("busy", "is held by another part of this process"),
    sqlite3.SQLITE_CORRUPT: ("damaged", "is damaged: SQLite can't read its pages"),
    sqlite3.SQLITE_NOTADB: ("not-a-ledger", "is not a ledger: the file is no SQLite database"),
    sqlite3.SQLITE_ERROR: ("damaged", "is damaged: a table or column of it is missing"),
    sqlite3.SQLITE_READONLY: ("read-only", "may only be read"),
    sqlite3.SQLITE_CANTOPEN: (
        "no-permission",
        "could not be opened: it, its folder or its log may not be used",
    ),
    sqlite3.SQLITE_PERM: ("no-permission", "may not be used by this user"),
    sqlite3.SQLITE_CONSTRAINT: ("not-next", "has that row already"),
}


def _primary(error: sqlite3.Error) -> int:
    """The result code of an error without its extension (sqlite.org/rescode.html); 0 where the driver itself failed."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def open_file(location: File, *, create: bool = True, durable: bool = True) -> SqliteStore:
    """Open the ledger of a file; make it where it is missing, unless `create` is False; bring it up to date.

    `durable`: what was committed survives a loss of power. Raises LedgerError.
    """
    _look_at(location, create)
    store = SqliteStore(location, durable=durable)
    try:
        version = store.version()
        if version is None:
            if not create or store.unwritable is not None:
                raise LedgerError("not-a-ledger", f"{store.shown} is not a ledger: the file is empty")
            store.make_schema()
            version = store.version()
        age = age_of(version, store.shown)
        if age == "older":
            if store.unwritable is not None:
                raise LedgerError(
                    "older-schema",
                    f"{store.shown} was made by an earlier version and can't be brought up to date: it's read-only",
                )
            from hemostat.ledger.migrate import migrate_file

            migrate_file(location)
        elif age == "newer":
            store.unwritable = LedgerError(
                "newer-schema",
                f"{store.shown} was made by a later version of hemostat, so this one does not write to it",
            )
        if store.unwritable is None:
            store.use_log()
    except BaseException:
        store.close()
        raise
    return store


def _look_at(location: File, create: bool) -> None:
    """Raises LedgerError unless a file is there, made where it may be: empty, for nobody else to read."""
    path = location.path
    try:
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            if not create:
                raise LedgerError("not-found", f"there is no ledger at {location.shown}") from None
            _make(path, location.own)
            return
        if stat.S_ISDIR(mode):
            raise LedgerError("is-a-folder", f"{location.shown} is a folder: a ledger is a file")
        if not stat.S_ISREG(mode):
            raise LedgerError("not-a-ledger", f"{location.shown} is a device or a pipe: a ledger is a file")
        if not os.access(path, os.R_OK):
            raise LedgerError("no-permission", f"{location.shown} may not be read by this user")
        # SQLite takes a file of a few bytes for an empty one, and would write over it.
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
        if begins not in (b"", _MAGIC):
            raise LedgerError(
                "not-a-ledger", f"{location.shown} is not a ledger: the file is no SQLite database"
            )
    except OSError as error:
        code, said = _OS_MEANINGS.get(error.errno or 0, ("failed", error.strerror or "an unknown error"))
        raise LedgerError(code, f"no ledger can be opened at {location.shown}: {said}") from error


def _make(path: Path, own: bool) -> None:
    if own:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # That another process made it meanwhile is as good.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


_OS_MEANINGS: Final = {
    errno.ENOENT: ("not-found", "its folder does not exist"),
    errno.ENOTDIR: ("not-found", "what should be its folder is a file"),
    errno.EACCES: ("no-permission", "its folder may not be used by this user"),
    errno.EPERM: ("no-permission", "its folder may not be used by this user"),
    errno.EROFS: ("read-only", "its file system may only be read"),
    errno.ENOSPC: ("disk-full", "the disk is full"),
    errno.EDQUOT: ("disk-full", "this user's share of the disk is used up"),
}
