"""What a collector could not tell of its host."""

from typing import Any

import pytest

from hemostat.api.gaps import gaps_of, unread_elsewhere
from hemostat.snapshots import Collector, Skipped, Snapshot, SnapshotError, Unread


def snapshot(*records: Any, sections: tuple[str, ...] = ("processes",)) -> Snapshot:
    kinds: dict[Any, list[Any]] = {}
    for each in records:
        kinds.setdefault(type(each), []).append(each)
    return Snapshot(
        collector=Collector(at=0, uid=0),
        sections=dict.fromkeys(sections, 1),
        records={kind: tuple(all_) for kind, all_ in kinds.items()},
    )


def test_a_collector_that_told_nothing_or_not_all() -> None:
    assert [(gap.path, gap.reason) for gap in gaps_of(None, None)] == [("/proc", "collector-failed")]
    fault = SnapshotError("cut", 7)
    (gap,) = gaps_of(snapshot(sections=()), fault)
    assert gap.reason == "snapshot-cut"
    assert str(fault) in gap.explanation
    assert [gap.reason for gap in gaps_of(snapshot(sections=("system",)), None)] == ["not-collected"]
    assert list(gaps_of(snapshot(), None)) == []


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Unread(what="process", where="/proc", why="hidepid"), ("process", "/proc", "hidepid")),
        (Unread(what="process", where="4711", why="permission"), ("process", "/proc/4711", "permission")),
        (Unread(what="folder", where="/root", why="permission"), ("folder", "/root", "permission")),
        (Unread(what="file", where="/var/big", why="too-large"), ("file", "/var/big", "too-large")),
        (Skipped(what="search", why="time-limit"), ("folder", "/", "limit-time")),
        (Skipped(what="object", why="too-many"), ("process", "/", "too-many")),
        (Skipped(what="process", why="vanished", count=3), None),
        (Skipped(what="file", why="text", count=3), None),
        (Unread(what="packages", where="rpm", why="failed"), None),
        (Unread(what="file", where="/etc/key.pem", why="outside"), None),
    ],
)
def test_what_takes_from_the_answer(record: Any, expected: tuple[str, str, str] | None) -> None:
    told = [(gap.what, gap.path, gap.reason) for gap in gaps_of(snapshot(record), None)]
    assert told == ([] if expected is None else [expected])
    noted = unread_elsewhere(snapshot(record))
    assert noted == ([record] if expected is None and isinstance(record, Unread) else [])
    assert unread_elsewhere(None) == []
