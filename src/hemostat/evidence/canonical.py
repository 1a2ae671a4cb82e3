"""Canonical JSON: one text for one value, so that a digest of the text is a digest of the value.

A value is a str, an int, a bool, None, a list of values, or a dict from str to values. Its text is that of
RFC 8785 (JSON Canonicalization Scheme): keys sorted, no blanks, non-ASCII as itself in UTF-8, and escapes
only where JSON needs them. Three limits make it a part of RFC 8785 on which every implementation agrees:

- no fractions and no exponents; integers lie within ±(2**53 − 1) (RFC 7493 section 2.2),
- keys are printable ASCII, so that sorting by code points and by UTF-16 units is the same,
- strings are Unicode without lone surrogates.

Bytes are written as lower-case hex strings by whoever has bytes. Reading accepts nothing but what writing
makes.
"""

import hashlib
import json
from typing import Any, TypeAlias

from hemostat.evidence.errors import EvidenceError

__all__ = ["MAX_DEPTH", "MAX_INTEGER", "MAX_TEXT", "Json", "decode", "digest", "encode", "encode_checked"]

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32
"""Lists and dicts within one another, at most, unless the caller allows fewer."""
MAX_TEXT = 1 << 20
"""Characters of one text, at most, unless the caller allows more."""
MAX_INTEGER = (1 << 53) - 1

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def encode(value: object, *, limit: int = MAX_TEXT, depth: int = MAX_DEPTH) -> str:
    """The canonical text of `value`.

    Raises EvidenceError for any other type than those above (floats, bytes, tuples, keys that aren't str),
    for numbers and keys outside the limits, for lone surrogates, for more than `depth` levels (so also for
    a value that contains itself), and for a text longer than `limit` characters.
    """
    _refuse(value, depth)
    return encode_checked(value, limit=limit)


def encode_checked(value: object, *, limit: int = MAX_TEXT) -> str:
    """As `encode`, for a value whose every type has been checked already (by the check of its kind)."""
    text = _ENCODER.encode(value)
    if len(text) > limit:
        raise EvidenceError(f"longer than {limit} characters as JSON")
    return text


def decode(text: str, *, limit: int = MAX_TEXT, depth: int = MAX_DEPTH) -> Json:
    """The value of a canonical text; `encode` of it is `text` again.

    Raises EvidenceError for everything that `encode` would not have written: other JSON (blanks, another
    order, keys twice, `1.0`, `\\/`), no JSON, too deep, too long.
    """
    if len(text) > limit:
        raise EvidenceError(f"longer than {limit} characters")
    try:
        value: Json = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    except (ValueError, RecursionError) as error:
        # ValueError: no JSON, or more digits than Python turns into an integer. RecursionError: so deep that the
        # parser gave up, by its own count.
        raise EvidenceError("not JSON") from error
    if encode(value, limit=limit, depth=depth) != text:
        raise EvidenceError("JSON, but not in canonical form")
    return value


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 of `text`, as 64 lower-case hex digits. Raises EvidenceError for a lone
    surrogate.
    """
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise EvidenceError("a lone surrogate in a text") from error


def _refuse(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is dict:
        if not depth:
            raise EvidenceError("too many levels")
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii() and key.isprintable()):
                raise EvidenceError("a key that is not printable ASCII text")
            _refuse(item, depth - 1)
    elif kind is list:
        if not depth:
            raise EvidenceError("too many levels")
        for item in value:
            _refuse(item, depth - 1)
    elif isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise EvidenceError("a lone surrogate in a text") from error
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise EvidenceError("an integer beyond 2**53 − 1")
    elif kind is not bool and value is not None:
        raise EvidenceError(f"a value of type {kind.__name__}")


def _no_fraction(text: str) -> Json:
    raise EvidenceError("a number that is not an integer")
