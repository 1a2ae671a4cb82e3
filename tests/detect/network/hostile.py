"""Peers that break the rules: each a function of one connection. Bytes are made here, records and all, by hand."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.detect.drivers.library_peer import pair
from tests.detect.drivers.scripted import reset

TLS12 = b"\3\3"
HEARTBEATS = b"\0\x0f\0\1\1"
RENEGOTIATION = b"\xff\1\0\1\0"


def record(kind: int, body: bytes) -> bytes:
    """A record of TLS 1.2 of any length that the header can hold."""
    return bytes([kind]) + TLS12 + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def server_hello(extensions: bytes) -> bytes:
    """A ServerHello of TLS 1.2 with an RSA suite and these extensions."""
    block = len(extensions).to_bytes(2, "big") + extensions if extensions else b""
    return message(2, TLS12 + os.urandom(32) + b"\0\0\x2f\0" + block)


def certificate(chain: Iterable[bytes]) -> bytes:
    """A Certificate message."""
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    return message(11, len(listed).to_bytes(3, "big") + listed)


def flight(extensions: bytes = HEARTBEATS) -> bytes:
    """All of a server's first flight: hello, one certificate, done."""
    return record(22, server_hello(extensions) + certificate([pair("rsa").der]) + message(14, b""))


@cache
def long_chain() -> tuple[bytes, ...]:
    """31 real certificates, 66 KiB together."""
    template = x509.load_der_x509_certificate(pair("p256").der)
    key = ec.generate_private_key(ec.SECP256R1())
    ballast = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.1"), bytes(2000))
    return tuple(
        x509.CertificateBuilder(
            template.issuer,
            template.subject,
            key.public_key(),
            number,
            template.not_valid_before_utc,
            template.not_valid_after_utc,
        )
        .add_extension(ballast, critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
        for number in range(1, 32)
    )


# -- what they do first --------------------------------------------------------------------------------------


def hear(connection: socket.socket, size: int | None = None) -> bytes:
    """Read one record, or `size` bytes."""
    data = b""
    while len(data) < (size or 5 + int.from_bytes(data[3:5].ljust(2, b"\0"), "big")) or len(data) < 5:
        piece = connection.recv(1 << 16)
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


def until_gone(connection: socket.socket) -> None:
    """Say nothing more."""
    while connection.recv(1 << 16):
        pass


def drip(connection: socket.socket, data: bytes, pause: float = 0.0) -> None:
    """Send one byte a segment."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in data:
        connection.sendall(bytes([octet]))
        if pause:
            time.sleep(pause)


# -- before a hello ------------------------------------------------------------------------------------------


def resets_at_once(connection: socket.socket) -> None:
    reset(connection)


def resets_after_the_hello(connection: socket.socket) -> None:
    hear(connection)
    reset(connection)


def closes_at_once(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    until_gone(connection)


def is_silent(connection: socket.socket) -> None:
    until_gone(connection)


def dribbles(connection: socket.socket) -> None:
    """A record that would take an hour to come."""
    hear(connection)
    drip(connection, record(22, bytes(1 << 14)), pause=0.05)


def speaks_http(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 15\r\n\r\n<h1>400</h1>\r\n\r\n"
    )


def speaks_ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    until_gone(connection)


def greets_as_mail(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")
    until_gone(connection)


def greets_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"welcome, welcome, welcome\r\n" * 1000)


def speaks_ssl2(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(b"\x80\x03\x00\x00\x02")


def sends_records_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(record(23, bytes(1 << 14)) * 8)


def sends_empty_records_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(record(22, b"") * 10_000)


def sends_a_record_of_65535(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(record(22, bytes(65535)))
    until_gone(connection)


def sends_a_message_of_16_mib(connection: socket.socket) -> None:
    hear(connection)
    body = b"\x0b\xff\xff\xff"
    while True:
        connection.sendall(record(22, body + bytes(1 << 14)[len(body) :]))
        body = b""


def sends_hello_requests_for_ever(connection: socket.socket) -> None:
    hear(connection)
    while True:
        connection.sendall(record(22, message(0, b"")))


def warns_for_ever(connection: socket.socket) -> None:
    hear(connection)
    while True:
        connection.sendall(record(21, b"\1\x70"))


def floods_with_heartbeats(connection: socket.socket) -> None:
    hear(connection)
    while True:
        connection.sendall(record(24, b"\1\0\x20" + bytes(48)))


def repeats_an_extension(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(flight(HEARTBEATS + RENEGOTIATION + HEARTBEATS))
    until_gone(connection)


def refuses_every_hello(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(record(21, b"\2\x28"))
    until_gone(connection)


def sends_half_a_flight(connection: socket.socket) -> None:
    hear(connection)
    connection.sendall(record(22, server_hello(HEARTBEATS)))
    until_gone(connection)


# -- with a hello --------------------------------------------------------------------------------------------


def shows_64_kib_of_certificates(connection: socket.socket) -> None:
    """In records of 100 bytes."""
    hear(connection)
    said = server_hello(RENEGOTIATION) + certificate(long_chain()) + message(14, b"")
    connection.sendall(b"".join(record(22, said[at : at + 100]) for at in range(0, len(said), 100)))
    until_gone(connection)


def shows_too_many_certificates(connection: socket.socket) -> None:
    hear(connection)
    said = server_hello(RENEGOTIATION) + certificate([b"0"] * 1000) + message(14, b"")
    connection.sendall(record(22, said))
    until_gone(connection)


def sends_a_byte_a_segment(connection: socket.socket) -> None:
    hear(connection)
    drip(connection, flight(RENEGOTIATION))
    until_gone(connection)


def mixes_in_empty_records(connection: socket.socket) -> None:
    hear(connection)
    empty = record(22, b"") * 20
    connection.sendall(empty + flight(RENEGOTIATION) + empty)
    until_gone(connection)


# -- after the question --------------------------------------------------------------------------------------

OWN_BYTES = 5 + 3 + 16365


def _question(connection: socket.socket) -> bytes:
    """Go as far as the question; the first heartbeat's payload. One who goes on with the handshake is refused."""
    hear(connection)
    connection.sendall(flight())
    asked = hear(connection)
    if asked[0] != 24:
        connection.sendall(record(21, b"\2\x28"))
        raise ConnectionAbortedError
    return asked[8:OWN_BYTES]


def answers_a_byte_a_segment(connection: socket.socket) -> None:
    """As the hole does."""
    own = _question(connection)
    drip(connection, record(24, b"\2\x3f\xed" + own + bytes(16)))
    until_gone(connection)


def answers_other_bytes(connection: socket.socket) -> None:
    own = _question(connection)
    connection.sendall(record(24, b"\2\x3f\xed" + own[:-1] + bytes([own[-1] ^ 1]) + bytes(16)))
    until_gone(connection)


def answers_in_text(connection: socket.socket) -> None:
    _question(connection)
    connection.sendall(b"500 OOPS: vsf_sysutil_recv_peek\r\n")
    connection.close()


def answers_by_a_flood(connection: socket.socket) -> None:
    _question(connection)
    while True:
        connection.sendall(record(24, b"\1\0\x20" + bytes(48)))


def answers_by_a_record_of_65535(connection: socket.socket) -> None:
    _question(connection)
    connection.sendall(record(24, b"\2\xff\xe0" + bytes(65532)))
    until_gone(connection)


def resets_at_the_question(connection: socket.socket) -> None:
    _question(connection)
    reset(connection)


def closes_at_the_question(connection: socket.socket) -> None:
    """Having read all of it, so by a FIN."""
    _question(connection)
    connection.shutdown(socket.SHUT_WR)
    until_gone(connection)


def is_silent_at_the_question(connection: socket.socket) -> None:
    _question(connection)
    until_gone(connection)


def refuses_heartbeats(connection: socket.socket) -> None:
    _question(connection)
    connection.sendall(record(21, b"\2\x0a"))
    until_gone(connection)
