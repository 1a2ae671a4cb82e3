"""Schemes for the tests of targets: a few, as a caller would give them; and the readers with these."""

from collections.abc import Iterable
from typing import Any

from hemostat.targets import Scheme, Schemes, Target, TargetLines, lists, target

__all__ = ["KNOWN", "parse_chunks", "parse_lines", "parse_target"]

KNOWN = Schemes(
    {
        "https": Scheme("tls", "tcp", 443),
        "tls": Scheme("tls", "tcp", 443),
        "dtls": Scheme("dtls", "udp", 4433),
        "smtp": Scheme("smtp", "tcp", 25),
    },
    {25: Scheme("smtp", "tcp", 25), 587: Scheme("smtp", "tcp", 25)},
)


def parse_target(text: str, schemes: Schemes = KNOWN, **how: Any) -> Target:
    return target.parse_target(text, schemes, **how)


def parse_chunks(chunks: Iterable[bytes | str], schemes: Schemes = KNOWN, **how: Any) -> TargetLines:
    return lists.parse_chunks(chunks, schemes, **how)


def parse_lines(lines: Iterable[bytes | str], schemes: Schemes = KNOWN, **how: Any) -> TargetLines:
    return lists.parse_lines(lines, schemes, **how)
