"""Asking a lab endpoint on a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from hemostat.lab.endpoints import LabEndpoint
from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer
from hemostat.lab.serve import serve

__all__ = ["PATIENCE", "Asker", "UdpAsker", "asker", "play", "served", "udp_asker"]

PATIENCE = 60
T = TypeVar("T")


def play(dialogue: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a dialogue to its end, within bounds."""

    async def bounded() -> T:
        async with asyncio.timeout(PATIENCE):
            return await dialogue()

    return asyncio.run(bounded())


@asynccontextmanager
async def served(peer: RecordedPeer, limits: Limits | None = None) -> AsyncIterator[int]:
    """Serves one recorded peer on loopback; its port."""
    async with serve([LabEndpoint("test", peer, "a test")], limits=limits) as (opened,):
        yield opened.port


class Asker:
    """One TCP connection to an endpoint."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._own, data)

    async def receive(self, length: int) -> bytes:
        """So many bytes, or fewer where the connection ends before. Raises ConnectionResetError."""
        data = b""
        while len(data) < length:
            piece = await self._loop.sock_recv(self._own, length - len(data))
            if not piece:
                break
            data += piece
        return data

    async def flight(self, hello: bytes, peer: RecordedPeer) -> bytes:
        """The first flight, drawn by a hello."""
        await self.send(hello)
        return await self.receive(len(peer.hello(peer.recording())))

    async def is_silent(self, seconds: float = 0.1) -> bool:
        """Whether nothing comes for a while. What comes is left to be received."""
        readable = asyncio.Event()
        self._loop.add_reader(self._own, readable.set)
        try:
            async with asyncio.timeout(seconds):
                await readable.wait()
        except TimeoutError:
            return True
        finally:
            self._loop.remove_reader(self._own)
        return False


@asynccontextmanager
async def asker(port: int) -> AsyncIterator[Asker]:
    with socket.socket() as own:
        own.setblocking(False)
        await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Asker(own)


class UdpAsker:
    """One UDP socket that talks to an endpoint."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._loop = asyncio.get_running_loop()

    async def send(self, datagram: bytes) -> None:
        await self._loop.sock_sendall(self._own, datagram)

    async def receive(self) -> bytes:
        return await self._loop.sock_recv(self._own, 65535)

    async def ask(self, datagram: bytes) -> bytes:
        """The next datagram after one that was sent."""
        await self.send(datagram)
        return await self.receive()


@asynccontextmanager
async def udp_asker(port: int) -> AsyncIterator[UdpAsker]:
    with socket.socket(type=socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        own.connect(("127.0.0.1", port))
        yield UdpAsker(own)
