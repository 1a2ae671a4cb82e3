"""TLS records on a stream (RFC 5246 section 6.2.1): bytes in, records out, in whatever pieces the bytes come.

What may live here: the five bytes of the header and where a record ends. What may not: what a body means.
"""

from struct import Struct
from typing import Final, NamedTuple

from hemostat.wire.errors import WireError
from hemostat.wire.protocol import CHANGE_CIPHER_SPEC, HEARTBEAT

__all__ = ["HEADER_LENGTH", "LONGEST_BODY", "LONGEST_PLAINTEXT", "Record", "RecordReader", "record"]

HEADER_LENGTH: Final = 5
LONGEST_PLAINTEXT: Final = 1 << 14
LONGEST_BODY: Final = LONGEST_PLAINTEXT + 2048
"""The longest body that a record may have when encrypted (RFC 5246 section 6.2.3)."""

_HEADER: Final = Struct("!BHH")
_pack = _HEADER.pack
_unpack_from = _HEADER.unpack_from


class Record(NamedTuple):
    """One record: content type, version as the header has it, body (0 to `LONGEST_BODY` bytes)."""

    kind: int
    version: int
    body: bytes


def record(kind: int, version: int, body: bytes) -> bytes:
    """One record as it goes on the wire. `body`: at most `LONGEST_PLAINTEXT` bytes (ValueError)."""
    if len(body) > LONGEST_PLAINTEXT:
        raise ValueError(f"a plaintext record carries at most {LONGEST_PLAINTEXT} bytes, not {len(body)}")
    return _pack(kind, version, len(body)) + body


class RecordReader:
    """Cuts a stream into records. Holds at most one unfinished record (`LONGEST_BODY` + 5 bytes)."""

    __slots__ = ("_buffer", "_need")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._need = HEADER_LENGTH

    def feed(self, data: bytes) -> list[Record]:
        """Take the next bytes of the stream, of any length; return the records that they complete.

        Raises `WireError`: `not-a-record` (content type not 20 to 24, or major version not 3),
        `record-overflow`. Where records are complete before the offending one, they are returned first, and
        the next call (of no bytes, too) raises.
        """
        buffer = self._buffer
        if buffer:
            buffer += data
            if len(buffer) < self._need:
                return []
            data = bytes(buffer)
            buffer.clear()
        records: list[Record] = []
        position, end = 0, len(data)
        need = HEADER_LENGTH
        while end - position >= HEADER_LENGTH:
            kind, version, length = _unpack_from(data, position)
            if not CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT or version >> 8 != 3 or length > LONGEST_BODY:
                if records:
                    # The header alone is kept, for the next call to raise.
                    end = position + HEADER_LENGTH
                    break
                raise WireError(
                    "record-overflow"
                    if CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT and version >> 8 == 3
                    else "not-a-record"
                )
            stop = position + HEADER_LENGTH + length
            if stop > end:
                need = HEADER_LENGTH + length
                break
            records.append(Record(kind, version, data[position + HEADER_LENGTH : stop]))
            position = stop
        if position < end:
            buffer += data[position:end] if position else data
            self._need = need
        return records

    @property
    def pending(self) -> bool:
        """Whether a record has begun and is not whole, be it but by a byte of its header."""
        return bool(self._buffer)

    def unfinished(self) -> tuple[int, int, int, bytes] | None:
        """Content type, version, declared length and the body so far of a record that was cut; None where
        none is.

        A cut header (fewer than five bytes) counts as none.
        """
        if len(self._buffer) < HEADER_LENGTH:
            return None
        kind, version, length = _unpack_from(self._buffer, 0)
        return kind, version, length, bytes(self._buffer[HEADER_LENGTH:])
