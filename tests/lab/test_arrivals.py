"""Edge-triggered readiness."""

import asyncio
import select
import socket

import pytest

from hemostat.lab.arrivals import Arrivals
from hemostat.lab.errors import LabError

PATIENCE = 30


async def is_set(event: asyncio.Event) -> bool:
    async with asyncio.timeout(PATIENCE):
        await event.wait()
    event.clear()
    return True


async def settle() -> None:
    """Several turns of the loop, each of which looks at its sockets."""
    for _ in range(5):
        await asyncio.sleep(0)


async def each_arrival_is_told_once() -> None:
    arrivals = Arrivals()
    own, other = socket.socketpair()
    with own, other:
        event = arrivals.watch(own)
        await settle()
        assert not event.is_set()
        other.send(b"first")
        assert await is_set(event)
        await settle()
        # What lies unread wakes nobody.
        assert not event.is_set()
        other.send(b"second")
        assert await is_set(event)
        assert own.recv(100) == b"firstsecond"
        await settle()
        assert not event.is_set()
        other.shutdown(socket.SHUT_WR)
        assert await is_set(event)
        arrivals.forget(own)
        arrivals.forget(own)
        other.close()
        await settle()
        assert not event.is_set()
    arrivals.close()


async def what_is_there_already_is_told_at_once() -> None:
    arrivals = Arrivals()
    own, other = socket.socketpair()
    with own, other:
        other.send(b"early")
        assert await is_set(arrivals.watch(own))
    arrivals.close()


def test_each_arrival_is_told_once() -> None:
    asyncio.run(each_arrival_is_told_once())


def test_what_is_there_already_is_told_at_once() -> None:
    asyncio.run(what_is_there_already_is_told_at_once())


def test_a_system_without_epoll_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def make() -> None:
        Arrivals()

    monkeypatch.delattr(select, "epoll")
    with pytest.raises(LabError, match="needs epoll"):
        asyncio.run(make())
