"""Drives one `Probe` on asyncio: carries out its commands on real sockets, gives it the events.

Sockets are plain and non-blocking; each is read once a turn of the loop, so a peer that never pauses holds up neither
the deadline nor the other probes. asyncio's transports are not used: they close when a write fails, and with that lose
what the peer had sent before.
"""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from hemostat.exchange import (
    AskLibrary,
    AwaitClient,
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    ExchangeError,
    Failed,
    LibraryAnswered,
    LibraryReport,
    Probe,
    Send,
    Time,
    WakeAt,
)

__all__ = ["AskLibraryOf", "Place", "drive", "now", "os_failure"]

_READ_SIZE: Final = 1 << 16
_DATAGRAM_BUFFER: Final = 1 << 20
"""A burst of a peer's datagrams that the loop is late for is not to be lost here."""
_CONNECTING: Final = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR})
_FAILURES: Final = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
    errno.EACCES: "unreachable",
    errno.EPERM: "unreachable",
}
"""A firewall of this host shows as EPERM or EACCES; all that is not here is `local`: out of descriptors, ports, memory."""


class Place(NamedTuple):
    """Where a peer is: as `socket` wants it, literal addresses only."""

    family: socket.AddressFamily
    kind: socket.SocketKind
    address: tuple[Any, ...]


AskLibraryOf = Callable[[AskLibrary], Awaitable[LibraryReport | None]]


def now() -> int:
    """The clock that a probe is started with and driven by: microseconds, steady."""
    return time.monotonic_ns() // 1000


def os_failure(error: OSError) -> str:
    """The code of `Failed` for an error of the system."""
    return _FAILURES.get(error.errno or 0, "local")


async def drive(probe: Probe, place: Place, ask: AskLibraryOf | None = None) -> Done:
    """Run `probe` to its end; it was started on `now()`. `ask` answers `AskLibrary`; None: no library here can.

    Never raises for what a peer does. When cancelled, it closes what is open.
    """
    driver = _Driver(probe, place, ask)
    try:
        driver.obey(probe.start())
        return await driver.done
    finally:
        driver.close()


class _Driver:
    def __init__(self, probe: Probe, place: Place, ask: AskLibraryOf | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._probe, self._place, self._ask = probe, place, ask
        self._socket: socket.socket | None = None
        self._connecting = False
        self._unsent = bytearray()
        self._reset = False
        self._alarm: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._asking: asyncio.Future[LibraryReport | None] | None = None
        self.done: asyncio.Future[Done] = self._loop.create_future()

    # -- commands --------------------------------------------------------------------------------------------

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Send):
                self._send(command.data)
            elif isinstance(command, WakeAt):
                self._wake_at(command.at)
            elif isinstance(command, Close):
                self._close_socket()
            elif isinstance(command, Connect):
                self._connect()
            elif isinstance(command, AskLibrary):
                self._ask_library(command)
            elif isinstance(command, AwaitClient):
                raise ExchangeError("this driver connects; it does not wait for a client")
            elif not self.done.done():
                self.done.set_result(command)

    def close(self) -> None:
        """Let go of everything."""
        self._close_socket()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._asking is not None:
            self._asking.cancel()

    def _tell(self, event: Event) -> None:
        if not self.done.done():
            try:
                self.obey(self._probe.handle(event))
            except Exception as error:  # noqa: BLE001 - whoever awaits the answer gets it, not the loop's log
                self.done.set_exception(error)

    def _tell_soon(self, event: Event) -> None:
        self._soon = self._loop.call_soon(self._tell, event)

    def _wake_at(self, at: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(max(0, at - now()) / 1e6, self._ring)

    def _ring(self) -> None:
        self._tell(Time(now()))

    # -- the socket ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._close_socket()
        family, kind, address = self._place
        try:
            own = self._socket = socket.socket(family, kind)
            own.setblocking(False)
            if kind == socket.SOCK_STREAM:
                own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            else:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _DATAGRAM_BUFFER)
            failed = own.connect_ex(address)
        except OSError as error:
            self._close_socket()
            self._tell_soon(Failed(now(), os_failure(error)))
            return
        if failed in _CONNECTING:
            self._connecting = True
            self._loop.add_writer(own, self._writable)
        elif failed:
            self._connect_failed(failed)
        else:
            self._loop.add_reader(own, self._readable)
            self._tell_soon(Connected(now()))

    def _connect_failed(self, number: int) -> None:
        self._close_socket()
        self._tell_soon(Failed(now(), os_failure(OSError(number, os.strerror(number)))))

    def _close_socket(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        own, self._socket = self._socket, None
        if own is not None:
            self._loop.remove_reader(own)
            self._loop.remove_writer(own)
            own.close()
        self._connecting = self._reset = False
        self._unsent.clear()

    def _writable(self) -> None:
        own = self._socket
        if own is None:
            return
        if self._connecting:
            self._connecting = False
            self._loop.remove_writer(own)
            failed = own.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if failed:
                self._connect_failed(failed)
                return
            self._loop.add_reader(own, self._readable)
            self._tell(Connected(now()))
            return
        rest = bytes(self._unsent)
        self._unsent.clear()
        self._loop.remove_writer(own)
        self._send(rest)

    def _send(self, data: bytes) -> None:
        own = self._socket
        if own is None or self._reset:
            return
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = own.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            # What the peer had sent before lies there to be read, and its end behind it: the reader comes to that.
            # Only the reset itself is told here and not again (the kernel tells an error once). EPIPE is a reset
            # behind a FIN: all that was sent has come. On UDP an error is of an earlier datagram.
            if self._place.kind == socket.SOCK_STREAM:
                self._reset = error.errno != errno.EPIPE
            elif error.errno == errno.ECONNREFUSED:
                self._soon = self._loop.call_soon(self._ended, "reset")
            return
        if sent < len(data) and self._place.kind == socket.SOCK_STREAM:
            self._unsent += data[sent:]
            self._loop.add_writer(own, self._writable)

    def _readable(self) -> None:
        own = self._socket
        if own is None:
            return
        try:
            data = own.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._ended("reset")
            return
        if data or self._place.kind == socket.SOCK_DGRAM:
            self._tell(Data(now(), data))
        else:
            self._ended("reset" if self._reset else "fin")

    def _ended(self, how: Any) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
        self._tell(Closed(now(), how))

    # -- the library -----------------------------------------------------------------------------------------

    def _ask_library(self, question: AskLibrary) -> None:
        if self._ask is None:
            self._tell_soon(LibraryAnswered(now(), None))
            return
        self._asking = asyncio.ensure_future(self._ask(question))
        self._asking.add_done_callback(self._library_answered)

    def _library_answered(self, asked: "asyncio.Future[LibraryReport | None]") -> None:
        if asked.cancelled():
            return
        error = asked.exception()
        if error is not None:
            with suppress(asyncio.InvalidStateError):
                self.done.set_exception(error)
            return
        if asked is self._asking:
            self._asking = None
            self._tell(LibraryAnswered(now(), asked.result()))
