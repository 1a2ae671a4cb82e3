"""An observation as a row of the database, and what an index says of it. The same for both databases."""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from hemostat.evidence import Observation
from hemostat.ledger.errors import LedgerError, damaged_row

__all__ = [
    "BLOB_LINK",
    "COLUMNS",
    "SELECTED",
    "Mention",
    "any_row",
    "blob_bytes",
    "from_row",
    "mentions",
    "to_row",
]

COLUMNS: Final = Observation._fields
"""The columns of table `observation`, but for `id`, which the database gives."""
SELECTED: Final = ", ".join(f"o.{column}" for column in COLUMNS)
"""The same for a SELECT from `observation AS o`; `from_row` reads what it brings."""
BLOB_LINK: Final = "cert:"
"""Names that begin so are the digest of something that belongs into table `blob`."""

_LINKS: Final = COLUMNS.index("links")
_FACTS: Final = COLUMNS.index("facts")
_TYPES: Final = tuple(int if column in ("seq", "kind_version") else str for column in COLUMNS)
# Everything but the facts.
_ASCII: Final = itemgetter(*(place for place, kind in enumerate(_TYPES) if kind is str and place != _FACTS))
# In canonical JSON a quoted word before a colon is a key: no text within the facts can look like one.
_PLACE: Final = re.compile(r'"(?:address|host)":"([^"\\]+)"')
_PORT: Final = re.compile(r'"port":([0-9]{1,5})[,}]')


class Mention(NamedTuple):
    """What an observation can be found by. `role`: what it is to the observation:

    `subject`; `link`; `place`: a `host` or `address` of its facts, lower-case, with their port: `www.example:443`;
    `digest`: its own.
    """

    name: str
    role: str


def to_row(observation: Observation) -> tuple[str | int, ...]:
    """Values for `COLUMNS`. Names hold no blank, so a blank keeps links apart."""
    fields: tuple[Any, ...] = observation
    return (*fields[:_LINKS], " ".join(observation.links), *fields[_LINKS + 1 :])


def from_row(row: Sequence[Any]) -> Observation:
    """The observation of a row as `SELECTED` brings it: its chain unchecked, but each field of its type.

    Raises LedgerError (`damaged`) for a row that hemostat can't have written.
    """
    if tuple(map(type, row)) != _TYPES or not all(map(str.isascii, _ASCII(row))):
        raise damaged_row()
    if not row[_FACTS].isascii():
        try:
            row[_FACTS].encode()
        except UnicodeEncodeError as error:
            raise damaged_row() from error
    return any_row(row)


def any_row(row: Sequence[Any]) -> Observation:
    """The same without a look at it: a row that was tampered with becomes an observation whose `check` fails."""
    written = row[_LINKS]
    if written == "":
        links: tuple[str, ...] = ()
    else:
        links = tuple(written.split(" ")) if isinstance(written, str) else ("",)
    fields: list[Any] = [*row[:_LINKS], links, *row[_LINKS + 1 :]]
    return Observation(*fields)


def blob_bytes(value: object) -> bytes:
    """The bytes of a blob as a driver brings them. Raises LedgerError (`damaged`) for anything else."""
    if not isinstance(value, bytes):
        raise LedgerError("damaged", "a blob of the ledger is damaged: `hemostat ledger verify` tells which")
    return value


def mentions(observation: Observation) -> Iterator[Mention]:
    """Everything that the observation can be found by, nothing twice."""
    yield Mention(observation.subject, "subject")
    yield Mention(observation.digest, "digest")
    for link in observation.links:
        yield Mention(link, "link")
    places = {place.lower() for place in _PLACE.findall(observation.facts)}
    if places:
        port = _PORT.search(observation.facts)
        for place in sorted(places):
            yield Mention(f"{place}:{port[1]}" if port else place, "place")
