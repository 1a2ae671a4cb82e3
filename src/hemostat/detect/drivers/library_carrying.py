"""Bytes carried between a socket, a layer, and a TLS library at work."""

import asyncio
import socket
from struct import Struct
from typing import Final, Protocol

from hemostat.detect.drivers.library_failures import NoTls
from hemostat.exchange.facts import Ended
from hemostat.layers import Layer, Step
from hemostat.wire.errors import WireError
from hemostat.wire.records import RecordReader

__all__ = ["Conversation", "carry"]

_HEADER: Final = Struct("!BHH")
_PIECE: Final = 4096
_MOST_DATAGRAM: Final = 1 << 16
_MOST_BYTES: Final = 1 << 20
"""Most bytes that one connection may bring: a chain of 64 KiB passes with room to spare."""
_MOST_RECORDS: Final = 2048


class Conversation(Protocol):
    """A TLS library at work, without I/O."""

    finished: bool

    def start(self) -> None: ...
    def output(self) -> bytes: ...
    def receive(self, record: bytes) -> None: ...
    def receive_end(self) -> None: ...
    def fail(self, error: Exception) -> None: ...
    def conclude(self) -> None: ...


async def carry(connection: socket.socket, layer: Layer, conversation: Conversation) -> Ended:
    """Carry bytes until the conversation is over or the peer ends it. Raises OSError, `WireError`, `NoTls`."""
    return await _Carrying(connection, layer, conversation).run()


class _Carrying:
    def __init__(self, connection: socket.socket, layer: Layer, conversation: Conversation) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection, self._layer, self._conversation = connection, layer, conversation
        self._datagrams = connection.type == socket.SOCK_DGRAM
        self._reader = RecordReader()
        self._wake_at: int | None = None
        self._begun = False
        self._received = self._records = 0
        self._broken = False

    async def run(self) -> Ended:
        await self._take(self._layer.start(self._now()))
        while not self._conversation.finished:
            data = await self._read()
            if data is None:
                await self._take(self._layer.time(self._now()))
                continue
            if not data and not self._datagrams:
                self._conversation.receive_end()
                return "reset" if self._broken else "fin"
            self._received += len(data)
            if self._received > _MOST_BYTES:
                raise WireError("too-many-bytes")
            await self._take(self._layer.from_peer(self._now(), data))
        return "reset" if self._broken else "ours"

    def _now(self) -> int:
        return round(self._loop.time() * 1e6)

    async def _read(self) -> bytes | None:
        """What came; None: the layer's time has come before."""
        size = _MOST_DATAGRAM if self._datagrams else _PIECE
        try:
            async with asyncio.timeout_at(None if self._wake_at is None else self._wake_at / 1e6):
                return await self._loop.sock_recv(self._connection, size)
        except TimeoutError:
            return None

    async def _take(self, step: Step) -> None:
        """What a layer wants done; and what the library then says."""
        self._wake_at = step.wake_at
        await self._send(step.to_peer)
        if self._layer.refusal is not None:
            raise NoTls(self._layer.refusal)
        if self._layer.ready and not self._begun:
            self._begun = True
            self._conversation.start()
        for data in step.to_tls:
            await self._records_of(data)
        output = self._conversation.output() if self._begun else b""
        if output:
            below = self._layer.from_tls(self._now(), output)
            if below.wake_at is not None:
                self._wake_at = below.wake_at
            await self._send(below.to_peer)

    async def _records_of(self, data: bytes) -> None:
        while whole := self._reader.feed(data):
            data = b""
            for one in whole:
                self._records += 1
                if self._records > _MOST_RECORDS:
                    raise WireError("too-many-messages")
                self._conversation.receive(_HEADER.pack(one.kind, one.version, len(one.body)) + one.body)
                # A read that finds bytes does not wait: a peer that never pauses would stop the loop's clock.
                await asyncio.sleep(0)
                if self._conversation.finished:
                    return

    async def _send(self, pieces: tuple[bytes, ...]) -> None:
        for piece in pieces:
            if self._broken:
                return
            try:
                await self._loop.sock_sendall(self._connection, piece)
            except (ConnectionResetError, BrokenPipeError):
                # What the peer had sent before is there to be read, and may be its alert.
                self._broken = True
