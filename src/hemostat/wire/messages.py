"""The other messages of a first flight: Certificate, CertificateRequest, Finished, Alert (RFC 5246 sections
7.2, 7.4).
"""

from typing import Final

from hemostat.wire.errors import WireError
from hemostat.wire.protocol import FINISHED

__all__ = [
    "MOST_CERTIFICATES",
    "finished_out_of_turn",
    "read_alert",
    "read_certificate",
    "read_certificate_request",
]

MOST_CERTIFICATES: Final = 32
"""Most certificates of one chain that are kept; a longer chain is an error (`bad-value`)."""
_VERIFY_DATA_LENGTH: Final = 12


def read_certificate(body: bytes) -> tuple[bytes, ...]:
    """The certificates of a Certificate message of TLS 1.2 or before, as DER, the peer's own first; empty
    where it has none.

    Raises `WireError`: `truncated`, `trailing-bytes`, `bad-value`.
    """
    end = len(body)
    if end < 3:
        raise WireError("truncated")
    declared = 3 + int.from_bytes(body[:3], "big")
    if declared != end:
        raise WireError("truncated" if declared > end else "trailing-bytes")
    certificates: list[bytes] = []
    position = 3
    while position < end:
        start = position + 3
        stop = start + int.from_bytes(body[position:start], "big")
        if start > end or stop > end:
            raise WireError("truncated")
        if stop == start or len(certificates) == MOST_CERTIFICATES:
            raise WireError("bad-value")
        certificates.append(body[start:stop])
        position = stop
    return tuple(certificates)


def read_certificate_request(body: bytes) -> tuple[int, ...]:
    """The client certificate types that a CertificateRequest of TLS 1.2 or before accepts. Raises
    `WireError`: `truncated`.
    """
    if not body or len(body) < 1 + body[0]:
        raise WireError("truncated")
    return tuple(body[1 : 1 + body[0]])


def read_alert(body: bytes) -> tuple[int, int]:
    """Level and description of an alert record; None of it is text. Raises `WireError`: `truncated`,
    `trailing-bytes`.
    """
    if len(body) != 2:
        raise WireError("truncated" if len(body) < 2 else "trailing-bytes")
    return body[0], body[1]


def finished_out_of_turn() -> tuple[int, bytes]:
    """Type and body of a Finished that comes before its turn: 12 zero bytes of verify_data, which nobody gets
    to check.
    """
    return FINISHED, bytes(_VERIFY_DATA_LENGTH)
