"""A relay that speaks a dialect's words as its server does, and carries what follows to a TLS server behind it.

So every lab endpoint, and every real TLS server on loopback, can stand behind every protocol that grants TLS. What the
server behind does to its connection (an orderly end, a reset) is done to the client's.
"""

import asyncio
import os
import socket
import time
from collections import OrderedDict
from typing import Final, cast

from hemostat.dialects import Dialect
from hemostat.lab.limits import Limits
from hemostat.layers import ControlKey, Layer, Setting, Step

__all__ = ["Front"]

_MOST_WAITING: Final = 1 << 20
"""Bytes for the server behind that wait for the connection to it."""
_AT_LEAST: Final = 0.001
_LINGER_NOT: Final = (1).to_bytes(4, "little") + bytes(4)

Address = tuple[str, int]


def _now() -> int:
    return time.monotonic_ns() // 1000


class Front:
    """Serves `dialect` on a bound, non-blocking socket in front of the TLS server at `behind` (TCP, loopback).

    `host`: what the words call this server. `key`: for dialects that have one. To be run inside an event loop.
    """

    def __init__(
        self,
        own: socket.socket,
        dialect: Dialect,
        behind: Address,
        limits: Limits,
        *,
        host: str = "lab.example",
        key: ControlKey | None = None,
    ) -> None:
        self._own, self._dialect, self._behind, self._limits = own, dialect, behind, limits
        self._host, self._key = host, key
        self.talks = 0

    async def run(self) -> None:
        """Serve until cancelled; then end every connection and close the socket."""
        await (self._run_datagrams() if self._dialect.transport == "udp" else self._run_stream())

    async def _run_datagrams(self) -> None:
        transport, datagrams = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self), sock=self._own
        )
        try:
            await asyncio.Event().wait()
        finally:
            datagrams.end()
            transport.close()
            await asyncio.sleep(0)

    async def _run_stream(self) -> None:
        talks: set[_Talk] = set()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Client(self, talks), sock=self._own)
        try:
            await server.serve_forever()
        finally:
            server.close()
            for talk in list(talks):
                talk.end()
            # What was closed is let go of in the loop's next turn.
            await asyncio.sleep(0)

    def talk(self) -> "_Talk":
        """A new client's side of things."""
        self.talks += 1
        port = self._own.getsockname()[1]
        layer = self._dialect.grants(Setting(self._host, port, os.urandom, int(time.time()), self._key))
        return _Talk(layer, self._behind, self._limits.seconds)

    @property
    def most(self) -> int:
        """Clients at once."""
        return self._limits.connections


class _Talk:
    """One client: its layer, and its connection to the server behind. `send`, `close` are given by who has the client's
    socket.
    """

    def __init__(self, layer: Layer, behind: Address, seconds: float) -> None:
        self._layer, self._behind = layer, behind
        self._loop = asyncio.get_running_loop()
        self._server: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: list[bytes] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._over = self._loop.call_later(seconds, self.end)
        self._ended_early = False
        self.client: _Client | _Association | None = None

    def start(self) -> None:
        self._take(self._layer.start(_now()))

    def heard(self, data: bytes) -> None:
        self._take(self._layer.from_peer(_now(), data))

    def heard_end(self) -> None:
        """The client has ended its side."""
        if self._server is not None and self._server.can_write_eof():
            self._server.write_eof()
        elif self._connecting is not None:
            self._ended_early = True
        else:
            self.end()

    def answered(self, data: bytes) -> None:
        """The server behind said something."""
        step = self._layer.from_tls(_now(), data)
        self._say(step.to_peer)
        if step.wake_at is not None:
            self._wake_at(step.wake_at)

    def end(self, *, reset: bool = False) -> None:
        """Both connections are over."""
        client, self.client = self.client, None
        self._over.cancel()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._server is not None:
            self._server.abort()
        if client is not None:
            client.close(reset=reset)

    def _take(self, step: Step) -> None:
        self._say(step.to_peer)
        if step.wake_at is not None:
            self._wake_at(step.wake_at)
        if self._layer.refusal is not None:
            self.end()
            return
        if self._layer.ready and self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        for data in step.to_tls:
            if self._server is not None:
                self._server.write(data)
            else:
                self._waiting.append(data)
                if sum(map(len, self._waiting)) > _MOST_WAITING:
                    self.end(reset=True)
                    return

    async def _connect(self) -> None:
        try:
            transport, _ = await self._loop.create_connection(lambda: _Server(self), *self._behind)
        except OSError:
            self._connecting = None
            self.end(reset=True)
            return
        self._server = transport
        for data in self._waiting:
            transport.write(data)
        self._waiting.clear()
        if self._ended_early:
            transport.write_eof()

    def _say(self, pieces: tuple[bytes, ...]) -> None:
        for data in pieces:
            if self.client is not None:
                self.client.send(data)

    def _wake_at(self, at: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(max(_AT_LEAST, (at - _now()) / 1e6), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._take(self._layer.time(_now()))


class _Server(asyncio.Protocol):
    """The connection to the server behind."""

    def __init__(self, talk: _Talk) -> None:
        self._talk = talk

    def data_received(self, data: bytes) -> None:
        self._talk.answered(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._talk.end(reset=isinstance(exc, ConnectionResetError))


class _Client(asyncio.Protocol):
    """A client over TCP."""

    def __init__(self, front: Front, talks: set[_Talk]) -> None:
        self._front, self._talks = front, talks
        self._transport: asyncio.Transport | None = None
        self._talk: _Talk | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if len(self._talks) >= self._front.most:
            self._transport.abort()
            return
        self._talk = self._front.talk()
        self._talk.client = self
        self._talks.add(self._talk)
        self._talk.start()

    def data_received(self, data: bytes) -> None:
        if self._talk is not None:
            self._talk.heard(data)

    def eof_received(self) -> bool:
        if self._talk is not None:
            self._talk.heard_end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self._talk is not None:
            self._talks.discard(self._talk)
            self._talk.client = None
            self._talk.end()

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def close(self, *, reset: bool) -> None:
        if self._transport is None:
            return
        if reset:
            own = self._transport.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self._transport.abort()
        else:
            self._transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Clients over UDP: one for each address that sends; where there are too many, the one silent longest goes."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._talks: OrderedDict[Address, _Talk] = OrderedDict()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        talk = self._talks.get(addr)
        if talk is None:
            if len(self._talks) >= self._front.most:
                self._talks.popitem(last=False)[1].end()
            talk = self._talks[addr] = self._front.talk()
            talk.client = _Association(self, addr)
            talk.start()
        self._talks.move_to_end(addr)
        talk.heard(data)

    def send(self, data: bytes, addr: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(data, addr)

    def forget(self, addr: Address) -> None:
        self._talks.pop(addr, None)

    def end(self) -> None:
        for talk in list(self._talks.values()):
            talk.end()


class _Association:
    """A client's address, as what `_Talk` sends to. A datagram says nothing of an end."""

    def __init__(self, datagrams: _Datagrams, addr: Address) -> None:
        self._datagrams, self._addr = datagrams, addr

    def send(self, data: bytes) -> None:
        self._datagrams.send(data, self._addr)

    def close(self, *, reset: bool) -> None:
        self._datagrams.forget(self._addr)
