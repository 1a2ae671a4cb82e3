"""Handshake messages out of records: a stream (RFC 5246 section 7.4) and fragments in datagrams (RFC 6347
section 4.2).
"""

from typing import Final, NamedTuple

from hemostat.wire.errors import WireError

__all__ = [
    "LONGEST_MESSAGE",
    "MOST_MESSAGES",
    "FragmentReader",
    "HandshakeReader",
    "Message",
    "fragment",
    "message",
]

LONGEST_MESSAGE: Final = 1 << 18
"""Longest handshake message that is read, in bytes: a chain of 64 KiB passes, 16 MiB (the protocol's limit)
doesn't.
"""
MOST_MESSAGES: Final = 64
"""Most handshake messages that one connection may send before it is given up."""
_HEADER_LENGTH: Final = 4
_FRAGMENT_HEADER_LENGTH: Final = 12
_FURTHEST_AHEAD: Final = 16


class Message(NamedTuple):
    """One handshake message: handshake type, body."""

    kind: int
    body: bytes


def message(kind: int, body: bytes) -> bytes:
    """One handshake message with its four-byte header."""
    return kind.to_bytes(1, "big") + len(body).to_bytes(3, "big") + body


def fragment(kind: int, message_seq: int, body: bytes) -> bytes:
    """One unfragmented DTLS handshake message with its twelve-byte header."""
    length = len(body).to_bytes(3, "big")
    return kind.to_bytes(1, "big") + length + message_seq.to_bytes(2, "big") + b"\0\0\0" + length + body


class HandshakeReader:
    """Joins the bodies of handshake records into messages; a message may span records, a record may hold
    several.
    """

    __slots__ = ("_buffer", "_count", "_need")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._need = _HEADER_LENGTH
        self._count = 0

    def feed(self, body: bytes) -> list[Message]:
        """Take one record's body; return the messages that it completes.

        Raises `WireError`: `message-overflow`, `too-many-messages`.
        """
        data = body
        if self._buffer:
            self._buffer += body
            if len(self._buffer) < self._need:
                return []
            data = bytes(self._buffer)
            self._buffer.clear()
        messages: list[Message] = []
        position, end = 0, len(data)
        self._need = _HEADER_LENGTH
        while end - position >= _HEADER_LENGTH:
            length = int.from_bytes(data[position + 1 : position + 4], "big")
            if length > LONGEST_MESSAGE:
                raise WireError("message-overflow")
            stop = position + _HEADER_LENGTH + length
            if stop > end:
                self._need = stop - position
                break
            messages.append(Message(data[position], data[position + _HEADER_LENGTH : stop]))
            position = stop
        if position < end:
            self._buffer += data[position:]
        self._count += len(messages)
        if self._count > MOST_MESSAGES:
            raise WireError("too-many-messages")
        return messages


class _Assembly:
    """One message being put together: its body and which bytes of it are there."""

    __slots__ = ("body", "kind", "missing", "seen")

    def __init__(self, kind: int, length: int) -> None:
        self.kind = kind
        self.body = bytearray(length)
        self.seen = bytearray(length)
        self.missing = length

    def put(self, offset: int, part: bytes) -> None:
        stop = offset + len(part)
        fresh = self.seen.count(0, offset, stop)
        if fresh < len(part):
            overlap = zip(self.seen[offset:stop], self.body[offset:stop], part, strict=True)
            if any(there and old != new for there, old, new in overlap):
                raise WireError("bad-fragment")
        if fresh:
            self.body[offset:stop] = part
            self.seen[offset:stop] = b"\1" * len(part)
            self.missing -= fresh


class FragmentReader:
    """Puts DTLS handshake messages together, in the order of `message_seq`; doubled, swapped and overlapping
    fragments are fine.

    Memory: at most 16 messages ahead, `LONGEST_MESSAGE` bytes (and as many marks) for all of them together.
    """

    __slots__ = ("_assemblies", "_count", "_next", "_promised", "repeats")

    def __init__(self, first: int = 0) -> None:
        self._next = first
        self._assemblies: dict[int, _Assembly] = {}
        self._promised = 0
        self._count = 0
        self.repeats = 0
        """How many fragments belonged to messages already given out: the peer repeats its flight."""

    def feed(self, body: bytes) -> list[Message]:
        """Take one record's body (one or more fragments); return the messages that are now whole and in turn.

        Raises `WireError`: `truncated`, `message-overflow`, `bad-fragment`, `too-many-messages`.
        """
        position, end = 0, len(body)
        while position < end:
            if end - position < _FRAGMENT_HEADER_LENGTH:
                raise WireError("truncated")
            kind = body[position]
            length = int.from_bytes(body[position + 1 : position + 4], "big")
            seq = int.from_bytes(body[position + 4 : position + 6], "big")
            offset = int.from_bytes(body[position + 6 : position + 9], "big")
            size = int.from_bytes(body[position + 9 : position + 12], "big")
            position += _FRAGMENT_HEADER_LENGTH
            if position + size > end:
                raise WireError("truncated")
            if length > LONGEST_MESSAGE:
                raise WireError("message-overflow")
            if offset + size > length:
                raise WireError("bad-fragment")
            part = body[position : position + size]
            position += size
            self._place(kind, length, seq, offset, part)
        return self._whole()

    def _place(self, kind: int, length: int, seq: int, offset: int, part: bytes) -> None:
        if seq < self._next:
            self.repeats += 1
            return
        if seq >= self._next + _FURTHEST_AHEAD:
            return
        assembly = self._assemblies.get(seq)
        if assembly is None:
            if self._promised + length > LONGEST_MESSAGE:
                raise WireError("message-overflow")
            self._promised += length
            assembly = self._assemblies[seq] = _Assembly(kind, length)
        elif assembly.kind != kind or len(assembly.body) != length:
            raise WireError("bad-fragment")
        assembly.put(offset, part)

    def _whole(self) -> list[Message]:
        messages: list[Message] = []
        while (assembly := self._assemblies.get(self._next)) is not None and not assembly.missing:
            del self._assemblies[self._next]
            self._promised -= len(assembly.body)
            self._next += 1
            messages.append(Message(assembly.kind, bytes(assembly.body)))
        self._count += len(messages)
        if self._count > MOST_MESSAGES:
            raise WireError("too-many-messages")
        return messages
