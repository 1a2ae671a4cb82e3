"""A replayed TLS peer on a real TCP socket.

The socket is read as OpenSSL reads it: the header of a record, then its fragment, never a byte more. So what
the recorded application would leave unread lies unread in the kernel here too, and closing over it has the
real consequence: a reset, which on a slow link cuts off what was not yet out.
"""

import asyncio
import os
import socket
from contextlib import suppress

from hemostat.lab.applications import Closing, Reading
from hemostat.lab.arrivals import Arrivals
from hemostat.lab.connection import Output, Send
from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer
from hemostat.lab.stream import StreamConnection

__all__ = ["TcpServer", "converse", "end"]

ACCEPT_PAUSE = 0.1
LINGER_CHUNK = 16384


class TcpServer:
    """Serves one recorded peer on a listening, non-blocking socket; to be made inside a running event loop.

    Raises LabError where the system can't play the peer's application (see `Arrivals`).
    """

    def __init__(self, listener: socket.socket, peer: RecordedPeer, limits: Limits) -> None:
        self._listener = listener
        self._peer = peer
        self._limits = limits
        self._arrivals = Arrivals() if peer.application.reading is Reading.ONE_RECORD else None

    async def run(self) -> None:
        """Serve until cancelled; then end every connection and close the listening socket."""
        loop = asyncio.get_running_loop()
        free = asyncio.Semaphore(self._limits.connections)
        tasks: set[asyncio.Task[None]] = set()

        def done(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            free.release()

        try:
            while True:
                await free.acquire()
                try:
                    accepted, _ = await loop.sock_accept(self._listener)
                except OSError:
                    # Out of descriptors, or the connection is gone already: neither ends the endpoint.
                    free.release()
                    await asyncio.sleep(ACCEPT_PAUSE)
                    continue
                task = asyncio.create_task(self._serve(accepted))
                tasks.add(task)
                task.add_done_callback(done)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._listener.close()
            if self._arrivals is not None:
                self._arrivals.close()

    async def _serve(self, accepted: socket.socket) -> None:
        connection = StreamConnection(self._peer, self._peer.recording(), os.urandom)
        with accepted, suppress(OSError, TimeoutError):
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                async with asyncio.timeout(self._limits.seconds):
                    if self._arrivals is None:
                        await converse(accepted, connection)
                    else:
                        await _converse_by_events(accepted, connection, self._arrivals.watch(accepted))
                    await end(accepted, self._peer.application.closing, self._limits.linger)
            finally:
                if self._arrivals is not None:
                    self._arrivals.forget(accepted)


async def converse(own: socket.socket, connection: StreamConnection) -> None:
    """Play the connection on a non-blocking socket until either side ends it. Raises OSError."""
    loop = asyncio.get_running_loop()
    await _send(own, connection.start())
    while not connection.closed:
        data = await loop.sock_recv(own, connection.wanted)
        if not data:
            return
        await _send(own, connection.receive(data))


async def _converse_by_events(
    own: socket.socket, connection: StreamConnection, arrived: asyncio.Event
) -> None:
    """The same, for an application that stops at each heartbeat until something new arrives."""
    more = True
    while more and not connection.closed:
        await arrived.wait()
        arrived.clear()
        more = await _read_on(own, connection)


async def _read_on(own: socket.socket, connection: StreamConnection) -> bool:
    """What the application reads for one event; False where the other side has ended."""
    while True:
        try:
            data = own.recv(connection.wanted)
        except BlockingIOError:
            return True
        if not data:
            return False
        await _send(own, connection.receive(data))
        if connection.closed or connection.waits_for_event:
            return True


async def end(own: socket.socket, closing: Closing | None, linger: float) -> None:
    """End a connection as the application does; the caller closes the socket after it. Raises OSError."""
    if closing is Closing.SHUTDOWN:
        own.shutdown(socket.SHUT_RDWR)
    elif closing is Closing.LINGER:
        own.shutdown(socket.SHUT_WR)
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(linger):
                while await loop.sock_recv(own, LINGER_CHUNK):
                    pass


async def _send(own: socket.socket, outputs: list[Output]) -> None:
    loop = asyncio.get_running_loop()
    for output in outputs:
        if isinstance(output, Send):
            await loop.sock_sendall(own, output.data)
