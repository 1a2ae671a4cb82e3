"""What can be said of PostgreSQL without one; tests/live/ledger has a real one."""

import sys

import pytest

from hemostat.ledger import LedgerError, open_ledger
from hemostat.ledger.location import Database
from hemostat.ledger.postgresql import PostgresqlStore


@pytest.mark.parametrize("create", [True, False])
def test_a_server_that_is_not_there_is_unreachable_and_no_password_shown(create: bool) -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql://alice:secret@127.0.0.1:1/evidence", create=create)
    assert caught.value.code == "unreachable"
    assert str(caught.value).startswith("postgresql://127.0.0.1:1/evidence ")
    assert "secret" not in str(caught.value)


def test_without_its_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql://127.0.0.1:1/evidence")
    assert caught.value.code == "no-driver"
    assert "psycopg" in str(caught.value)


def test_an_option_that_nobody_knows_is_told() -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql://127.0.0.1:1/evidence?no_such_option=1")
    assert caught.value.code in ("unreachable", "failed")


def test_what_the_url_says_goes_before_what_we_would_say() -> None:
    store = PostgresqlStore(Database("postgresql://db/evidence?connect_timeout=3&application_name=audit"))
    try:
        query = store._engine.url.query
    finally:
        store.close()
    assert query["connect_timeout"] == "3"
    assert query["application_name"] == "audit"
    assert query["client_encoding"] == "utf8"
