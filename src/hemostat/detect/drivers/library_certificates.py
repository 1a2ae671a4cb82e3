"""Certificates as a library must not read them unlooked at: those of TLS 1.3, and keys that cost too much."""

import warnings
from collections.abc import Iterable
from typing import Final

from hemostat.wire.errors import WireError
from hemostat.wire.messages import MOST_CERTIFICATES

__all__ = ["TooCostly", "check_keys", "read_certificate_13"]

_LARGEST_EXPONENT: Final = 1 << 64


class TooCostly(Exception):
    """The peer wants a computation that may take a library in pure Python seconds, or for ever."""


def read_certificate_13(body: bytes) -> tuple[bytes, ...]:
    """The certificates of a TLS 1.3 Certificate message (RFC 8446 section 4.4.2): DER, the peer's own first.

    Raises `WireError`: `truncated`, `trailing-bytes`, `bad-value`.
    """
    position = 1 + body[0] if body else 1
    end = position + 3 + int.from_bytes(body[position : position + 3], "big")
    if end > len(body):
        raise WireError("truncated")
    if end < len(body):
        raise WireError("trailing-bytes")
    certificates: list[bytes] = []
    position += 3
    while position < end:
        start = position + 3
        stop = start + int.from_bytes(body[position:start], "big")
        position = stop + 2 + int.from_bytes(body[stop : stop + 2], "big")
        if stop + 2 > end or position > end:
            raise WireError("truncated")
        if stop == start or len(certificates) == MOST_CERTIFICATES:
            raise WireError("bad-value")
        certificates.append(body[start:stop])
    return tuple(certificates)


def check_keys(certificates: Iterable[bytes]) -> None:
    """Raise `TooCostly` where a certificate (DER) holds a key that a peer made to be computed with for ever.

    That is an RSA exponent of any length, and a curve of its own making, which `cryptography` does not read:
    what it does not read raises its exception.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    for der in certificates:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of odd serial numbers and the like: not this reader's matter.
            key = x509.load_der_x509_certificate(der).public_key()
        if isinstance(key, rsa.RSAPublicKey):
            if key.public_numbers().e >= _LARGEST_EXPONENT:
                raise TooCostly("an RSA exponent longer than 64 bits")
        elif not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            raise TooCostly("a kind of key that this client does not use")
