"""Brings a ledger's schema up to date with Alembic. Imported when that is needed, and never before."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hemostat.ledger.ddl import HEAD, VERSION_TABLE, age_of
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.location import File

__all__ = ["backup_path", "migrate_file", "upgrade"]

_PATIENCE: Final = 30.0


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations that `connection`'s database lacks, up to `to`, inside its transaction; the caller commits.

    Raises what SQLAlchemy raises, and LedgerError where the migrations can't be found.
    """
    config = Config()
    config.set_main_option("script_location", "hemostat.ledger:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise LedgerError("failed", f"the schema can't be brought up to date: {error}") from error


def backup_path(path: Path) -> Path:
    """Where the file goes, as it was, before it is brought up to the schema of this version."""
    return path.with_name(f"{path.name}.before-{HEAD}")


def migrate_file(location: File) -> None:
    """Bring an SQLite ledger up to date, in one transaction, after a copy of it was put aside (`backup_path`).

    Does nothing where another process was first. Raises LedgerError; then the ledger is as it was.
    """
    path = location.path

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    # The driver must not begin by itself: the lock is wanted before the version is read.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar_one()
            if age_of(version, location.shown) == "older":
                _back_up(path)
                upgrade(connection)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise LedgerError(
            "older-schema",
            f"{location.shown} was made by an earlier version and could not be brought up to date; it is as it was "
            f"({type(getattr(error, 'orig', error)).__name__})",
        ) from error
    finally:
        engine.dispose()


def _back_up(path: Path) -> None:
    """A whole copy, or none. Reads beside the writer's lock: the write-ahead log allows that."""
    unfinished = path.with_name(f"{path.name}.copying")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
    unfinished.replace(backup_path(path))
