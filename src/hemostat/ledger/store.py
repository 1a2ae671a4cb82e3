"""What the ledger wants of a database. Two have it: `sqlite` (by the driver alone) and `postgresql`.

Statements are the same text for both, with `:name` for values: standard SQL, and `ON CONFLICT DO NOTHING`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from hemostat.ledger.errors import LedgerError

__all__ = ["Reader", "Row", "Store", "Writer", "insert_statement"]

Row = Sequence[Any]


class Reader(Protocol):
    """One moment of the ledger: whatever others write meanwhile is not seen. All raise LedgerError."""

    def all(self, statement: str, /, **values: object) -> list[Row]:
        """Every row of a small result."""
        ...

    def stream(self, statement: str, /, **values: object) -> Iterator[Row]:
        """The rows of a result of any size, as they come. Several may be read side by side."""
        ...


class Writer(Reader, Protocol):
    """A transaction: all of it is kept, or nothing. Reads see what was written in it. All raise LedgerError."""

    def run(self, statement: str, /, **values: object) -> None:
        """A statement without result."""
        ...

    def run_each(self, statement: str, values: Sequence[Mapping[str, object]]) -> None:
        """The same statement once for each of `values`."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row], *, once: bool = False) -> None:
        """Write rows. `once`: what is there already under the same key stays as it is; else that is an error
        (`not-next`: only observations are written so).
        """
        ...


class Store(Protocol):
    """A database that holds a ledger, opened. For one thread at a time; a `reading` may outlive other work here."""

    @property
    def shown(self) -> str:
        """Where it lies, without secrets, fit for a terminal."""
        ...

    @property
    def identity(self) -> object:
        """Equal for two stores of one database, however each was named."""
        ...

    @property
    def unwritable(self) -> LedgerError | None:
        """Why nothing can be written, or None. `writing` raises it."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """A moment of the ledger, for the length of the block."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """A transaction: kept when the block ends, undone when it raises."""
        ...

    def check_structure(self) -> None:
        """Raises LedgerError (`damaged`) where the database itself finds its own file not sound."""
        ...

    def close(self) -> None:
        """Give everything back. Twice is once."""
        ...


def insert_statement(table: str, columns: Sequence[str], mark: str, *, once: bool) -> str:
    """An INSERT; `mark` stands for a value in the words of the driver."""
    values = ", ".join([mark] * len(columns))
    end = " ON CONFLICT DO NOTHING" if once else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}){end}"
