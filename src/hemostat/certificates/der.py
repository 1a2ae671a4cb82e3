"""DER, as far as certificates need it: elements of a tag, a length and contents (X.690 sections 8.1, 10).

Lenient on purpose. A length may be written longer than it need be, and the outer sequences of a certificate
may promise more than there is: a certificate that a library refuses still shows its key. Nothing is copied
but what is asked for, and nothing recurses.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hemostat.certificates.errors import CertificateError

__all__ = [
    "BIT_STRING",
    "BOOLEAN",
    "INTEGER",
    "OBJECT_IDENTIFIER",
    "OCTET_STRING",
    "SEQUENCE",
    "SET",
    "Element",
    "bit_length",
    "children",
    "dotted",
    "read_element",
    "read_frame",
]

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONGEST_IDENTIFIER: Final = 32
"""Bytes of an object identifier, at most: those in use have 3 to 13."""


class Element(NamedTuple):
    """One element within `data`: its tag byte, where it begins, where its contents begin, where both end."""

    data: bytes
    tag: int
    begin: int
    inner: int
    end: int

    def contents(self) -> bytes:
        """The bytes of the value."""
        return self.data[self.inner : self.end]

    def whole(self) -> bytes:
        """The bytes of tag, length and value."""
        return self.data[self.begin : self.end]


def read_element(data: bytes, at: int, end: int, tag: int | None = None) -> Element:
    """The element that begins at byte `at` and must end by byte `end`; of that tag, if one is given.

    Raises `CertificateError`: `truncated`; `malformed` for another tag, for tags of more than one byte and
    for indefinite lengths, which DER does not have.
    """
    found, inner, stop = _read_header(data, at, end, tag)
    if stop > end:
        raise CertificateError("truncated")
    return Element(data, found, at, inner, stop)


def read_frame(data: bytes, at: int, end: int) -> tuple[Element, bool]:
    """As `read_element` for a sequence, of which the end may be missing: then it ends at byte `end`. And whether
    it is whole.
    """
    found, inner, stop = _read_header(data, at, end, SEQUENCE)
    return Element(data, found, at, inner, min(stop, end)), stop <= end


def children(parent: Element, tag: int | None = None) -> Iterator[Element]:
    """The elements within another, one after the other, all of that tag if one is given.

    Raises `CertificateError` at the first that is none.
    """
    at = parent.inner
    while at < parent.end:
        child = read_element(parent.data, at, parent.end, tag)
        at = child.end
        yield child


def dotted(identifier: Element) -> str:
    """An object identifier as text, `1.2.840.113549.1.1.1` (X.690 section 8.19).

    Raises `CertificateError`: `malformed`.
    """
    contents = identifier.data[
        identifier.inner : min(identifier.end, identifier.inner + _LONGEST_IDENTIFIER + 1)
    ]
    if (
        identifier.tag != OBJECT_IDENTIFIER
        or not 1 <= len(contents) <= _LONGEST_IDENTIFIER
        or contents[-1] & 0x80
    ):
        raise CertificateError("malformed")
    arcs = []
    arc = 0
    for byte in contents:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def bit_length(integer: Element) -> int:
    """Bits of a positive integer, without making a number of it: it may be a megabyte long.

    Raises `CertificateError`: `malformed` for another type, for zero and for negative ones.
    """
    contents = integer.contents()
    digits = contents.lstrip(b"\0")
    if integer.tag != INTEGER or not digits or contents[0] & 0x80:
        raise CertificateError("malformed")
    return 8 * (len(digits) - 1) + digits[0].bit_length()


def _read_header(data: bytes, at: int, end: int, tag: int | None) -> tuple[int, int, int]:
    if at + 2 > end:
        raise CertificateError("truncated")
    found, length = data[at], data[at + 1]
    if found & 0x1F == 0x1F or (tag is not None and found != tag):
        raise CertificateError("malformed")
    inner = at + 2
    if length & 0x80:
        digits = length & 0x7F
        if not 1 <= digits <= 4:
            raise CertificateError("malformed")
        inner += digits
        if inner > end:
            raise CertificateError("truncated")
        length = int.from_bytes(data[at + 2 : inner], "big")
    return found, inner, inner + length
