"""What the child says of itself, read: two frames of JSON.

The first is sent before a foreign byte is loaded. The second can be the work of a library that writes to the child's
pipe itself, so its shape is checked: it may lie of the library, and of nothing else.
"""

import json
from typing import Any, Final, NamedTuple

from hemostat.detect.hosts.proving.openssl import FAILURES, VERSION_LENGTH
from hemostat.detect.hosts.proving.sandbox import LAYERS, Sandbox

__all__ = ["Loaded", "NoReport", "read_loaded", "read_sandbox"]

_MOST: Final = 4096


class NoReport(Exception):
    """What no child of ours says."""


class Loaded(NamedTuple):
    """What came of loading: the version text that the library tells, or else the code of what failed."""

    version: str | None
    failure: str | None


def read_sandbox(payload: bytes) -> Sandbox:
    """The first frame's. Raises `NoReport` for anything else."""
    held = _object(payload, LAYERS)
    if not all(isinstance(each, str) and each.isascii() and each.isalnum() for each in held.values()):
        raise NoReport("a layer's state is a word")
    return Sandbox(held)


def read_loaded(payload: bytes) -> Loaded:
    """The second frame's. Raises `NoReport` for anything else than a code that there is, or a text of printable ASCII
    of 96 characters at most.
    """
    found = _object(payload, Loaded._fields)
    version, failure = found["version"], found["failure"]
    if version is None and isinstance(failure, str) and failure in FAILURES:
        return Loaded(None, failure)
    if failure is None and isinstance(version, str) and len(version) <= VERSION_LENGTH and _plain(version):
        return Loaded(version, None)
    raise NoReport("neither a version nor a failure")


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _object(payload: bytes, keys: tuple[str, ...]) -> dict[str, Any]:
    """A JSON object of exactly these keys."""
    if len(payload) > _MOST:
        raise NoReport("too long")
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise NoReport("no JSON") from error
    if not isinstance(found, dict) or found.keys() != set(keys):
        raise NoReport("other keys")
    return found
