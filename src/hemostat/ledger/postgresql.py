"""A ledger in PostgreSQL, for a team: by SQLAlchemy and psycopg.

Imported when such a ledger is opened, never before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from hemostat.ledger.ddl import VERSION_TABLE, age_of
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.location import Database
from hemostat.ledger.migrate import upgrade
from hemostat.ledger.store import Reader, Row, Writer, insert_statement

__all__ = ["PostgresqlStore", "open_database"]

_CONNECT_SECONDS: Final = 15
_LOCK_SECONDS: Final = 30
_STATEMENT_SECONDS: Final = 900
"""Some read the whole ledger before their first row comes."""
_OPTIONS: Final = {
    "application_name": "hemostat",
    "client_encoding": "utf8",
    "connect_timeout": str(_CONNECT_SECONDS),
    "options": f"-c lock_timeout={_LOCK_SECONDS}s -c statement_timeout={_STATEMENT_SECONDS}s",
    # A server that vanished is given up after a minute or two, not after the hours that TCP would wait.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "90000",
}
_BATCH: Final = 500
# Whoever makes or brings up the schema holds this: any number, as long as all use the same.
_SCHEMA_LOCK: Final = 0x68656D6F


class PostgresqlStore:
    """See `store.Store`. Opened by `open_database`."""

    def __init__(self, location: Database) -> None:
        self.shown = location.shown
        self.unwritable: LedgerError | None = None
        try:
            url = make_url(location.url).set(drivername="postgresql+psycopg")
            # What the URL says itself goes before what we would say.
            url = url.set(query={**_OPTIONS, **url.query})
            self._engine: Engine = create_engine(url)
        except (ArgumentError, ValueError) as error:
            raise LedgerError("bad-url", f"{self.shown} is not the URL of a PostgreSQL database") from error
        except ImportError as error:
            raise LedgerError(
                "no-driver", "a PostgreSQL ledger needs psycopg: install hemostat with its extra `postgresql`"
            ) from error

    @property
    def identity(self) -> str:
        """Server and database, as they are named."""
        return self.shown

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        # All that a snapshot's statements see is of one moment, which a plain transaction's here is not.
        with self._connected(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
            yield from self._session(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        if self.unwritable is not None:
            raise self.unwritable
        with self._connected(isolation_level="READ COMMITTED") as connection:
            yield from self._session(connection)

    def _session(self, connection: Connection) -> Iterator["_Session"]:
        session = _Session(connection, self)
        try:
            yield session
        finally:
            session.end()

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        """A connection in a transaction of its own, committed where the block ends."""
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise self._translated(error) from error
        try:
            try:
                connection = connection.execution_options(**options)
                connection.begin()
            except SQLAlchemyError as error:
                raise self._translated(error) from error
            yield connection
            try:
                connection.commit()
            except SQLAlchemyError as error:
                raise self._translated(error) from error
        finally:
            connection.close()

    def check_structure(self) -> None:
        """The server looks after its own files."""

    def close(self) -> None:
        self._engine.dispose()

    def version(self, session: "_Session") -> object:
        """What the version table holds; None where there is none."""
        if session.all(f"SELECT to_regclass('{VERSION_TABLE}')")[0][0] is None:
            return None
        versions = session.all(f"SELECT version_num FROM {VERSION_TABLE}")
        return versions[0][0] if len(versions) == 1 else ""

    def bring_up_to_date(self) -> None:
        """Make the schema, or migrate it, in one transaction; whoever comes second finds it done."""
        with self._connected(isolation_level="READ COMMITTED") as connection:
            session = _Session(connection, self)
            session.run("SELECT pg_advisory_xact_lock(:key)", key=_SCHEMA_LOCK)
            version = self.version(session)
            if version is None or age_of(version, self.shown) == "older":
                try:
                    upgrade(connection)
                except SQLAlchemyError as error:
                    raise self._translated(error) from error

    def may_write(self, session: "_Session") -> bool:
        """Whether this user may append, on a server that takes writes."""
        return bool(
            session.all(
                "SELECT has_table_privilege('observation', 'INSERT') AND has_table_privilege('blob', 'INSERT')"
                " AND has_table_privilege('unindexed', 'INSERT') AND NOT pg_is_in_recovery()"
            )[0][0]
        )

    def _translated(self, error: SQLAlchemyError) -> LedgerError:
        state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
        code, said = _MEANINGS.get(state) or _MEANINGS.get(state[:2]) or ("failed", "gave an error")
        if not state and isinstance(error, DBAPIError):
            code, said = "unreachable", "can't be reached, or the connection to it broke"
        if code == "failed":
            said = f"{said}: {type(getattr(error, 'orig', None) or error).__name__} {state}".rstrip()
        return LedgerError(code, f"{self.shown} {said}")


class _Session:
    """`store.Reader` and `store.Writer` on a connection."""

    def __init__(self, connection: Connection, store: PostgresqlStore) -> None:
        self._connection = connection
        self._store = store
        self._streams: set[CursorResult[Any]] = set()

    def end(self) -> None:
        """Close what was not read to its end."""
        for result in self._streams:
            with suppress(SQLAlchemyError):
                result.close()

    def all(self, statement: str, /, **values: object) -> list[Row]:
        try:
            return list(self._connection.execute(text(statement), values))
        except SQLAlchemyError as error:
            raise self._store._translated(error) from error

    def stream(self, statement: str, /, **values: object) -> Iterator[Row]:
        try:
            result = self._connection.execute(
                text(statement), values, execution_options={"stream_results": True, "max_row_buffer": _BATCH}
            )
            self._streams.add(result)
            yield from result
            self._streams.discard(result)
        except SQLAlchemyError as error:
            raise self._store._translated(error) from error

    def run(self, statement: str, /, **values: object) -> None:
        try:
            self._connection.execute(text(statement), values)
        except SQLAlchemyError as error:
            raise self._store._translated(error) from error

    def run_each(self, statement: str, values: Sequence[Mapping[str, object]]) -> None:
        if not values:
            return
        try:
            self._connection.execute(text(statement), values)
        except SQLAlchemyError as error:
            raise self._store._translated(error) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row], *, once: bool = False) -> None:
        values = [tuple(row) for row in rows]
        if not values:
            return
        try:
            self._connection.exec_driver_sql(insert_statement(table, columns, "%s", once=once), values)
        except SQLAlchemyError as error:
            raise self._store._translated(error) from error


# By SQLSTATE, or its class (PostgreSQL's documentation, appendix A).
_MEANINGS: Final = {
    "08": ("unreachable", "can't be reached, or the connection to it broke"),
    "28": ("unreachable", "lets nobody in under that name and password"),
    "3D": ("unreachable", "is no database of that server"),
    "57014": ("busy", f"took more than {_STATEMENT_SECONDS} seconds for one statement"),
    "57": ("unreachable", "is being shut down, or ended the connection"),
    "23505": ("not-next", "has that row already"),
    "25006": ("read-only", "may only be read"),
    "40": ("busy", "was changed by another process at the same moment"),
    "42501": ("no-permission", "may not be used so by this user"),
    "42P01": ("damaged", "is damaged: a table of it is missing"),
    "42703": ("damaged", "is damaged: a column of it is missing"),
    "42P07": ("not-a-ledger", "is not a ledger: it has tables of the same names that hemostat did not make"),
    "53100": ("disk-full", "could not grow: its server's disk is full"),
    "53300": ("busy", "has too many connections"),
    "55P03": ("busy", f"was held by another process for more than {_LOCK_SECONDS} seconds"),
}


def open_database(location: Database, *, create: bool = True) -> PostgresqlStore:
    """Open the ledger of a database; make its tables where they are missing, unless `create` is False; bring it up to
    date. Raises LedgerError.
    """
    store = PostgresqlStore(location)
    try:
        with store._connected() as connection:
            version = store.version(_Session(connection, store))
        if version is None and not create:
            raise LedgerError("not-found", f"there is no ledger in {store.shown}")
        if version is None or age_of(version, store.shown) == "older":
            store.bring_up_to_date()
        elif age_of(version, store.shown) == "newer":
            store.unwritable = LedgerError(
                "newer-schema",
                f"{store.shown} was made by a later version of hemostat, so this one does not write to it",
            )
        with store._connected() as connection:
            if store.unwritable is None and not store.may_write(_Session(connection, store)):
                store.unwritable = LedgerError("read-only", f"{store.shown} may only be read by this user")
    except BaseException:
        store.close()
        raise
    return store
