"""What can be wrong with a peer's bytes."""

from typing import Final

from hemostat.errors import HemostatError

__all__ = ["WIRE_ERROR_CODES", "WireError"]

WIRE_ERROR_CODES: Final = {
    "not-a-record": "the first bytes are no TLS or DTLS record header",
    "record-overflow": "a record is longer than the protocol allows (RFC 5246 section 6.2.3)",
    "message-overflow": "a handshake message is longer than the limit of this reader",
    "truncated": "a message ends before the length that it declares",
    "trailing-bytes": "a message goes on after the length that it declares",
    "duplicate-extension": "an extension appears twice (RFC 8446 section 4.2)",
    "bad-fragment": "DTLS fragments of one message contradict one another",
    "too-many-messages": "more messages than one first flight can need",
    "too-many-bytes": "more bytes than one connection may send",
    "bad-value": "a field holds a value that the protocol does not allow",
}
"""Every code that a `WireError` can carry, and what it means."""


class WireError(HemostatError):
    """A peer's bytes break the protocol, or a limit of this reader.

    `code` is one of `WIRE_ERROR_CODES`. The text never holds bytes of the peer.
    """

    def __init__(self, code: str) -> None:
        super().__init__(WIRE_ERROR_CODES[code])
        self.code = code
