"""What both databases are written to with."""

import sqlite3
from contextlib import closing

import pytest

from hemostat.ledger.store import insert_statement


def test_an_insert_is_what_both_databases_take() -> None:
    assert insert_statement("blob", ("sha256", "data"), "%s", once=False) == (
        "INSERT INTO blob (sha256, data) VALUES (%s, %s)"
    )


def test_once_leaves_what_is_there() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT)")
        for b in ("first", "second"):
            connection.execute(insert_statement("t", ("a", "b"), "?", once=True), ("key", b))
        assert connection.execute("SELECT a, b FROM t").fetchall() == [("key", "first")]
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(insert_statement("t", ("a", "b"), "?", once=False), ("key", "third"))
