"""A path with a round trip, on loopback and without privileges: a relay that holds back every byte, each way.

It stands for the path behind a connection, not for making one: a client is connected at once, and the server hears of
it half a round trip later, as it would by the last segment of TCP's handshake.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, cast

from hemostat.dialects import Transport

__all__ = ["Address", "relayed"]

Address = tuple[str, int]
_HOST: Final = "127.0.0.1"


@asynccontextmanager
async def relayed(behind: Address, transport: Transport, delay: float) -> AsyncIterator[Address]:
    """Where the server at `behind` is heard from `delay` seconds late, and hears so. Each client of a relay over UDP is
    told apart by its address.
    """
    loop = asyncio.get_running_loop()
    ends: list[_End] = []
    if transport == "udp":
        own, datagrams = await loop.create_datagram_endpoint(
            lambda: _Datagrams(behind, delay), local_addr=(_HOST, 0)
        )
        try:
            yield own.get_extra_info("sockname")
        finally:
            datagrams.end()
            own.close()
            await asyncio.sleep(0)
        return
    server = await loop.create_server(lambda: _Client(behind, delay, ends), _HOST, 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
        for end in ends:
            end.abandon()
        # A transport closes its socket in the loop's next turn.
        await asyncio.sleep(0)


class _Held:
    """What is to be done `delay` seconds after it was asked for, in the order in which it was."""

    def __init__(self, delay: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._delay = delay
        self._waiting: deque[Callable[[], object]] = deque()
        self._over = False

    def later(self, action: Callable[[], object]) -> None:
        self._waiting.append(action)
        # Two timers of one moment may ring in either order; what they do is taken in its own.
        self._loop.call_later(self._delay, self._next)

    def end(self) -> None:
        self._over = True
        self._waiting.clear()

    def _next(self) -> None:
        if not self._over:
            self._waiting.popleft()()


class _End(asyncio.Protocol):
    """One side of a connection through the relay; what it hears goes to `other`, late."""

    def __init__(self, held: _Held) -> None:
        self.held = held
        self.other: _End | None = None
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        for data in self._early:
            self._transport.write(data)
        self._early.clear()
        if self._finished:
            self.finish()

    def data_received(self, data: bytes) -> None:
        self.held.later(partial(self._pass, data))

    def eof_received(self) -> bool:
        self.held.later(self._pass_end)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.held.later(self._pass_end)

    def write(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
        else:
            self._transport.write(data)

    def finish(self) -> None:
        """The other side says no more: both are closed, as the lab's servers do on an end."""
        self._finished = True
        if self._transport is not None:
            self._transport.close()

    def abandon(self) -> None:
        """Nobody waits any longer."""
        self.held.end()
        if self._transport is not None:
            self._transport.abort()

    def _pass(self, data: bytes) -> None:
        if self.other is not None:
            self.other.write(data)

    def _pass_end(self) -> None:
        if self.other is not None:
            self.other.finish()


class _Client(_End):
    def __init__(self, behind: Address, delay: float, ends: list[_End]) -> None:
        super().__init__(_Held(delay))
        self._loop = asyncio.get_running_loop()
        self._behind = behind
        self.other = _End(_Held(delay))
        self.other.other = self
        ends += [self, self.other]
        self._connecting: asyncio.Task[object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.held.later(self._connect)

    def _connect(self) -> None:
        self._connecting = self._loop.create_task(self._connected())

    async def _connected(self) -> None:
        server = self.other
        if server is None:
            return
        try:
            await self._loop.create_connection(lambda: server, *self._behind)
        except OSError:
            self.finish()

    def abandon(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        super().abandon()


class _Datagrams(asyncio.DatagramProtocol):
    """The clients' side of a relay over UDP."""

    def __init__(self, behind: Address, delay: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._behind, self._delay = behind, delay
        self._transport: asyncio.DatagramTransport | None = None
        self._held: dict[Address, _Held] = {}
        self._servers: dict[Address, asyncio.Future[asyncio.DatagramTransport]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if addr not in self._held:
            self._held[addr] = _Held(self._delay)
            self._servers[addr] = self._loop.create_future()
            task = self._loop.create_task(self._open(addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._held[addr].later(partial(self._pass, addr, data))

    def answer(self, data: bytes, addr: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(data, addr)

    def end(self) -> None:
        for held in self._held.values():
            held.end()
        for server in self._servers.values():
            if server.done():
                server.result().close()

    def _pass(self, addr: Address, data: bytes) -> None:
        server = self._servers[addr]
        # A socket of this host is open long before its first datagram is due; else it is lost, as datagrams may be.
        if server.done():
            server.result().sendto(data)

    async def _open(self, addr: Address) -> None:
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: _Answers(self, addr, self._delay), remote_addr=self._behind
        )
        self._servers[addr].set_result(transport)


class _Answers(asyncio.DatagramProtocol):
    """The server's side of one client of a relay over UDP."""

    def __init__(self, clients: _Datagrams, addr: Address, delay: float) -> None:
        self._clients, self._addr, self._held = clients, addr, _Held(delay)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._held.later(partial(self._clients.answer, data, self._addr))
