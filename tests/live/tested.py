"""What a live test of a dialect says of itself, for docs/dialects.md: `TESTED`, in the test's module."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Tested"]


class Tested(NamedTuple):
    """`dialects`: names, of those whose way to TLS a real server was asked. `server`: its name; `package`: Debian's.

    `cases`: what was seen, in a few words: "TLS, none, required, ends in the middle".
    """

    __test__ = False  # A name that pytest would take for a class of tests.

    dialects: tuple[str, ...]
    server: str
    package: str
    cases: str
