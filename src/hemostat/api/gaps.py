"""What a collector could not tell of its host: each gap that takes from the answer, and what is only noted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from hemostat.snapshots import Skipped, Snapshot, SnapshotError, Unread

__all__ = ["Gap", "gaps_of", "unread_elsewhere"]

_PROCESSES: Final = "/proc"
_HIDDEN: Final = {
    "hidepid": "Other users' processes are hidden from this user (hidepid): look as root.",
    "no-proc": "There is no /proc, so nothing is known of the processes.",
    "permission": "This user may not read what this process is: look as root.",
}
_FILES: Final = {
    "permission": "This user may not read it: look as root.",
    "too-large": "Nothing is known of what is in it: it is larger than what the collector reads.",
}
_SKIPPED: Final = {
    ("search", "time-limit"): (
        "limit-time",
        "The search for copies was ended before it was done: give it more time (--search-seconds).",
    ),
    ("search", "failed"): ("search-failed", "The search for copies failed, so some may not have been found."),
    ("file", "too-many"): ("too-many", "There are more copies than the collector tells of."),
    ("file", "too-large"): (
        "too-large",
        "There are more files than are named here that were too large to be read.",
    ),
    ("file", "permission"): (
        "permission",
        "There are more files and folders than are named here that this user may not read: look as root.",
    ),
    ("object", "too-many"): (
        "too-many",
        "Processes have more deleted code in memory than the collector reads, so some was not looked at.",
    ),
}
"""What was left out, and takes from the answer; the rest of a collector's `skipped` does not."""


class Gap(NamedTuple):
    """A part of the host of which nothing is known. `what`: as in facts of the kind `host`; None: of no kind there."""

    what: str | None
    path: str
    reason: str
    explanation: str


def gaps_of(snapshot: "Snapshot | None", fault: "SnapshotError | None") -> Iterator[Gap]:
    """The gaps of a look at a whole host. `snapshot` None: the collector told nothing; `fault`: why it is cut, where
    nobody else says so.
    """
    from hemostat.snapshots import Skipped, Unread

    if snapshot is None:
        yield Gap(
            "process",
            _PROCESSES,
            "collector-failed",
            "The collector told nothing of this host, so nothing is known of its processes and packages.",
        )
        return
    if fault is not None:
        yield Gap(
            "process",
            _PROCESSES,
            "snapshot-cut",
            f"What the collector told of this host is not whole ({fault}), so processes may be missing.",
        )
    elif snapshot.fault is None and "processes" not in snapshot.sections:
        yield Gap(
            "process", _PROCESSES, "not-collected", "The snapshot was made without the processes of its host."
        )
    for unread in snapshot.of(Unread):
        if not _is_noted_alone(unread):
            said = _HIDDEN if unread.what == "process" else _FILES
            path = unread.where if unread.where.startswith("/") else f"{_PROCESSES}/{unread.where}"
            yield Gap(unread.what, path, unread.why, said.get(unread.why, "It could not be read."))
    for skipped in snapshot.of(Skipped):
        found = _SKIPPED.get((skipped.what, skipped.why))
        if found is not None:
            yield Gap(_kind(skipped), skipped.where or "/", *found)


def unread_elsewhere(snapshot: "Snapshot | None") -> "list[Unread]":
    """What could not be read, and is noted with the host alone: no verdict hangs on it."""
    from hemostat.snapshots import Unread

    return [] if snapshot is None else [each for each in snapshot.of(Unread) if _is_noted_alone(each)]


def _is_noted_alone(unread: "Unread") -> bool:
    """A file outside of the tree is one that a configuration names."""
    return unread.what not in ("process", "file", "folder") or unread.why == "outside"


def _kind(skipped: "Skipped") -> str:
    return {"search": "folder", "file": "file"}.get(skipped.what, "process")
