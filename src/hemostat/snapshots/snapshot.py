"""A snapshot in memory: its records by type, whole or up to where it was cut."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from hemostat.snapshots.errors import SnapshotError
from hemostat.snapshots.reader import LIMITS, Limits, SnapshotReader
from hemostat.snapshots.records import Collector, Record, Unknown

__all__ = ["Snapshot", "read_snapshot"]

_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a collector printed.

    `sections`: those that are whole, with their records' number. `unknown`: records of types that this version does not
    know. `fault`: what was wrong where it ends before its end; the records before that are here, and none of them is
    less true, but what is missing may not be concluded from.
    """

    collector: Collector
    sections: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    fault: SnapshotError | None = None
    records: Mapping[type[Record], tuple[Record, ...]] = field(default_factory=dict)

    def of(self, kind: type[_R]) -> tuple[_R, ...]:
        """All records of a type, in their order."""
        return cast("tuple[_R, ...]", self.records.get(kind, ()))


def read_snapshot(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Snapshot:
    """Reads all of it. Raises SnapshotError where not even its first record is one; a later fault is in `fault`."""
    reader = SnapshotReader(limits)
    found: dict[type[Record], list[Record]] = {}
    fault = None
    try:
        for piece in pieces:
            for record in reader.feed(piece):
                if not isinstance(record, Unknown):
                    found.setdefault(type(record), []).append(record)
        reader.close()
    except SnapshotError as error:
        if Collector not in found:
            raise
        fault = error
    first = cast("Collector", found[Collector][0])
    return Snapshot(
        collector=first,
        sections=reader.sections,
        unknown=Counter(reader.unknown),
        fault=fault,
        records={kind: tuple(records) for kind, records in found.items()},
    )
