"""What one look at a host from inside found it to be, and how far the look could reach. A container or an image, which
has files and packages of its own, is looked at in the same way.

- `name`: the host name, null where it has none; with `boot` it tells two hosts apart that were cloned with one
  machine-id
- `kernel` (`Linux`, `FreeBSD`), `kernel_release`, `machine` (`x86_64`); null of an image, which runs none
- `distribution`, `release`: ID and VERSION_ID of os-release, or what older systems state in their place; null where
  nothing does. `title`: how it calls itself
- `boot`: the boot `id` (32 hex digits) and the time `at` which it booted, each null where it is not known; null of what
  never boots
- `look`: `how` (`here`, `ssh`, `snapshot`, `tree`: a root that lies as files), the `user` whose rights the look had,
  and whether these were `root`'s
- `logs`: the package logs that were read: `path`, and the times `earliest` and `latest` that their lines reach from and
  to, null of an empty one. What happened before `earliest` no log tells
- `unread`: what could not be read: `what`, `where` (a path, a process id), `why`; the first 256 of `unread_count`
"""

from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.shape import (
    Mismatch,
    Shape,
    boolean,
    fields,
    integer,
    optional,
    pattern,
    prose,
    sequence,
    time,
    word,
)

__all__ = ["KIND", "distribution", "release"]

distribution: Shape = pattern(r"[a-z0-9][a-z0-9._-]*", 64, "a distribution's id")
"""ID of os-release(5)."""
release: Shape = pattern(r"[A-Za-z0-9][A-Za-z0-9._/+~-]*", 64, "a release")
"""VERSION_ID of os-release(5); older systems state others (`jessie/sid`)."""

_code = pattern(r"[a-z]+(?:-[a-z]+)*", 48, "a code")
_word = pattern(r"[A-Za-z0-9][A-Za-z0-9 ._:/+#()-]*", 64, "a word of a system")

_MAX_UNREAD = 256

_SHAPE = fields(
    {
        "name": optional(pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*", 255, "a host name")),
        "kernel": optional(_word),
        "kernel_release": optional(_word),
        "machine": optional(_word),
        "distribution": optional(distribution),
        "release": optional(release),
        "title": optional(prose(256)),
        "boot": optional(
            fields({"id": optional(pattern(r"[0-9a-f]{32}", 32, "a boot id")), "at": optional(time)})
        ),
        "look": fields(
            {"how": word("here", "ssh", "snapshot", "tree"), "user": optional(prose(256)), "root": boolean}
        ),
        "logs": sequence(
            fields({"path": prose(4096), "earliest": optional(time), "latest": optional(time)}), 64
        ),
        "unread": sequence(
            fields(
                {
                    "what": word(
                        "process", "file", "folder", "packages", "package-log", "sockets", "configuration"
                    ),
                    "where": prose(4096),
                    "why": _code,
                }
            ),
            _MAX_UNREAD,
        ),
        "unread_count": integer(),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    for number, log in enumerate(facts["logs"]):
        earliest, latest = log["earliest"], log["latest"]
        if (earliest is None) != (latest is None) or (earliest is not None and latest < earliest):
            raise Mismatch("not two times in their order, nor two nulls", f".logs[{number}].latest")
    noted, count = len(facts["unread"]), facts["unread_count"]
    if noted != min(count, _MAX_UNREAD):
        raise Mismatch("not a count that goes with what is listed", ".unread_count")


KIND = Kind(
    name="host",
    version=1,
    subjects=frozenset({"host", "container", "image"}),
    shape=_check,
    example={
        "name": "web1",
        "kernel": "Linux",
        "kernel_release": "2.6.32-431.el6.x86_64",
        "machine": "x86_64",
        "distribution": "centos",
        "release": "6.5",
        "title": "CentOS release 6.5 (Final)",
        "boot": {"id": "5e" * 16, "at": "2014-03-01T04:30:00.000000Z"},
        "look": {"how": "ssh", "user": "alice", "root": False},
        "logs": [
            {
                "path": "/var/log/yum.log",
                "earliest": "2014-01-03T09:00:00.000000Z",
                "latest": "2014-04-08T06:12:44.000000Z",
            }
        ],
        "unread": [{"what": "process", "where": "4711", "why": "permission"}],
        "unread_count": 1,
    },
)
