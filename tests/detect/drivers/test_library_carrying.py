"""Bytes carried between a socket, a layer and a library."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from hemostat.detect.drivers.library_carrying import carry
from hemostat.detect.drivers.library_failures import NoTls
from hemostat.exchange.facts import Ended
from hemostat.layers import Layer, Line, Refused, Spoken, Step, Words
from hemostat.wire.errors import WireError

RECORD = b"\x16\3\3\0\5hello"


class Talk:
    """A library that says hello and is over after so many records."""

    def __init__(self, records: int = 1) -> None:
        self.finished = False
        self.heard: list[bytes] = []
        self._left, self._said = records, b""

    def start(self) -> None:
        self._said = b"client hello"

    def output(self) -> bytes:
        said, self._said = self._said, b""
        return said

    def receive(self, record: bytes) -> None:
        self.heard.append(record)
        self.finished = len(self.heard) == self._left

    def receive_end(self) -> None:
        self.heard.append(b"end")

    def fail(self, error: Exception) -> None:
        raise AssertionError(error)

    def conclude(self) -> None:
        """Nothing more will come."""


def carried(
    layer: Layer,
    talk: Talk,
    peer: Callable[[socket.socket], Any],
    kind: socket.SocketKind = socket.SOCK_STREAM,
) -> Ended:
    """Carry between `talk` and a function that plays the peer."""

    async def both() -> Ended:
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        with ours, theirs:
            ours.setblocking(False)
            playing = asyncio.create_task(asyncio.to_thread(peer, theirs))
            try:
                async with asyncio.timeout(10):
                    return await carry(ours, layer, talk)
            finally:
                theirs.shutdown(socket.SHUT_RDWR)
                await playing

    return asyncio.run(both())


def words() -> Words:
    if (yield Line()) != b"+OK":
        raise Refused("other-protocol")
    yield b"STLS\r\n"
    if (yield Line()) != b"+OK":
        raise Refused("no-tls")


def test_the_layers_words_come_first() -> None:
    heard: list[bytes] = []

    def peer(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        heard.append(connection.recv(100))
        connection.sendall(b"+OK\r\n")
        heard.append(connection.recv(100))
        connection.sendall(RECORD)

    talk = Talk()
    assert carried(Spoken(words()), talk, peer) == "ours"
    assert heard == [b"STLS\r\n", b"client hello"]
    assert talk.heard == [RECORD]


def test_a_record_pipelined_behind_the_last_word_is_heard() -> None:
    def peer(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n+OK\r\n" + RECORD + RECORD)

    talk = Talk(2)
    carried(Spoken(words()), talk, peer)
    assert talk.heard == [RECORD, RECORD]


def test_a_layer_that_refuses_ends_it() -> None:
    def peer(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n-ERR\r\n")

    with pytest.raises(NoTls, match="no-tls"):
        carried(Spoken(words()), Talk(), peer)


def test_an_end_before_tls_is_told() -> None:
    talk = Talk()
    assert carried(Spoken(words()), talk, lambda connection: connection.shutdown(socket.SHUT_WR)) == "fin"
    assert talk.heard == [b"end"]


def test_a_layer_is_woken_in_its_time() -> None:
    class Patient(Layer):
        __slots__ = ("woken",)

        def __init__(self) -> None:
            self.woken = 0

        def start(self, now: int) -> Step:
            return Step((), (), now + 1000)

        def time(self, now: int) -> Step:
            self.woken += 1
            return Step((b"still there?",))

    heard: list[bytes] = []

    def peer(connection: socket.socket) -> None:
        heard.extend(connection.recv(100) for _ in range(2))
        connection.sendall(b"\0" + RECORD[1:])

    layer = Patient()
    with pytest.raises(WireError, match="no TLS or DTLS record"):
        carried(layer, Talk(), peer, socket.SOCK_DGRAM)
    assert layer.woken == 1
    assert heard == [b"client hello", b"still there?"]


def test_a_flood_is_cut_off() -> None:
    def peer(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(RECORD * 1000)
        except OSError:
            return

    with pytest.raises(WireError, match="more "):
        carried(Layer(), Talk(1 << 30), peer)
