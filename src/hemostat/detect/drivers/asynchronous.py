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
from typing import Final, Literal

from hemostat.detect.drivers.failures import failure_of
from hemostat.detect.drivers.place import Place
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

__all__ = ["AskLibraryOf", "drive", "now"]

_READ_SIZE: Final = 1 << 16
_READS_BEFORE_TIME: Final = 32
_DATAGRAM_BUFFER: Final = 1 << 20
"""A burst of a peer's datagrams that the loop is late for is not to be lost here."""
_CONNECTING: Final = frozenset({errno.EINPROGRESS, errno.EINTR})

AskLibraryOf = Callable[[AskLibrary], Awaitable[LibraryReport | None]]
"""Who answers `AskLibrary`. It may raise nothing for what a peer does, and gives up in time by itself."""


def now() -> int:
    """The clock that a probe is started with and driven by: microseconds, steady."""
    return time.monotonic_ns() // 1000


async def drive(probe: Probe, place: Place, ask: AskLibraryOf | None = None) -> Done:
    """Run `probe` to its end; it was started on `now()`. `ask`: None where no library here can answer.

    Never raises for what a peer or the system does. When it returns, or is cancelled, everything is closed.
    """
    driver = _Driver(probe, place, ask)
    try:
        driver.obey(probe.start())
        return await driver.done
    finally:
        await driver.close()


class _Driver:
    def __init__(self, probe: Probe, place: Place, ask: AskLibraryOf | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._probe, self._place, self._ask = probe, place, ask
        self._stream = place.kind == socket.SOCK_STREAM
        self._socket: socket.socket | None = None
        self._connecting = False
        self._unsent = bytearray()
        self._reset = False
        self._alarm: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._asking: asyncio.Future[LibraryReport | None] | None = None
        self.done: asyncio.Future[Done] = self._loop.create_future()

    # -- commands and events ---------------------------------------------------------------------------------

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

    async def close(self) -> None:
        """Let go of everything."""
        self._close_socket()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    def _tell(self, event: Event) -> None:
        if not self.done.done():
            try:
                self.obey(self._probe.handle(event))
            except Exception as error:  # noqa: BLE001 - whoever awaits the answer gets it, not the loop's log
                self.done.set_exception(error)

    def _tell_soon(self, event: Event) -> None:
        self._soon = self._loop.call_soon(self._tell_now, event)

    def _tell_now(self, event: Event) -> None:
        self._soon = None
        self._tell(event)

    def _wake_at(self, at: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(max(0, at - now()) / 1e6, self._ring)

    def _ring(self) -> None:
        # What lies here unread came in time: where this loop is late, the peer shall not count as silent.
        for _ in range(_READS_BEFORE_TIME):
            if not self._read():
                break
        self._tell(Time(now()))

    # -- connecting ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._close_socket()
        try:
            own = self._socket = socket.socket(self._place.family, self._place.kind)
            own.setblocking(False)
            if self._stream:
                own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            else:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _DATAGRAM_BUFFER)
            number = own.connect_ex(self._place.address)
        except OSError as error:
            self._fail(error)
            return
        if number in _CONNECTING:
            self._connecting = True
            self._loop.add_writer(own, self._connected)
        elif number:
            self._fail(OSError(number, os.strerror(number)))
        else:
            self._loop.add_reader(own, self._read)
            self._tell_soon(Connected(now()))

    def _connected(self) -> None:
        own = self._socket
        if own is None:
            return
        self._connecting = False
        self._loop.remove_writer(own)
        number = own.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        # A connection that is not there yet is refused; one that is reset was there, and may have brought something.
        self._reset = number == errno.ECONNRESET
        if number and not self._reset and number != errno.EPIPE:
            self._fail(OSError(number, os.strerror(number)))
        elif own.getsockname()[:2] == self._place.address[:2]:
            # Nobody listens on a port that the system then chose for us: TCP lets a socket connect to itself.
            self._fail(ConnectionRefusedError())
        else:
            self._loop.add_reader(own, self._read)
            self._tell(Connected(now()))

    def _fail(self, error: OSError) -> None:
        self._close_socket()
        code = failure_of(error)
        if error.errno == errno.EADDRNOTAVAIL and self._stream and _has_source(self._place):
            code = "local"
        self._tell_soon(Failed(now(), code))

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

    # -- bytes -----------------------------------------------------------------------------------------------

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
            self._unsendable(error)
            return
        if sent < len(data) and self._stream:
            self._unsent += data[sent:]
            self._loop.add_writer(own, self._send_rest)

    def _send_rest(self) -> None:
        rest = bytes(self._unsent)
        self._unsent.clear()
        if self._socket is not None:
            self._loop.remove_writer(self._socket)
        self._send(rest)

    def _unsendable(self, error: OSError) -> None:
        if not self._stream:
            self._refused_soon(error)
        elif error.errno != errno.EPIPE:
            # What the peer had sent before lies there to be read, and behind it an end that no longer says what it
            # was. (EPIPE is a reset behind a FIN: all that was sent has come.)
            self._reset = True

    def _read(self) -> bool:
        """Give the probe what one read brings. False: there was nothing, or nothing will follow."""
        own = self._socket
        if own is None or self._connecting or self._soon is not None:
            return False
        try:
            data = own.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            if self._stream:
                self._ended("reset")
            else:
                self._refused_soon(error)
            return False
        if data or not self._stream:
            self._tell(Data(now(), data))
            return True
        self._ended("reset" if self._reset else "fin")
        return False

    def _ended(self, how: Literal["fin", "reset"]) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
        self._tell(Closed(now(), how))

    def _refused_soon(self, error: OSError) -> None:
        # The network's word on an earlier datagram. The kernel gives it once, to a writer or to a reader.
        if self._soon is None:
            self._soon = self._loop.call_soon(self._refused, error)

    def _refused(self, error: OSError) -> None:
        """UDP: the way there, or the peer's host, refused a datagram. What came before is told before."""
        own, self._soon = self._socket, None
        while self._read():
            pass
        if own is None or own is not self._socket:
            return
        code = failure_of(error)
        if code in ("refused", "reset"):
            self._ended("reset")
        elif code == "unreachable":
            self._tell(Failed(now(), code))

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
        self._asking = None
        error = asked.exception()
        if error is None:
            self._tell(LibraryAnswered(now(), asked.result()))
        else:
            with suppress(asyncio.InvalidStateError):
                self.done.set_exception(error)


def _has_source(place: Place) -> bool:
    """Whether this host has an address to reach the place from. EADDRNOTAVAIL says that it has none, or no port left; a
    datagram socket wants the same address, and a port that is not TCP's.
    """
    try:
        with socket.socket(place.family, socket.SOCK_DGRAM) as other:
            return other.connect_ex(place.address) == 0
    except OSError:
        return True
