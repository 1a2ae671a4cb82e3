"""Bytes ⇄ messages of TLS and DTLS, no I/O, standard library alone.

Reading order: `protocol` (the numbers) → `records`, `datagrams` (what a record is) → `handshake` (messages
out of records) → `hello`, `extensions`, `ciphers`, `messages`, `heartbeat` (what messages say) → `greetings`
(what is no record at all). Every reader takes bytes of a peer and raises `WireError` alone. Certificates stay
DER.
"""

from hemostat.wire.errors import WIRE_ERROR_CODES, WireError

__all__ = ["WIRE_ERROR_CODES", "WireError"]
