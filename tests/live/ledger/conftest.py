"""A PostgreSQL server for the session, and a database for each ledger that a test names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from hemostat.ledger import Ledger, open_ledger
from tests.live.ledger.postgresql_server import Server, server

_numbers = count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Debian's PostgreSQL."""
    with server() as running:
        yield running


@pytest.fixture
def database(postgresql: Server) -> Iterator[Callable[[str], str]]:
    """Gives the URL of an empty database of a name, made on first use; the same one for the same name."""
    made: dict[str, str] = {}

    def of(name: str) -> str:
        if name not in made:
            made[name] = f"ledger_{next(_numbers)}"
            # Sorted by the rules of a language: the ledger must not care.
            postgresql.sql(
                f"CREATE DATABASE {made[name]} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            )
        return postgresql.url(made[name])

    yield of
    for name in made.values():
        postgresql.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def opens(database: Callable[[str], str]) -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers, for `tests.ledger.behaviour`."""
    with ExitStack() as ends:

        def of(name: str = "main", *, create: bool = True) -> Ledger:
            ledger = open_ledger(database(name), create=create)
            ends.callback(ledger.close)
            return ledger

        yield of
