"""The driver alone, with scripted probes on real sockets: what is told, in which order, and what is let go."""

import asyncio
import errno
import os
import resource
import socket
import threading
import time
from typing import Any

import pytest

from hemostat.detect.drivers.asynchronous import now
from hemostat.exchange import (
    AskLibrary,
    AwaitClient,
    Close,
    Command,
    Connect,
    Connected,
    Data,
    Event,
    ExchangeError,
    LibraryAnswered,
    LibraryReport,
    Send,
    Time,
    WakeAt,
)
from tests.detect.drivers.library_peer import loopback
from tests.detect.drivers.scripted import (
    DONE,
    Script,
    closed_port,
    datagram_place,
    descriptors,
    reset,
    stream_place,
    unexpected,
    until_closed,
)

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


def until_gone(connection: socket.socket) -> None:
    """Read until the client ends it."""
    while connection.recv(1 << 16):
        pass


# -- ends of a stream ----------------------------------------------------------------------------------------


def test_all_data_is_given_before_an_orderly_end() -> None:
    sent = os.urandom(300_000)

    def behave(connection: socket.socket) -> None:
        connection.sendall(sent)

    script = Script([Connect()], until_closed())
    with loopback(behave) as port:
        assert asyncio.run(script.driven(stream_place(port))) == DONE
    assert script.told() == [("Connected",), ("Data", sent), ("Closed", "fin")]


@pytest.mark.parametrize("writes", [0, 3])
def test_data_before_a_reset_is_given_whether_or_not_we_write_into_it(writes: int) -> None:
    done = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.sendall(b"a" * 1000)
        time.sleep(0.05)
        reset(connection)
        done.set()

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            done.wait(5)
            time.sleep(0.05)
            return [Send(b"b" * 100)] * writes
        return until_closed()(event)

    script = Script([Connect()], answer)
    with loopback(behave) as port:
        asyncio.run(script.driven(stream_place(port)))
    assert script.told() == [("Connected",), ("Data", b"a" * 1000), ("Closed", "reset")]


def test_an_orderly_end_is_one_also_where_our_writes_draw_a_reset_behind_it() -> None:
    done = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.sendall(b"a" * 1000)
        connection.close()
        done.set()

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            done.wait(5)
            time.sleep(0.05)
            # The peer's host answers the first by a reset; the others fall into it.
            return [Send(b"b")] * 3
        return until_closed()(event)

    script = Script([Connect()], answer)
    with loopback(behave) as port:
        asyncio.run(script.driven(stream_place(port)))
    assert script.told() == [("Connected",), ("Data", b"a" * 1000), ("Closed", "fin")]


def test_a_connection_that_is_reset_before_anyone_looked_was_there() -> None:
    gone = threading.Event()

    def behave(connection: socket.socket) -> None:
        reset(connection)
        gone.set()

    script = Script([Connect()], until_closed(first=[Send(b"hello")]))

    async def run(port: int) -> None:
        asyncio.get_running_loop().call_soon(lambda: gone.wait(5))
        await script.driven(stream_place(port))

    with loopback(behave) as port:
        asyncio.run(run(port))
    assert script.told() == [("Connected",), ("Closed", "reset")]


# -- sending and reading side by side ------------------------------------------------------------------------


def test_a_big_send_does_not_hold_up_reading() -> None:
    ours, theirs = os.urandom(12_000_000), os.urandom(500_000)
    received = bytearray()

    def behave(connection: socket.socket) -> None:
        connection.sendall(theirs)
        while len(received) < len(ours) and (piece := connection.recv(1 << 16)):
            received.extend(piece)

    script = Script([Connect()], until_closed(first=[Send(ours[:5_000_000]), Send(ours[5_000_000:])]))
    with loopback(behave) as port:
        asyncio.run(script.driven(stream_place(port)))
    assert bytes(received) == ours
    assert script.told() == [("Connected",), ("Data", theirs), ("Closed", "fin")]


def test_a_peer_that_never_pauses_does_not_stop_the_clock() -> None:
    def behave(connection: socket.socket) -> None:
        while True:
            connection.sendall(bytes(1 << 16))

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            return [WakeAt(now() + 100_000)]
        return [Close(), DONE] if isinstance(event, Time) else []

    script = Script([Connect()], answer)
    with loopback(behave) as port:
        asyncio.run(script.driven(stream_place(port)))
    assert isinstance(script.events[-1], Time)
    assert any(isinstance(event, Data) for event in script.events)


def test_the_last_wake_at_counts_and_no_time_is_early() -> None:
    wanted = 0

    def answer(event: Event) -> list[Command]:
        nonlocal wanted
        if isinstance(event, Connected):
            wanted = event.at + 60_000
            return [WakeAt(event.at + 5_000_000), WakeAt(event.at + 1_000), WakeAt(wanted)]
        assert isinstance(event, Time)
        return [Close(), DONE] if event.at >= wanted else [WakeAt(wanted)]

    script = Script([Connect()], answer)
    with loopback(until_gone) as port:
        asyncio.run(script.driven(stream_place(port)))
    first = next(event for event in script.events if isinstance(event, Time))
    assert first.at >= wanted - 1


# -- no connection -------------------------------------------------------------------------------------------


def test_a_closed_port_refuses() -> None:
    script = Script([Connect()], until_closed())
    asyncio.run(script.driven(stream_place(closed_port(TCP))))
    assert script.told() == [("Failed", "refused")]


