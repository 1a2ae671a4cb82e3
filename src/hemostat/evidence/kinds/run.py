"""A run begins: one invocation of one writer, the first row of its chain.

- `operator`: who looks: a person's or a robot's login or name
- `authority`: on whose authority, as the operator states it; null where nothing was stated
- `tool`: what looks (`hemostat check`)
- `version`: the version of that tool
- `vantage`: where it looks from: a label, or a host's name
"""

from hemostat.evidence.kind import Kind
from hemostat.evidence.shape import fields, optional, pattern, prose

__all__ = ["KIND"]

KIND = Kind(
    name="run",
    version=1,
    subjects=frozenset({"run"}),
    shape=fields(
        {
            "operator": prose(256),
            "authority": optional(prose(1024)),
            "tool": pattern(r"[a-z0-9][a-z0-9 ._-]*", 64, "a tool's name"),
            "version": pattern(r"[A-Za-z0-9][A-Za-z0-9.+_~:-]*", 64, "a version"),
            "vantage": pattern(r"(?:(?:host|container):)?[A-Za-z0-9][A-Za-z0-9._=-]*", 300, "a vantage"),
        }
    ),
    example={
        "operator": "alice",
        "authority": "change 4711",
        "tool": "hemostat check",
        "version": "0.1.0",
        "vantage": "office",
    },
)
