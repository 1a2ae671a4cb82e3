"""Which OpenSSL lay on the disk when, from the events of package logs (kind `package-event`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from hemostat.assess.packages import judge_package
from hemostat.evidence.times import read_time

__all__ = ["OnDisk", "State", "history"]

State = Literal["vulnerable", "safe", "absent", "unknown"]
"""Of a package on the disk or a library in memory: `unknown` where that is not known, or decides nothing."""


class OnDisk(NamedTuple):
    """One package in one version, for a time. It came between `came_earliest` and `came_latest` (both None: before any
    event that is known of) and went between `went_earliest` and `went_latest` (both None: it is still there, as far as
    events are known).
    """

    state: State
    version: str | None
    came_earliest: datetime | None
    came_latest: datetime | None
    went_earliest: datetime | None
    went_latest: datetime | None


def history(events: Iterable[Mapping[str, Any]]) -> tuple[OnDisk, ...]:
    """What lay on the disk, oldest first, without gaps; from facts of the kind `package-event`, in any order, all about
    one package of one architecture on one root. None of them: nothing is known, so nothing is said.

    Where an event names another version before it than the last one brought, that came at some time between the two,
    which no log tells.
    """
    found: list[OnDisk] = []
    ordered = sorted(events, key=lambda facts: (facts["earliest"], facts["latest"]))
    for facts in ordered:
        earliest, latest = read_time(facts["earliest"]), read_time(facts["latest"])
        before = _before(facts)
        if not found:
            found.append(OnDisk(*before, None, None, earliest, latest))
        else:
            last = found.pop()
            if before[1] is not None and before[1] != last.version:
                found += [
                    last._replace(went_earliest=last.came_latest, went_latest=earliest),
                    OnDisk(*before, last.came_latest, earliest, earliest, latest),
                ]
            else:
                found.append(last._replace(went_earliest=earliest, went_latest=latest))
        found.append(OnDisk(_judged(facts, facts["to"]), facts["to"], earliest, latest, None, None))
    return tuple(found)


def _before(facts: Mapping[str, Any]) -> tuple[State, str | None]:
    if facts["new"]:
        return "absent", None
    return ("unknown", None) if facts["from"] is None else (_judged(facts, facts["from"]), facts["from"])


def _judged(facts: Mapping[str, Any], version: str | None) -> State:
    """The state of a version, as one of today's release: what came from an earlier release may be `unknown`."""
    if version is None:
        return "absent"
    found = judge_package(
        {
            "distribution": facts["distribution"],
            "release": facts["release"],
            "manager": facts["manager"],
            "name": facts["name"],
            "source": None,
            "version": version,
            "flags": [],
            "changelog": None,
        }
    )
    if found is None or found.verdict.word == "inconclusive":
        return "unknown"
    return "vulnerable" if found.verdict.word == "vulnerable" else "safe"
