"""How many there are, and which: names that a check found, with no more than a thousand of them kept."""

from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_NAMED", "NONE", "Named", "Names"]

MOST_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class Named:
    """`count` of all; the `first` of them by name."""

    count: int = 0
    first: tuple[str, ...] = ()


NONE: Final = Named()


class Names:
    """Gathers a `Named`."""

    def __init__(self) -> None:
        self._count = 0
        self._first: list[str] = []

    def add(self, name: str) -> None:
        """One more."""
        self._count += 1
        if len(self._first) < MOST_NAMED:
            self._first.append(name)

    def named(self) -> Named:
        """What came."""
        return Named(self._count, tuple(self._first))
