"""The index of names: by what subject, link, host or digest an observation is found.

Derived from the rows, and rebuildable. An append only notes which rows are new (table `unindexed`), since an
index of random names costs more than the rows themselves; whoever asks first puts them in. Where that can't be
done (a ledger that may only be read), what isn't indexed is looked through instead: an answer never lacks rows.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import merge
from itertools import islice
from typing import Final, Literal, TypeVar

from hemostat.evidence import Observation
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.rows import SELECTED, Mention, from_row, mentions
from hemostat.ledger.store import Reader, Store, Writer

__all__ = [
    "AFTER_ALL",
    "Fingerprint",
    "batches",
    "by_name",
    "catch_up",
    "names_within",
    "oldest_first",
    "start_over",
    "subjects_of",
    "unindexed",
]

# Rows that are indexed in one transaction: others who write wait no longer than these take.
_ROWS: Final = 20_000
_RANGES: Final = 5_000
_BATCH: Final = 1_000
AFTER_ALL: Final = "\x7f"
"""Sorts behind every character of a name."""
_EXCUSED: Final = frozenset({"busy", "read-only", "no-permission", "disk-full"})

_T = TypeVar("_T")


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items in lists of `size`; the last may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def oldest_first(observation: Observation) -> tuple[str, str, int]:
    """The order of observations: by when they were seen."""
    return observation.observed_at, observation.run, observation.seq


def catch_up(store: Store) -> None:
    """Index the rows that aren't yet, where the ledger can be written to; else leave it.

    Raises LedgerError for a damaged ledger, and where the database fails.
    """
    if store.unwritable is not None:
        return
    try:
        while _any_unindexed(store):
            with store.writing() as writer:
                _index_some(writer)
    except LedgerError as error:
        if error.code not in _EXCUSED:
            raise


def start_over(store: Store) -> None:
    """Forget the index: every row is unindexed. Raises LedgerError."""
    with store.writing() as writer:
        writer.run("DELETE FROM mention")
        writer.run("DELETE FROM unindexed")
        writer.run(
            "INSERT INTO unindexed (run, first_seq, last_seq)"
            " SELECT o.run, min(o.seq), max(o.seq) FROM observation o GROUP BY o.run"
        )


def _any_unindexed(store: Store) -> bool:
    with store.reading() as reader:
        return bool(reader.all("SELECT 1 FROM unindexed LIMIT 1"))


def _index_some(writer: Writer) -> None:
    ranges = writer.all(
        "SELECT run, first_seq, last_seq FROM unindexed ORDER BY run, first_seq LIMIT :most", most=_RANGES
    )
    left = _ROWS
    for run, first, last in ranges:
        until = min(last, first + left - 1)
        rows = writer.stream(
            f"SELECT o.id, {SELECTED} FROM observation o WHERE o.run = :run AND o.seq BETWEEN :first AND :until",
            run=run,
            first=first,
            until=until,
        )
        for batch in batches(rows, _BATCH):
            found = [(*each, row[0]) for row in batch for each in mentions(from_row(row[1:]))]
            writer.insert("mention", ("name", "role", "id"), found, once=True)
        writer.run("DELETE FROM unindexed WHERE run = :run AND first_seq = :first", run=run, first=first)
        if until < last:
            writer.insert("unindexed", ("run", "first_seq", "last_seq"), [(run, until + 1, last)], once=True)
        left -= until - first + 1
        if left <= 0:
            return


def unindexed(
    reader: Reader, *, damaged: Literal["raise", "skip"] = "raise"
) -> Iterator[tuple[int, Observation]]:
    """The rows that aren't in the index, each with its id; none twice, in no order. Raises LedgerError."""
    for number, *row in reader.stream(
        f"SELECT o.id, {SELECTED} FROM observation o WHERE o.id IN (SELECT n.id FROM unindexed u"
        " JOIN observation n ON n.run = u.run AND n.seq BETWEEN u.first_seq AND u.last_seq)"
    ):
        try:
            observation = from_row(row)
        except LedgerError:
            if damaged == "raise":
                raise
            continue
        yield number, observation


def by_name(reader: Reader, name: str, role: str, *, newest_first: bool = False) -> Iterator[Observation]:
    """The observations that mention a name in a role, by when they were seen. Raises LedgerError."""
    way = "DESC" if newest_first else "ASC"
    indexed = reader.stream(
        f"SELECT {SELECTED} FROM mention m JOIN observation o ON o.id = m.id WHERE m.name = :name AND m.role = :role"
        f" ORDER BY o.observed_at {way}, o.run {way}, o.seq {way}",
        name=name,
        role=role,
    )
    wanted = Mention(name, role)
    # Their order alone is kept in memory, and each is read again when it is its turn.
    others = sorted(
        (oldest_first(row) for _, row in unindexed(reader) if wanted in mentions(row)), reverse=newest_first
    )
    yield from merge(
        map(from_row, indexed),
        (_one(reader, run, seq) for _, run, seq in others),
        key=oldest_first,
        reverse=newest_first,
    )


def _one(reader: Reader, run: str, seq: int) -> Observation:
    rows = reader.all(
        f"SELECT {SELECTED} FROM observation o WHERE o.run = :run AND o.seq = :seq", run=run, seq=seq
    )
    return from_row(rows[0])


def subjects_of(reader: Reader, place: str) -> set[str]:
    """The subjects of the observations that mention this place. Raises LedgerError."""
    indexed = reader.stream(
        "SELECT DISTINCT o.subject FROM mention m JOIN observation o ON o.id = m.id"
        " WHERE m.name = :place AND m.role = 'place'",
        place=place,
    )
    wanted = Mention(place, "place")
    return {row[0] for row in indexed} | {
        row.subject for _, row in unindexed(reader) if wanted in mentions(row)
    }


def names_within(reader: Reader, prefix: str, roles: frozenset[str]) -> Iterator[Mention]:
    """The names that begin so, in these roles; sorted, none twice in one role. Raises LedgerError."""
    others = sorted(
        {
            each
            for _, row in unindexed(reader)
            for each in mentions(row)
            if each.role in roles and each.name.startswith(prefix)
        }
    )
    last: Mention | None = None
    for each in merge(_indexed_names(reader, prefix, roles), others):
        if each != last:
            yield each
        last = each


def _indexed_names(reader: Reader, prefix: str, roles: frozenset[str]) -> Iterator[Mention]:
    """From one name to the next, past all the rows that mention it."""
    name, role = prefix, ""
    while found := reader.all(
        "SELECT name, role FROM mention WHERE (name, role) > (:name, :role) AND name < :end"
        " ORDER BY name, role LIMIT 1",
        name=name,
        role=role,
        end=prefix + AFTER_ALL,
    ):
        name, role = found[0]
        if role in roles:
            yield Mention(name, role)


class Fingerprint:
    """Tells whether two lots of mentions are the same, in whatever order they come, in little memory.

    Each is hashed under a key that nobody can know beforehand, and the hashes are added: who wanted to fake a sum would
    have to know the key.
    """

    def __init__(self, key: bytes) -> None:
        """`key`: random, up to 64 bytes; the same for all that are to be compared."""
        self._key = key
        self.sum = 0

    def add(self, name: str, role: str, number: int) -> None:
        """Count a mention in, of the observation with this id."""
        hashed = blake2b(
            f"{name} {role} {number}".encode("utf-8", "surrogateescape"), digest_size=32, key=self._key
        )
        self.sum = (self.sum + int.from_bytes(hashed.digest())) % (1 << 256)
