"""The host that a snapshot is of: its name, and facts of the kind `host`."""

import re
from typing import Any, Final

from hemostat.api.packages import time_of
from hemostat.evidence import names, write_time
from hemostat.snapshots import Collector, PackageLog, Snapshot, System, between, distribution_of, offset_of

__all__ = ["facts_of_snapshot", "host_of"]

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+#()-]{0,63}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}", re.ASCII)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_RELEASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+~-]{0,63}", re.ASCII)
_MOST_LOGS: Final = 64


def host_of(snapshot: Snapshot) -> str:
    """The host's name: by its machine-id, which the collector has hashed; else by its host name, marked unstable."""
    system = _system(snapshot)
    if system.host_id is not None:
        return f"host:{system.host_id}"
    known = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in system.name or "")
    return str(names.host_unstable(known.strip("._-")[:200] or "unnamed"))


def facts_of_snapshot(snapshot: Snapshot, how: str) -> dict[str, Any]:
    """Facts of the kind `host`, at which nothing is unread yet. `how` it came here: `snapshot`, `ssh`."""
    system, collector = _system(snapshot), snapshot.collector
    distribution = distribution_of(snapshot)
    return {
        "name": _matched(_NAME, system.name),
        "kernel": _matched(_WORD, system.kernel),
        "kernel_release": _matched(_WORD, system.kernel_release),
        "machine": _matched(_WORD, system.machine),
        "distribution": _matched(_ID, distribution.id),
        "release": _matched(_RELEASE, distribution.release),
        "title": (distribution.title or "")[:256].strip() or None,
        "boot": {"id": system.boot_id, "at": time_of(system.boot_at)},
        "look": {"how": how, "user": _user(collector), "root": collector.uid == 0},
        "logs": _logs(snapshot, system),
        "unread": [],
        "unread_count": 0,
    }


def _system(snapshot: Snapshot) -> System:
    return next(iter(snapshot.of(System)), System())


def _matched(form: re.Pattern[str], text: str | None) -> str | None:
    return text if text is not None and form.fullmatch(text) else None


def _user(collector: Collector) -> str:
    return (collector.user or "").strip()[:256] or f"uid {collector.uid}"


def _logs(snapshot: Snapshot, system: System) -> list[dict[str, str | None]]:
    """The package logs, and from when to when their lines reach."""
    offset = offset_of(system.utc_offset)
    found = []
    for log in snapshot.of(PackageLog)[:_MOST_LOGS]:
        ends = [
            None if at is None else between(at, utc_offset=offset, modified=log.modified)
            for at in (log.first, log.last)
        ]
        first, last = ends
        earliest = latest = None
        if first is not None and last is not None and first.earliest <= last.latest:
            earliest, latest = write_time(first.earliest), write_time(last.latest)
        found.append({"path": log.path[:4096], "earliest": earliest, "latest": latest})
    return found
