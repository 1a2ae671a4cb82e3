"""The schema of a new SQLite file is that of the model and that of the migrations; which schemas are known."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from hemostat.ledger.ddl import DDL, HEAD, VERSION_TABLE, age_of
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.migrate import upgrade
from hemostat.ledger.model import metadata

Schema = dict[str, str]


def schema_of(path: Path) -> Schema:
    """The statement behind each table and index, blanks made alike."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {
            name: " ".join(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())
            for name, sql in found
        }


@contextmanager
def transaction(path: Path) -> Iterator[Connection]:
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(path, isolation_level=None), poolclass=NullPool
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def made_by_text(path: Path) -> Schema:
    with closing(sqlite3.connect(path)) as connection:
        for statement in DDL:
            connection.execute(statement)
        connection.commit()
    return schema_of(path)


def test_the_text_makes_what_the_migrations_make(tmp_path: Path) -> None:
    with transaction(tmp_path / "migrated") as connection:
        upgrade(connection)
    by_text = made_by_text(tmp_path / "text")
    assert by_text == schema_of(tmp_path / "migrated")
    assert set(by_text) >= {"observation", "observation_kind", "blob", VERSION_TABLE}


def test_the_text_makes_what_the_model_says(tmp_path: Path) -> None:
    with transaction(tmp_path / "model") as connection:
        metadata.create_all(connection)
    by_text = made_by_text(tmp_path / "text")
    del by_text[VERSION_TABLE]
    assert by_text == schema_of(tmp_path / "model")


def test_the_text_and_the_migrations_end_at_the_same_number(tmp_path: Path) -> None:
    made_by_text(tmp_path / "text")
    with transaction(tmp_path / "migrated") as connection:
        upgrade(connection)
    for made in ("text", "migrated"):
        with closing(sqlite3.connect(tmp_path / made)) as connection:
            assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [(HEAD,)]


def test_schemas_are_told_apart_by_their_number() -> None:
    assert age_of(HEAD, "here") == "current"
    assert age_of("0001", "here") == "older"
    assert age_of("9999", "here") == "newer"


@pytest.mark.parametrize("version", ["", "0000", "1", "00001", "head", "975ea7", None, 2, "\x1b[2J"])
def test_what_hemostat_never_wrote_is_no_version(version: object) -> None:
    with pytest.raises(LedgerError) as caught:
        age_of(version, "here")
    assert caught.value.code == "not-a-ledger"
    assert str(caught.value).isprintable()
