"""hemostat's own relay of a dialect's words before a real TLS server: what is behind it is real, the words are not.

    with front.server("smtp", (peer.host, peer.port)) as address:
        ...  # address.host, address.port

It runs in a thread of the test's process.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from hemostat.dialects import dialects
from hemostat.lab import Front, Limits
from hemostat.layers import ControlKey

__all__ = ["Address", "server"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where it listens."""

    host: str
    port: int


@contextlib.contextmanager
def server(name: str, behind: tuple[str, int], *, key: ControlKey | None = None) -> Iterator[Address]:
    """Serves the dialect of that name in front of the TLS server at `behind`, on a port of loopback."""
    dialect = dialects()[name]
    kind, number = socket.SOCK_DGRAM, 0
    if dialect.transport == "tcp":
        # With its number: asyncio turns Nagle's algorithm off on no other.
        kind, number = socket.SOCK_STREAM, socket.IPPROTO_TCP
    own = socket.socket(socket.AF_INET, kind, number)
    own.setblocking(False)
    own.bind(("127.0.0.1", 0))
    address = Address(*own.getsockname())
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Future()

    async def serve() -> None:
        running = asyncio.create_task(Front(own, dialect, behind, Limits(), key=key).run())
        await asyncio.sleep(0)
        begun.set_result((asyncio.get_running_loop(), running))
        with contextlib.suppress(asyncio.CancelledError):
            await running

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    if dialect.transport == "tcp":
        own.listen(512)
    thread.start()
    loop, running = begun.result(10)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(running.cancel)
        thread.join(10)
        own.close()
