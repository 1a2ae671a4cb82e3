"""The driver alone over UDP, with scripted probes on real sockets: associations, refusals, and a loop that is late."""

import asyncio
import errno
import os
import socket
import time
from typing import Any

import pytest

from hemostat.detect.drivers.asynchronous import now
from hemostat.exchange import Close, Command, Connect, Connected, Data, Event, Send, Time, WakeAt
from tests.detect.drivers.scripted import (
    DONE,
    LOOPBACK,
    Script,
    closed_port,
    datagram_place,
    datagram_server,
    until_closed,
)

UDP = socket.SOCK_DGRAM


def test_each_association_has_a_port_of_its_own_and_hears_nothing_of_the_last() -> None:
    asked: list[Any] = []

    def echo(own: socket.socket, data: bytes, sender: Any) -> None:
        asked.append(sender)
        own.sendto(data + b"!", sender)
        if len(asked) > 1:
            own.sendto(b"late", asked[0])

    def answer(event: Event) -> list[Command]:
        connected = sum(isinstance(each, Connected) for each in script.events)
        if isinstance(event, Connected):
            return [Send(f"{connected}".encode())]
        assert isinstance(event, Data)
        return [Close(), Connect()] if connected < 3 else [Close(), DONE]

    script = Script([Connect()], answer)
    with datagram_server(echo) as port:
        asyncio.run(script.driven(datagram_place(port)))
    assert script.told() == [part for n in (1, 2, 3) for part in (("Connected",), ("Data", f"{n}!".encode()))]
    assert len(set(asked)) == 3


@pytest.mark.parametrize("writes", [1, 3])
def test_nobody_listening_is_a_reset(writes: int) -> None:
    script = Script([Connect()], until_closed(first=[Send(b"hello")] * writes))
    asyncio.run(script.driven(datagram_place(closed_port(UDP))))
    assert script.told() == [("Connected",), ("Closed", "reset")]


def test_a_refusal_is_not_told_to_the_next_association() -> None:
    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected) and len(script.events) == 1:
            return [Send(b"1"), Send(b"2"), Close(), Connect(), WakeAt(now() + 50_000)]
        return [] if isinstance(event, Connected) else [Close(), DONE]

    script = Script([Connect()], answer)
    asyncio.run(script.driven(datagram_place(closed_port(UDP))))
    assert script.told() == [("Connected",), ("Connected",), ("Time",)]


def test_datagrams_before_a_refusal_are_given_first() -> None:
    with socket.socket(socket.AF_INET, UDP) as peer:
        peer.bind((LOOPBACK, 0))

        def answer(event: Event) -> list[Command]:
            if isinstance(event, Connected):
                return [Send(b"1"), WakeAt(now())]
            if isinstance(event, Time):
                _, sender = peer.recvfrom(100)
                peer.sendto(b"one", sender)
                peer.sendto(b"two", sender)
                peer.close()
                # The first is refused; the second is told so by the system, while two answers lie unread.
                return [Send(b"2"), Send(b"3")]
            return until_closed()(event)

        script = Script([Connect()], answer)
        asyncio.run(script.driven(datagram_place(peer.getsockname()[1])))
    assert script.told() == [("Connected",), ("Time",), ("Data", b"onetwo"), ("Closed", "reset")]


class _Broken(socket.socket):
    """A socket on which one call fails."""

    call, number = "", 0

    def _may_fail(self, call: str) -> None:
        if call == self.call:
            raise OSError(self.number, os.strerror(self.number))

    def send(self, *arguments: Any) -> int:
        self._may_fail("send")
        return super().send(*arguments)

    def recv(self, *arguments: Any) -> bytes:
        self._may_fail("recv")
        return super().recv(*arguments)


@pytest.mark.parametrize("call", ["send", "recv"])
@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EHOSTUNREACH, ("Failed", "unreachable")),
        (errno.EPERM, ("Failed", "unreachable")),
        (errno.ECONNREFUSED, ("Closed", "reset")),
        (errno.EMSGSIZE, ("Time",)),
        (errno.ENOBUFS, ("Time",)),
    ],
)
def test_what_the_network_says_of_a_datagram(
    monkeypatch: pytest.MonkeyPatch, call: str, number: int, told: tuple[str, ...]
) -> None:
    monkeypatch.setattr(_Broken, "call", call)
    monkeypatch.setattr(_Broken, "number", number)

    def echo(own: socket.socket, data: bytes, sender: Any) -> None:
        own.sendto(data, sender)

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            return [Send(b"hello"), WakeAt(now() + 100_000)]
        return [] if isinstance(event, Data) else [Close(), DONE]

    script = Script([Connect()], answer)

    async def run(port: int) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", _Broken)
            await script.driven(datagram_place(port))

    with datagram_server(echo) as port:
        asyncio.run(run(port))
    assert [each for each in script.told() if each[0] != "Data"] == [("Connected",), told]


def test_what_lies_unread_comes_before_a_time_that_is_late() -> None:
    def answer_thrice(own: socket.socket, _: bytes, sender: Any) -> None:
        time.sleep(0.02)
        for word in (b"1", b"2", b"3"):
            own.sendto(word, sender)

    def answer(event: Event) -> list[Command]:
        if isinstance(event, Connected):
            return [Send(b"?"), WakeAt(now() + 1000)]
        return [Close(), DONE] if isinstance(event, Time) else []

    script = Script([Connect()], answer)

    async def run(port: int) -> None:
        # Behind `Connected`: this turn of the loop ends long after the answers came and the time was up.
        asyncio.get_running_loop().call_later(0, time.sleep, 0.2)
        await script.driven(datagram_place(port))

    with datagram_server(answer_thrice) as port:
        asyncio.run(run(port))
    assert script.told() == [("Connected",), ("Data", b"123"), ("Time",)]