@pytest.mark.parametrize("kind", [TCP, UDP])
def test_out_of_descriptors_is_local(kind: socket.SocketKind) -> None:
    script = Script([Connect()], until_closed())
    place = stream_place(1) if kind == TCP else datagram_place(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def run() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1 + max(map(int, descriptors())), hard))
        held = []
        try:
            while True:
                held.append(os.dup(0))
        except OSError:
            await script.driven(place)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for one in held:
                os.close(one)

    asyncio.run(run())
    assert script.told() == [("Failed", "local")]


@pytest.mark.parametrize(
    ("has_address", "code"), [(True, "local"), (False, "unreachable")], ids=["no port", "no address"]
)
def test_no_port_left_is_local_and_no_address_to_come_from_is_not(
    monkeypatch: pytest.MonkeyPatch, has_address: bool, code: str
) -> None:
    class NoSource(socket.socket):
        def connect_ex(self, address: Any) -> int:
            if self.type == UDP and has_address:
                return super().connect_ex(address)
            return errno.EADDRNOTAVAIL

    script = Script([Connect()], until_closed())

    async def run() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", NoSource)
            await script.driven(stream_place(1))

    asyncio.run(run())
    assert script.told() == [("Failed", code)]


def test_a_socket_that_met_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(socket.socket):
        def getsockname(self) -> Any:
            return self.getpeername()

    script = Script([Connect()], until_closed())

    async def run(port: int) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", Own)
            await script.driven(stream_place(port))

    with loopback(until_gone) as port:
        asyncio.run(run(port))
    assert script.told() == [("Failed", "refused")]


def test_it_waits_for_no_client() -> None:
    with pytest.raises(ExchangeError):
        asyncio.run(Script([AwaitClient()], unexpected).driven(stream_place(1)))


# -- the library ---------------------------------------------------------------------------------------------

QUESTION = AskLibrary("certificate", "www.example", None, None)


def _done_when_answered(event: Event) -> list[Command]:
    return [DONE] if isinstance(event, LibraryAnswered) else []


def test_without_a_library_the_answer_is_none() -> None:
    script = Script([QUESTION], _done_when_answered)
    asyncio.run(script.driven(stream_place(1)))
    assert script.told() == [("LibraryAnswered", None)]


def test_the_library_is_asked_what_the_probe_asks() -> None:
    report = LibraryReport(certificates=(b"der",))
    asked: list[AskLibrary] = []

    async def ask(question: AskLibrary) -> LibraryReport:
        asked.append(question)
        await asyncio.sleep(0)
        return report

    script = Script([QUESTION], _done_when_answered)
    asyncio.run(script.driven(stream_place(1), ask))
    assert asked == [QUESTION]
    assert script.told() == [("LibraryAnswered", report)]


def test_a_library_that_fails_by_a_fault_of_ours_is_not_hidden() -> None:
    async def ask(question: AskLibrary) -> LibraryReport:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Script([QUESTION], unexpected).driven(stream_place(1), ask))


def test_a_library_is_let_go_when_the_probe_does_not_wait() -> None:
    ends: list[str] = []

    async def ask(question: AskLibrary) -> LibraryReport:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append("let go")
        return LibraryReport()

    script = Script([QUESTION, WakeAt(now() + 1000)], lambda event: [DONE])

    async def run() -> list[str]:
        await script.driven(stream_place(1), ask)
        return list(ends)

    assert asyncio.run(run()) == ["let go"]
    assert script.told() == [("Time",)]


# -- letting go ----------------------------------------------------------------------------------------------


async def _settled(before: set[str]) -> bool:
    """Whether all descriptors but those are closed; those of a peer's thread close a little later."""
    for _ in range(200):
        if descriptors() == before:
            return True
        await asyncio.sleep(0.02)
    return False


@pytest.mark.parametrize("kind", ["connecting", "stream", "datagram", "library"])
def test_cancelled_it_closes_everything(kind: str) -> None:
    closed = threading.Event()

    def behave(connection: socket.socket) -> None:
        until_gone(connection)
        closed.set()

    async def ask(question: AskLibrary) -> LibraryReport:
        with socket.socket():
            await asyncio.sleep(60)
        return LibraryReport()

    async def run(port: int) -> None:
        before = descriptors()
        first: list[Command] = [QUESTION] if kind == "library" else [Connect()]
        script = Script(first, lambda event: [Send(bytes(100))] if isinstance(event, Connected) else [])
        place = datagram_place(port) if kind == "datagram" else stream_place(port)
        driving = asyncio.create_task(script.driven(place, ask))
        await asyncio.sleep(0 if kind == "connecting" else 0.05)
        await asyncio.sleep(0)
        assert descriptors() != before
        driving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await driving
        assert await _settled(before)

    with loopback(behave) as port:
        asyncio.run(run(port))
    assert closed.is_set() or kind in ("datagram", "library", "connecting")


def test_a_fault_in_the_probe_is_raised_and_closes_everything() -> None:
    async def run(port: int) -> None:
        before = descriptors()
        with pytest.raises(ExchangeError):
            await Script([Connect()], unexpected).driven(stream_place(port))
        assert await _settled(before)

    with loopback(until_gone) as port:
        asyncio.run(run(port))
