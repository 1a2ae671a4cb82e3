"""Peers over DTLS that break the rules: each a function of one datagram. Bytes are made here by hand."""

from __future__ import annotations

import socket
from typing import Any

from tests.detect.drivers.library_peer import pair
from tests.detect.network.hostile import HEARTBEATS, RENEGOTIATION

DTLS10, DTLS12 = b"\xfe\xff", b"\xfe\xfd"
COOKIE = b"cookie"


def record(kind: int, body: bytes, sequence: int = 0) -> bytes:
    """A record of DTLS 1.2, epoch 0."""
    return bytes([kind]) + DTLS12 + sequence.to_bytes(8, "big") + len(body).to_bytes(2, "big") + body


def fragment(
    kind: int, seq: int, body: bytes, *, offset: int = 0, size: int | None = None, whole: int | None = None
) -> bytes:
    """A handshake message, or a piece of one that is `whole` bytes long."""
    size = len(body) if size is None else size
    head = bytes([kind]) + (whole or len(body)).to_bytes(3, "big") + seq.to_bytes(2, "big")
    return head + offset.to_bytes(3, "big") + size.to_bytes(3, "big") + body


def verify_request() -> bytes:
    """Asks for the cookie."""
    return record(22, fragment(3, 0, DTLS10 + bytes([len(COOKIE)]) + COOKIE))


def flight(extensions: bytes, first: int = 1) -> bytes:
    """Hello, certificate, done, in one datagram, their numbers counted from `first`."""
    block = len(extensions).to_bytes(2, "big") + extensions
    hello = DTLS12 + bytes(range(32)) + b"\0\0\x2f\0" + block
    der = pair("rsa").der
    chain = len(der).to_bytes(3, "big") + der
    messages = (hello, len(chain).to_bytes(3, "big") + chain, b"")
    return b"".join(
        record(22, fragment(kind, first + n, body), sequence=1 + n)
        for n, (kind, body) in enumerate(zip((2, 11, 14), messages, strict=True))
    )


def _has_cookie(data: bytes) -> bool:
    return data[0] == 22 and COOKIE in data[:120]


def is_silent(own: socket.socket, data: bytes, sender: Any) -> None:
    """Says nothing."""


def speaks_text(own: socket.socket, data: bytes, sender: Any) -> None:
    own.sendto(b"what do you want?\n", sender)


def sends_nothing_much(own: socket.socket, data: bytes, sender: Any) -> None:
    """Datagrams without a byte."""
    own.sendto(b"", sender)


def floods(own: socket.socket, data: bytes, sender: Any) -> None:
    """More than any flight is, of records that mean nothing."""
    for _ in range(2000):
        own.sendto(record(23, bytes(60)), sender)


def warns_for_ever(own: socket.socket, data: bytes, sender: Any) -> None:
    for _ in range(20):
        own.sendto(record(21, b"\1\x70"), sender)


def counts_wrongly(own: socket.socket, data: bytes, sender: Any) -> None:
    """The flight's messages have numbers that are not their turn."""
    own.sendto(flight(HEARTBEATS, first=5) if _has_cookie(data) else verify_request(), sender)


def asks_for_cookies_for_ever(own: socket.socket, data: bytes, sender: Any) -> None:
    own.sendto(verify_request(), sender)


def contradicts_itself(own: socket.socket, data: bytes, sender: Any) -> None:
    """Two fragments of one hello that overlap and differ."""
    for piece in (bytes(20), b"\1" * 20):
        own.sendto(record(22, fragment(2, 0, piece, size=20, whole=80)), sender)


def promises_16_mib(own: socket.socket, data: bytes, sender: Any) -> None:
    own.sendto(record(22, fragment(11, 0, bytes(10), size=10, whole=0xFFFFFF)), sender)


def repeats_an_extension(own: socket.socket, data: bytes, sender: Any) -> None:
    own.sendto(flight(HEARTBEATS + HEARTBEATS, first=0), sender)


def offers_no_heartbeats(own: socket.socket, data: bytes, sender: Any) -> None:
    """As it should be, every datagram twice."""
    answer = flight(RENEGOTIATION) if _has_cookie(data) else verify_request()
    own.sendto(answer, sender)
    own.sendto(answer, sender)


def answers_other_bytes(own: socket.socket, data: bytes, sender: Any) -> None:
    """Every heartbeat gets an answer of the right length, and not of its bytes."""
    if data[0] == 24:
        own.sendto(record(24, b"\2\x10\0" + bytes(4096 + 16)), sender)
    else:
        own.sendto(flight(HEARTBEATS) if _has_cookie(data) else verify_request(), sender)


def refuses_heartbeats(own: socket.socket, data: bytes, sender: Any) -> None:
    """Before the handshake is over, it takes none."""
    if data[0] == 24:
        own.sendto(record(21, b"\2\x0a"), sender)
    else:
        own.sendto(flight(HEARTBEATS) if _has_cookie(data) else verify_request(), sender)


def answers_own_bytes(own: socket.socket, data: bytes, sender: Any) -> None:
    """As the hole does."""
    if data[0] == 24:
        own.sendto(record(24, b"\2" + data[14 : 16 + 4096] + bytes(16)), sender)
    else:
        own.sendto(flight(HEARTBEATS) if _has_cookie(data) else verify_request(), sender)
