"""A stand-in for `Probe` that a test scripts, and sockets for it to talk to."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from hemostat.detect.drivers.asynchronous import AskLibraryOf, drive
from hemostat.detect.drivers.place import Place, place_of
from hemostat.exchange import Close, Closed, Command, Connected, Done, Event, ExchangeError, Failed, Probe

DONE = Done({"over": True}, {})
LOOPBACK = "127.0.0.1"


class Script:
    """Gives `first`, then whatever `answer` says to each event; keeps the events."""

    def __init__(self, first: list[Command], answer: Callable[[Event], list[Command]]) -> None:
        self._first, self._answer = first, answer
        self.events: list[Event] = []

    def start(self) -> list[Command]:
        return self._first

    def handle(self, event: Event) -> list[Command]:
        self.events.append(event)
        return self._answer(event)

    async def driven(self, place: Place, ask: AskLibraryOf | None = None) -> Done:
        """Driven to its end."""
        return await drive(cast(Probe, self), place, ask)

    def told(self) -> list[Any]:
        """The events without their times; Data that came in pieces joined."""
        told: list[Any] = []
        for event in self.events:
            name = type(event).__name__
            match event[1:]:
                case (bytes() as data,) if told and told[-1][0] == "Data":
                    told[-1] = ("Data", told[-1][1] + data)
                case rest:
                    told.append((name, *rest))
        return told


def stream_place(port: int) -> Place:
    """A TCP port on loopback."""
    return place_of(socket.AF_INET, socket.SOCK_STREAM, (LOOPBACK, port))


def datagram_place(port: int) -> Place:
    """A UDP port on loopback."""
    return place_of(socket.AF_INET, socket.SOCK_DGRAM, (LOOPBACK, port))


def closed_port(kind: socket.SocketKind) -> int:
    """A port on which nobody listens."""
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
        return port


def reset(connection: socket.socket) -> None:
    """End a connection by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def descriptors() -> set[str]:
    """The descriptors that this process has open."""
    return {name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}


@contextlib.contextmanager
def datagram_server(answer: Callable[[socket.socket, bytes, Any], None]) -> Iterator[int]:
    """A UDP socket on loopback that does `answer` to each datagram, in a thread; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((LOOPBACK, 0))
        own.settimeout(0.05)
        ending = threading.Event()
        failed: list[BaseException] = []

        def serve() -> None:
            while not ending.is_set():
                try:
                    data, sender = own.recvfrom(1 << 16)
                    answer(own, data, sender)
                except OSError:
                    continue  # Nothing came, or the one who asked has gone.
                except Exception as error:  # noqa: BLE001 - shown to the test below
                    failed.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield own.getsockname()[1]
        finally:
            ending.set()
            thread.join(10)
    assert failed == []


def until_closed(*, first: list[Command] | None = None) -> Callable[[Event], list[Command]]:
    """Does `first` when connected, then nothing until the connection ends."""

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            return first or []
        return [Close(), DONE] if isinstance(event, Closed | Failed) else []

    return answer


def unexpected(event: Event) -> list[Command]:
    """An answer for events that are not to come."""
    raise ExchangeError(f"{type(event).__name__} was not to come")
