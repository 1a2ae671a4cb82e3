"""A package came, changed or went, as a package log or the manager's own database tells.

- `distribution`, `release`: as in `host`, today's; `manager`, `name`, `architecture`: as in `package`
- `from`, `to`: the versions before and after; `from` is null where it was not installed before (`new`) or where the log
  does not say, `to` is null where it was removed
- `earliest`, `latest`: between these times it happened. Logs without a zone, or with a day alone, leave more between
  them than a second
- `log`: the path of the log, null where the manager's database says it; `line` in it, null likewise
"""

from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.kinds.host import distribution, release
from hemostat.evidence.kinds.package import architecture, manager, name, version
from hemostat.evidence.shape import Mismatch, boolean, fields, integer, optional, prose, time

__all__ = ["KIND"]

_SHAPE = fields(
    {
        "distribution": optional(distribution),
        "release": optional(release),
        "manager": manager,
        "name": name,
        "architecture": optional(architecture),
        "from": optional(version),
        "to": optional(version),
        "new": boolean,
        "earliest": time,
        "latest": time,
        "log": optional(prose(4096)),
        "line": optional(integer(least=1)),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    if facts["from"] is None and facts["to"] is None:
        raise Mismatch("null, as from is: nothing came and nothing went", ".to")
    if facts["new"] and (facts["from"] is not None or facts["to"] is None):
        raise Mismatch("true of what was there before, or went", ".new")
    if facts["latest"] < facts["earliest"]:
        raise Mismatch("before earliest", ".latest")
    if (facts["log"] is None) != (facts["line"] is None):
        raise Mismatch("a line without its log, or a log without its line", ".line")


KIND = Kind(
    name="package-event",
    version=1,
    subjects=frozenset({"host", "container", "image"}),
    shape=_check,
    example={
        "distribution": "debian",
        "release": "7",
        "manager": "dpkg",
        "name": "libssl1.0.0",
        "architecture": "amd64",
        "from": "1.0.1e-2+deb7u4",
        "to": "1.0.1e-2+deb7u5",
        "new": False,
        "earliest": "2014-04-08T06:12:44.000000Z",
        "latest": "2014-04-08T06:12:44.999999Z",
        "log": "/var/log/dpkg.log",
        "line": 4711,
    },
)
