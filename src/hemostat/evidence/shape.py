"""Shapes that facts must have: small checks, put together into the check of a kind.

A shape is called with a value and raises `Mismatch` with the way to the wrong place. Nothing is converted,
nothing is optional unless said, no key may be missing or unknown, every number and text has its bounds. So
facts that pass can always be written as canonical JSON, and there is no field into which bytes of a peer
could slip.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from hemostat.evidence.canonical import MAX_INTEGER
from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.names import check as check_name
from hemostat.evidence.times import read_time

__all__ = [
    "Mismatch",
    "Shape",
    "boolean",
    "fields",
    "integer",
    "name",
    "optional",
    "pattern",
    "prose",
    "sequence",
    "time",
    "word",
]

Shape: TypeAlias = Callable[[object], None]

# Written out, not asked of `unicodedata`, whose answers change between releases of Python: a text that was evidence
# once must stay it. Controls, line and paragraph separators, halves of surrogate pairs; what turns the reading
# direction; what marks bytes or tags text without being seen.
_NOT_PRINTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class Mismatch(EvidenceError):
    """A value doesn't have its shape. `why` says what was expected; `way` leads to it:
    `connections[2].parts[0].bytes`.
    """

    def __init__(self, why: str, way: str = "") -> None:
        super().__init__(f"{way.removeprefix('.')}: {why}" if way else why)
        self.why = why
        self.way = way


def boolean(value: object) -> None:
    """True or False."""
    if value is not True and value is not False:
        raise Mismatch("not true or false")


def integer(least: int = 0, most: int = MAX_INTEGER) -> Shape:
    """An int (no bool) from `least` to `most`."""

    def check(value: object) -> None:
        if type(value) is not int or not least <= value <= most:
            raise Mismatch(f"not an integer from {least} to {most}")

    return check


def word(*words: str) -> Shape:
    """One of these words."""
    known = frozenset(words)

    def check(value: object) -> None:
        if type(value) is not str or value not in known:
            raise Mismatch(f"not one of {', '.join(words)}")

    return check


def pattern(expression: str, most: int, what: str) -> Shape:
    """A text of at most `most` characters that matches the (ASCII) expression whole."""
    match = re.compile(expression, re.ASCII).fullmatch

    def check(value: object) -> None:
        if type(value) is not str or len(value) > most or match(value) is None:
            raise Mismatch(f"not {what}")

    return check


def prose(most: int, *, lines: bool = False) -> Shape:
    """A person's words: 1 to `most` characters that print; line ends only where `lines`. Nothing that a
    terminal obeys.
    """

    def check(value: object) -> None:
        if type(value) is not str or not 1 <= len(value) <= most or not value.strip(" \n"):
            raise Mismatch(f"not a text of 1 to {most} characters")
        if _NOT_PRINTED.search(value.replace("\n", "") if lines else value):
            raise Mismatch("a text with a character that does not print, or turns the reading direction")

    return check


def time(value: object) -> None:
    """A time as `times` writes it."""
    if type(value) is not str:
        raise Mismatch("not a time")
    try:
        read_time(value)
    except EvidenceError as error:
        raise Mismatch(str(error)) from error


def name(value: object) -> None:
    """The name of an asset (`names.check`)."""
    if not isinstance(value, str):
        raise Mismatch("not a name")
    try:
        check_name(value)
    except EvidenceError as error:
        raise Mismatch(str(error)) from error


def optional(shape: Shape) -> Shape:
    """None, or a value of that shape."""

    def check(value: object) -> None:
        if value is not None:
            shape(value)

    return check


def sequence(shape: Shape, most: int) -> Shape:
    """A list of at most `most` values of that shape."""

    def check(value: object) -> None:
        if type(value) is not list or len(value) > most:
            raise Mismatch(f"not a list of at most {most}")
        index = 0
        try:
            for item in value:
                shape(item)
                index += 1
        except Mismatch as error:
            raise Mismatch(error.why, f"[{index}]{error.way}") from error

    return check


def fields(shapes: Mapping[str, Shape]) -> Shape:
    """A dict with exactly these keys, each value of its shape."""
    keys = frozenset(shapes)
    pairs = tuple(shapes.items())

    def check(value: object) -> None:
        if type(value) is not dict:
            raise Mismatch("not an object")
        if value.keys() != keys:
            absent = sorted(keys - value.keys())
            raise Mismatch(f"without {', '.join(absent)}" if absent else "with a key that is not known here")
        key = ""
        try:
            for key, shape in pairs:
                shape(value[key])
        except Mismatch as error:
            raise Mismatch(error.why, f".{key}{error.way}") from error

    return check
