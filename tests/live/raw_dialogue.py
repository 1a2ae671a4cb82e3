"""The exchange spoken by hand, with recorded bytes and a plain socket: how the peers' own tests talk to them.

Nothing here comes from hemostat's code, so these tests say what a peer does, whatever hemostat makes of it.
No request claims more bytes than it carries.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Self

CLIENT_HELLO = bytes.fromhex(
    "160301009c010000980303dc65d340cb30ef11ed36b3b7c77b31a21bd0738b549781f95e918464a0bbd6cc000044c014c00a00390038c00f"
    "c0050035c012c00800160013c00dc003000ac013c00900330032c00ec004002fc030c02cc02fc02b009f009e009d009cc011c00700050004"
    "00ff0100002b000b000403000102000a00080006001700180019000d000e000c040105010201040305030203000f000101"
)
"""A recorded ClientHello: TLS 1.2, heartbeat extension with mode 1."""

SSL3_CLIENT_HELLO = bytes.fromhex(
    "160300006f0100006b030047dddbfa117dfdc570ed3e2defc7a2485e40a53ee16860cfe056bb12e39ed8c8000044c014c00a00390038c00f"
    "c0050035c012c00800160013c00dc003000ac013c00900330032c00ec004002fc030c02cc02fc02b009f009e009d009cc011c00700050004"
    "00ff0100"
)
"""A recorded ClientHello of SSL 3.0, which has no extensions."""

_DTLS_BODY_BEFORE_COOKIE = bytes.fromhex(
    "feffc833bfc5f462f0e37c6950f0bf6d7c5140c0ab66eddb683b1f93bb7412e6864400"
)
_DTLS_BODY_AFTER_COOKIE = bytes.fromhex(
    "0044c014c00a00390038c00fc0050035c012c00800160013c00dc003000ac013c00900330032c00ec004002fc030c02cc02fc02b009f009e"
    "009d009cc011c0070005000400ff01000019000b000403000102000a00080006001700180019000f000101"
)

HEARTBEAT_OFFERED = bytes.fromhex("000f000101")
"""The heartbeat extension (15) with mode 1, as it stands in a hello."""
SERVER_HELLO_DONE = bytes.fromhex("0e000000")
UNEXPECTED_MESSAGE = bytes.fromhex("020a")
"""Fatal alert 10."""

TLS_PAYLOAD = 16365
DTLS_PAYLOAD = 4096


def heartbeat(payload: bytes, padding: int) -> bytes:
    """A heartbeat request that claims just what it carries (RFC 6520 section 4)."""
    return b"\x01" + len(payload).to_bytes(2) + payload + b"\xa5" * padding


def record(kind: int, body: bytes, version: bytes = b"\x03\x03") -> bytes:
    """A TLS record around `body`."""
    return bytes([kind]) + version + len(body).to_bytes(2) + body


FINISHED = bytes.fromhex("1400000c") + bytes(12)
"""A Finished message out of turn."""


@dataclass(slots=True)
class Conversation:
    """A TCP connection to a peer: what came is kept, and how it ended (`fin`, `reset`, None while open)."""

    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)
    ended: str | None = None

    @classmethod
    def begin(cls, host: str, port: int, hello: bytes = CLIENT_HELLO) -> Self:
        """Connects, sends the hello, and reads the peer's flight to its ServerHelloDone."""
        connection = socket.create_connection((host, port), timeout=5)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = cls(connection)
        connection.sendall(hello)
        conversation.receive(until=SERVER_HELLO_DONE)
        return conversation

    def send(self, *records: bytes) -> None:
        """Sends the records as one write."""
        self.connection.sendall(b"".join(records))

    def receive(self, *, until: bytes | None = None, silence: float = 0.4, limit: float = 5.0) -> bytes:
        """What comes next: until it ends in `until`, the connection ends, or nothing comes for `silence` seconds."""
        came = bytearray()
        end = time.monotonic() + limit
        while self.ended is None and time.monotonic() < end:
            self.connection.settimeout(limit if until is not None else silence)
            try:
                more = self.connection.recv(1 << 16)
            except TimeoutError:
                break
            except ConnectionResetError:
                self.ended = "reset"
                break
            if not more:
                self.ended = "fin"
            came += more
            if until is not None and came.endswith(until):
                break
        self.received += came
        return bytes(came)

    def close(self) -> None:
        """Ends our side."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def records(stream: bytes) -> list[tuple[int, bytes]]:
    """The TLS records of a stream as (type, body); a record cut short is left out."""
    found = []
    while len(stream) >= 5 and len(stream) >= (size := 5 + int.from_bytes(stream[3:5])):
        found.append((stream[0], stream[5:size]))
        stream = stream[size:]
    return found


def dtls_records(datagram: bytes) -> list[tuple[int, bytes]]:
    """The DTLS records of a datagram as (type, body)."""
    found = []
    while len(datagram) >= 13 and len(datagram) >= (size := 13 + int.from_bytes(datagram[11:13])):
        found.append((datagram[0], datagram[13:size]))
        datagram = datagram[size:]
    return found


@dataclass(slots=True)
class DatagramConversation:
    """A connected UDP socket, and the numbers that DTLS wants on our records and handshake messages."""

    connection: socket.socket
    sequence: int = 0
    message: int = 0
    flight: list[tuple[int, bytes]] = field(default_factory=list)
    """The records of the peer's first flight."""

    @classmethod
    def begin(cls, host: str, port: int) -> Self:
        """Sends a hello, gives back the cookie asked for, and reads the flight to its ServerHelloDone."""
        connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        connection.connect((host, port))
        conversation = cls(connection)
        conversation.send(
            (22, conversation.handshake(1, _DTLS_BODY_BEFORE_COOKIE + b"\0" + _DTLS_BODY_AFTER_COOKIE))
        )
        ((_, verify),) = conversation.receive(wanted=1)
        cookie = verify[14:]  # after the message's header of 12 bytes and the version
        body = _DTLS_BODY_BEFORE_COOKIE + cookie + _DTLS_BODY_AFTER_COOKIE
        conversation.send((22, conversation.handshake(1, body)))
        conversation.flight = conversation.receive(until=14)
        return conversation

    def handshake(self, kind: int, body: bytes) -> bytes:
        """A handshake message with the next message_seq, in one fragment."""
        size, number = len(body).to_bytes(3), self.message
        self.message += 1
        return bytes([kind]) + size + number.to_bytes(2) + bytes(3) + size + body

    def send(self, *parts: tuple[int, bytes]) -> None:
        """Sends each (type, body) as a record in a datagram of its own."""
        for kind, body in parts:
            head = bytes([kind]) + b"\xfe\xff" + self.sequence.to_bytes(8) + len(body).to_bytes(2)
            self.sequence += 1
            self.connection.send(head + body)

    def receive(
        self, *, wanted: int | None = None, until: int | None = None, silence: float = 0.4
    ) -> list[tuple[int, bytes]]:
        """The records that come: so many, or up to an alert or handshake message `until`, or until silence (s)."""
        came: list[tuple[int, bytes]] = []
        patience = silence if wanted is None and until is None else 5.0
        while select.select([self.connection], [], [], patience)[0]:
            with contextlib.suppress(ConnectionRefusedError):
                came += dtls_records(self.connection.recv(1 << 16))
            if wanted is not None and len(came) >= wanted:
                break
            if until is not None and any((kind, body[0]) == (22, until) or kind == 21 for kind, body in came):
                break
        return came

    def close(self) -> None:
        """Ends our side."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
