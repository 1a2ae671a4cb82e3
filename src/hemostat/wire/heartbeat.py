"""Heartbeat messages (RFC 6520 section 4): type, payload_length, payload, padding.

The one builder here takes the payload itself and writes its true length: a request that claims more than it
carries can't be expressed. (`tests/wire/test_heartbeat.py` holds every message that can be built to that.)
"""

from typing import Final

from hemostat.wire.records import LONGEST_PLAINTEXT

__all__ = [
    "LEAST_PADDING",
    "MODE_PEER_ALLOWED",
    "MODE_PEER_NOT_ALLOWED",
    "REQUEST",
    "RESPONSE",
    "echoed",
    "request",
]

REQUEST: Final = 1
RESPONSE: Final = 2
MODE_PEER_ALLOWED: Final = 1
MODE_PEER_NOT_ALLOWED: Final = 2
LEAST_PADDING: Final = 16
"""RFC 6520 section 4: "The padding_length MUST be at least 16" (and a message with too little MUST be
discarded).
"""
_HEAD: Final = 3


def request(payload: bytes, padding: bytes) -> bytes:
    """A HeartbeatRequest that carries `payload`, claims exactly its length, and ends with `padding`.

    `padding` of fewer than 16 bytes makes a request that RFC 6520 has its receiver discard; the payload is
    whole all the same. Raises ValueError where the message is longer than a record may be.
    """
    if _HEAD + len(payload) + len(padding) > LONGEST_PLAINTEXT:
        raise ValueError("a heartbeat message fits into one record (RFC 6520 section 4)")
    return b"\1" + len(payload).to_bytes(2, "big") + payload + padding


def echoed(body: bytes, payload: bytes) -> int:
    """How many bytes of `payload` the HeartbeatResponse `body` (whole or cut) gives back, from the first on,
    unaltered.

    -1 where `body` is no response that declares the length of `payload`, or a byte differs. Equality and a
    count are all that ever leaves here.
    """
    if body[:1] != b"\2" or body[1:_HEAD] != len(payload).to_bytes(2, "big"):
        return -1
    size = min(len(body) - _HEAD, len(payload))
    if size == len(payload):
        return size if body.startswith(payload, _HEAD) else -1
    return size if body[_HEAD:] == payload[:size] else -1
