"""What a SubjectPublicKeyInfo says of its key: type and size (RFC 5280 section 4.1.2.7)."""

from hemostat.certificates.algorithms import CURVE_SIZES, KEY_SIZES, KEY_TYPES
from hemostat.certificates.der import (
    BIT_STRING,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    Element,
    bit_length,
    children,
    dotted,
    read_element,
)
from hemostat.certificates.errors import CertificateError

__all__ = ["read_key"]


def read_key(spki: Element) -> tuple[str, int | None]:
    """The type of a key (`rsa`, `ec`, …; its object identifier where it has no name here; empty where it can't
    be read) and its size in bits: of the modulus, the prime or the field; None where it can't be told or has no such
    size.

    A key is only measured, never computed with, so that no size of it costs anything.
    """
    try:
        algorithm = read_element(spki.data, spki.inner, spki.end, SEQUENCE)
        identifier = read_element(spki.data, algorithm.inner, algorithm.end, OBJECT_IDENTIFIER)
        type = dotted(identifier)
    except CertificateError:
        return "", None
    type = KEY_TYPES.get(type, type)
    try:
        return type, _size(type, spki, algorithm, identifier.end)
    except CertificateError:
        return type, None


def _size(type: str, spki: Element, algorithm: Element, parameters: int) -> int | None:
    """Where the size stands: in the key itself (RFC 8017 appendix A.1.1), or in the parameters (RFC 3279
    section 2.3.2, RFC 5480 section 2.1.1), which begin at byte `parameters`.
    """
    if type == "rsa":
        key = read_element(spki.data, algorithm.end, spki.end, BIT_STRING)
        # One byte says how many bits at the end are unused: none.
        return _first_integer(read_element(spki.data, key.inner + 1, key.end, SEQUENCE))
    if type in ("dsa", "dh"):
        return _first_integer(read_element(spki.data, parameters, algorithm.end, SEQUENCE))
    if type == "ec":
        return CURVE_SIZES.get(dotted(read_element(spki.data, parameters, algorithm.end)))
    return KEY_SIZES.get(type)


def _first_integer(sequence: Element) -> int:
    for integer in children(sequence):
        return bit_length(integer)
    raise CertificateError("malformed")
