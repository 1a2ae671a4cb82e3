"""One process, as a look from inside found it: its program, whose OpenSSL it has in memory, whom it talks to.

- `exe`: its program, percent-encoded as in names, null where it could not be read; `exe_deleted`: that file is gone
- `user`, `uid`; `started`; `unit` of the service manager, `container` by its engine's id; null where not known
- `service`: the name of what is stopped and started as one; null where neither unit nor program is known
- `mapped`: files with code of OpenSSL that it has mapped, its own program among them where that holds a copy: `path`,
  `device` and `inode`, `deleted` (or replaced: another file stands there now), `build` → links, null where its bytes
  could not be read, and then `why`
- `listening`: endpoints on which it waits for others → links; `connected`: endpoints of others that it is connected out
  to → links. (Who can make it connect can attack it there.) At most 256 of each; `more_sockets`: how many are left out
- `unread`: what of it could not be read, and why
"""

from collections.abc import Mapping
from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.names import AssetName, build, parse
from hemostat.evidence.shape import (
    Mismatch,
    Shape,
    boolean,
    fields,
    integer,
    name,
    optional,
    pattern,
    prose,
    sequence,
    time,
    word,
)

__all__ = ["KIND", "path"]

path: Shape = pattern(r"/(?:[A-Za-z0-9._~/+=,@-]|%[0-9A-F]{2})*", 4096, "a path as names write it")
_sha256 = pattern(r"[0-9a-f]{64}", 64, "a SHA-256")
_code = pattern(r"[a-z]+(?:-[a-z]+)*", 48, "a code")

_MOST_MAPPED = 64
_MOST_SOCKETS = 256


def _typed(kind: str) -> Shape:
    def check(value: object) -> None:
        name(value)
        if parse(str(value)).type != kind:
            raise Mismatch(f"not the name of a {kind}")

    return check


_endpoint = _typed("endpoint")

_SHAPE = fields(
    {
        "exe": optional(path),
        "exe_deleted": boolean,
        "user": optional(prose(256)),
        "uid": optional(integer(most=0xFFFFFFFF)),
        "started": optional(time),
        "unit": optional(prose(256)),
        "container": optional(pattern(r"[0-9a-f]{12,64}", 64, "a container's id")),
        "service": optional(_typed("service")),
        "mapped": sequence(
            fields(
                {
                    "path": path,
                    "device": optional(pattern(r"[0-9]{1,10},[0-9]{1,10}", 21, "a device")),
                    "inode": optional(integer()),
                    "deleted": boolean,
                    "build": optional(_sha256),
                    "why": optional(_code),
                }
            ),
            _MOST_MAPPED,
        ),
        "listening": sequence(_endpoint, _MOST_SOCKETS),
        "connected": sequence(_endpoint, _MOST_SOCKETS),
        "more_sockets": integer(),
        "unread": sequence(
            fields({"what": word("exe", "maps", "sockets", "start", "unit", "user"), "why": _code}), 6
        ),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    for index, mapped in enumerate(facts["mapped"]):
        if (mapped["build"] is None) != (mapped["why"] is not None):
            raise Mismatch("a build and why there is none, or neither", f".mapped[{index}].why")
    for field in ("listening", "connected"):
        if facts[field] != sorted(set(facts[field])):
            raise Mismatch("not sorted, or one of them twice", f".{field}")
    if facts["exe_deleted"] and facts["exe"] is None:
        raise Mismatch("a program that is gone and has no name", ".exe_deleted")


def _links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    builds = {str(build(each["build"])) for each in facts["mapped"] if each["build"] is not None}
    service = {facts["service"]} if facts["service"] is not None else set()
    return tuple(sorted({*builds, *service, *facts["listening"], *facts["connected"]}))


def _about(facts: Mapping[str, Any], subject: AssetName) -> bool:
    """Its service lies on its own host, or in a container there."""
    service = facts["service"]
    root = "" if service is None else str(parse(service).parts.get("root", ""))
    return not root.startswith("host:") or root == subject.parts["host"]


KIND = Kind(
    name="process",
    version=1,
    subjects=frozenset({"process"}),
    shape=_check,
    links=_links,
    about=_about,
    example={
        "exe": "/usr/sbin/nginx",
        "exe_deleted": False,
        "user": "www-data",
        "uid": 33,
        "started": "2014-03-30T10:00:01.250000Z",
        "unit": "nginx.service",
        "container": None,
        "service": "service:host:name=web1:nginx.service",
        "mapped": [
            {
                "path": "/usr/lib/x86_64-linux-gnu/libssl.so.1.0.0",
                "device": "8,1",
                "inode": 131077,
                "deleted": True,
                "build": "3f" * 32,
                "why": None,
            }
        ],
        "listening": ["tcp:8.8.8.8:443"],
        "connected": ["tcp:9.9.9.9:5432"],
        "more_sockets": 0,
        "unread": [],
    },
)
