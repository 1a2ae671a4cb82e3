"""The places of facts, so that a test can put something else into each of them."""

import copy
from collections.abc import Iterator
from typing import Any

from hemostat.evidence import EvidenceError, Kind

__all__ = ["MEMORY", "accepts", "places", "put", "takes", "without"]

Way = tuple[str | int, ...]

MEMORY: list[Any] = [
    "user=alice&password=hunter2",
    "2d2d2d2d2d424547494e205253412050524956415445204b45592d2d2d2d2d0a4d494945706149",
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcGFJQkFB",
    "Cookie: session=5f2c\r\n",
    "\x00\x01\x02\x03secret",
    "\x1b[31msecret",
    b"secret",
    [115, 101, 99, 114, 101, 116],
    {"memory": "73656372"},
]
"""What might be the memory of a peer: as text, hex, base64, with controls, as bytes, as a list of numbers, as a key."""


def places(facts: Any, way: Way = ()) -> Iterator[Way]:
    """The way to every value within facts, containers too."""
    if way:
        yield way
    inner: Any = (
        facts.items() if isinstance(facts, dict) else enumerate(facts) if isinstance(facts, list) else ()
    )
    for key, value in inner:
        yield from places(value, (*way, key))


def put(facts: Any, way: Way, value: Any) -> Any:
    """A copy of the facts with another value at that place; a list's own length stands for a further item."""
    changed = copy.deepcopy(facts)
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    if isinstance(inner, list) and way[-1] == len(inner):
        inner.append(value)
    else:
        inner[way[-1]] = value
    return changed


def without(facts: Any, way: Way) -> Any:
    """A copy of the facts without that key."""
    changed = copy.deepcopy(facts)
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    del inner[way[-1]]
    return changed


def accepts(kind: Kind, facts: Any) -> bool:
    """Whether facts pass the check of a kind."""
    try:
        kind.check(facts)
    except EvidenceError:
        return False
    return True


def takes(kind: Kind, facts: Any, values: list[Any]) -> set[str]:
    """The places of the facts that take any of these values, each list with a further item, each dict with a further
    key: written like `connections.parts.bytes`.
    """
    found = set()
    for way in places(facts):
        tried = [way]
        value = facts
        for key in way:
            value = value[key]
        if isinstance(value, list):
            tried.append((*way, len(value)))
        if isinstance(value, dict):
            tried.append((*way, "further"))
        found |= {
            ".".join(str(key) for key in each if isinstance(key, str))
            for each in tried
            if any(accepts(kind, put(facts, each, value)) for value in values)
        }
    return found
