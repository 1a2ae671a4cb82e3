"""What a live test of a dialect says of itself, for docs/dialects.md: `TESTED`, in the test's module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Tested"]


@dataclass(frozen=True, order=True, slots=True)
class Tested:
    """`dialects`: names, of those whose way to TLS a real server was asked. `server`: its name; `package`: Debian's.

    `cases`: what was seen, in a few words: "TLS, none, required, ends in the middle".
    """

    # Its name begins as pytest's classes of tests do.
    __test__: ClassVar[bool] = False

    dialects: tuple[str, ...]
    server: str
    package: str
    cases: str
