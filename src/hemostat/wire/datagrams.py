"""DTLS records in datagrams (RFC 6347 section 4.1, RFC 4347 section 4.1)."""

from struct import Struct
from typing import Final, NamedTuple

from hemostat.wire.errors import WireError
from hemostat.wire.protocol import CHANGE_CIPHER_SPEC, HEARTBEAT
from hemostat.wire.records import LONGEST_BODY, LONGEST_PLAINTEXT

__all__ = ["DATAGRAM_HEADER_LENGTH", "DatagramRecord", "datagram_record", "read_datagram"]

DATAGRAM_HEADER_LENGTH: Final = 13
_HEADER: Final = Struct("!BHHHIH")
_pack = _HEADER.pack
_unpack_from = _HEADER.unpack_from


class DatagramRecord(NamedTuple):
    """One DTLS record: content type, version, epoch, sequence number (48 bits), body."""

    kind: int
    version: int
    epoch: int
    sequence: int
    body: bytes


def datagram_record(kind: int, version: int, sequence: int, body: bytes) -> bytes:
    """One record of epoch 0 as it goes on the wire. Raises ValueError for a body over `LONGEST_PLAINTEXT`
    bytes.
    """
    if len(body) > LONGEST_PLAINTEXT:
        raise ValueError(f"a plaintext record carries at most {LONGEST_PLAINTEXT} bytes, not {len(body)}")
    return _pack(kind, version, 0, sequence >> 32, sequence & 0xFFFFFFFF, len(body)) + body


def read_datagram(data: bytes) -> list[DatagramRecord]:
    """All records of one datagram; a datagram may hold several, a record never spans two.

    Raises `WireError`: `not-a-record` (content type not 20 to 24, or major version not 254),
    `record-overflow`, `truncated`. RFC 6347 section 4.1.2.7 has a receiver drop such a datagram and go on.
    """
    records: list[DatagramRecord] = []
    position, end = 0, len(data)
    while position < end:
        if end - position < DATAGRAM_HEADER_LENGTH:
            raise WireError("truncated" if records else "not-a-record")
        kind, version, epoch, high, low, length = _unpack_from(data, position)
        if not CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT or version >> 8 != 0xFE:
            raise WireError("not-a-record")
        if length > LONGEST_BODY:
            raise WireError("record-overflow")
        position += DATAGRAM_HEADER_LENGTH
        if position + length > end:
            raise WireError("truncated")
        records.append(
            DatagramRecord(kind, version, epoch, high << 32 | low, data[position : position + length])
        )
        position += length
    return records
