"""Basic Encoding Rules (ITU-T X.690) as far as LDAP needs them: definite lengths, tags of one byte.

RFC 4511 section 5.1 forbids the indefinite form; a length in more bytes than it takes is allowed, and common.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.layers.spoken import Refused, Want

__all__ = ["Value", "encode", "encode_integer", "integer", "value", "values"]

_LONG: Final = 0x80
_MOST_LENGTH_BYTES: Final = 4
_MOST_INTEGER_BYTES: Final = 4
_TAG_NUMBER: Final = 0x1F


class Value(NamedTuple):
    """`tag`: the byte of class, form and number. `content`: what the length counts."""

    tag: int
    content: bytes


def value(tag: int, limit: int) -> Generator[Want, bytes, bytes]:
    """Hear one value of this tag; its content.

    Raises Refused: `other-protocol` where another tag begins, `too-long` where its content has more than `limit` bytes,
    `broken-words` where its length is indefinite or of more than four bytes.
    """
    if (yield 1)[0] != tag:
        raise Refused("other-protocol")
    (length,) = yield 1
    if length & _LONG:
        length = int.from_bytes((yield _length_bytes(length)), "big")
    if length > limit:
        raise Refused("too-long")
    return (yield length) if length else b""


def values(content: bytes) -> tuple[Value, ...]:
    """The values that a constructed value's content is made of.

    Raises Refused: `broken-words` where they end before or behind the content, and as `value` does.
    """
    found: list[Value] = []
    at = 0
    while at < len(content):
        if len(content) - at < 2:
            raise Refused("broken-words")
        tag, length = content[at], content[at + 1]
        if tag & _TAG_NUMBER == _TAG_NUMBER:
            raise Refused("broken-words")
        at += 2
        if length & _LONG:
            size = _length_bytes(length)
            length = int.from_bytes(content[at : at + size], "big")
            at += size
        if len(content) - at < length:
            raise Refused("broken-words")
        found.append(Value(tag, content[at : at + length]))
        at += length
    return tuple(found)


def integer(content: bytes) -> int:
    """The number of an INTEGER's or ENUMERATED's content, of one to four bytes.

    Raises Refused: `broken-words`.
    """
    if not 1 <= len(content) <= _MOST_INTEGER_BYTES:
        raise Refused("broken-words")
    return int.from_bytes(content, "big", signed=True)


def encode(tag: int, *contents: bytes) -> bytes:
    """A value whose content is these, one after the other; its length in as few bytes as it takes."""
    content = b"".join(contents)
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, _LONG | size)) + length.to_bytes(size, "big") + content


def encode_integer(tag: int, number: int) -> bytes:
    """An INTEGER or ENUMERATED (by its tag) of a number that is not negative."""
    return encode(tag, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _length_bytes(first: int) -> int:
    """How many bytes of length follow a first one of the long form."""
    size = first & ~_LONG
    if not 1 <= size <= _MOST_LENGTH_BYTES:
        raise Refused("broken-words")
    return size
