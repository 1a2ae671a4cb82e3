"""Names to addresses: all of them, by threads that hold up nobody."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from hemostat.api.targets import read_target
from hemostat.detect.drivers.place import Place, place_of
from hemostat.detect.network.resolve import SystemResolver, places_of
from hemostat.targets import Target

Answer = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


def v4(address: str, port: int = 443, kind: socket.SocketKind = socket.SOCK_STREAM) -> Answer:
    return socket.AF_INET, kind, 6, "", (address, port)


def v6(address: str, scope: int = 0, port: int = 443) -> Answer:
    return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, scope)


def system_says(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., list[Answer]]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answer)


def resolve(written: str) -> list[Place]:
    async def run() -> list[Place]:
        return await places_of(read_target(written), SystemResolver())

    return asyncio.run(run())


def test_the_system_knows_this_machine() -> None:
    assert {"127.0.0.1", "::1"} & {place.written for place in resolve("localhost:4433")}
    assert {place.address[1] for place in resolve("localhost:4433")} == {4433}


def test_what_the_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(host: bytes, port: int, **rest: Any) -> list[Answer]:
        asked.append((host, port, rest["type"]))
        return [v4("192.0.2.1")]

    system_says(monkeypatch, answer)
    resolve("www.example:8443")
    resolve("dtls://bücher.example.")
    assert asked == [
        (b"www.example", 8443, socket.SOCK_STREAM),
        (b"xn--bcher-kva.example.", 4433, socket.SOCK_DGRAM),
    ]


def test_all_addresses_in_the_systems_order_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    system_says(
        monkeypatch,
        lambda *_, **__: [v6("2001:db8::7"), v4("192.0.2.7"), v6("fe80::1", 1), v6("2001:DB8:0::7")],
    )
    lo = socket.if_indextoname(1)
    assert [place.written for place in resolve("www.example")] == [
        "2001:db8::7",
        "192.0.2.7",
        f"fe80::1%{lo}",
    ]


@pytest.mark.parametrize("address", ["0.0.0.0", "255.255.255.255", "224.0.0.251"])
def test_an_address_of_no_host_leads_nowhere(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    system_says(monkeypatch, lambda *_, **__: [v4(address), v6("::"), v6("ff02::1", 1)])
    assert resolve("blocked.example") == []


def test_a_name_without_address_is_the_systems_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: Any, **__: Any) -> list[Answer]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    system_says(monkeypatch, answer)
    with pytest.raises(socket.gaierror):
        resolve("nowhere.example")


def test_a_literal_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolver(target: Target) -> list[Place]:
        raise AssertionError("asked")

    async def run(written: str) -> list[Place]:
        return await places_of(read_target(written), resolver)

    system_says(monkeypatch, lambda *_, **__: [])
    assert asyncio.run(run("192.0.2.7:80")) == [
        place_of(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.7", 80))
    ]
    assert asyncio.run(run("dtls://[2001:db8::7]")) == [
        place_of(socket.AF_INET6, socket.SOCK_DGRAM, ("2001:db8::7", 4433, 0, 0))
    ]


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, free = threading.Semaphore(0), threading.Event()

    def answer(*_: Any, **__: Any) -> list[Answer]:
        hanging.release()
        free.wait(30)
        return [v4("192.0.2.7")]

    system_says(monkeypatch, answer)

    async def run() -> int:
        resolver = SystemResolver(most=2)
        for _ in range(4):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await resolver(read_target("www.example"))
        hung = [thread for thread in threading.enumerate() if thread.name == "resolve www.example"]
        assert all(thread.daemon for thread in hung)
        # Those that came back make room again.
        free.set()
        assert len(await resolver(read_target("www.example"))) == 1
        return len(hung)

    assert asyncio.run(run()) == 2


def test_an_answer_after_the_loops_end_troubles_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    def answer(*_: Any, **__: Any) -> list[Answer]:
        free.wait(30)
        return [v4("192.0.2.7")]

    system_says(monkeypatch, answer)

    async def run() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await SystemResolver()(read_target("late.example"))

    asyncio.run(run())
    late = [thread for thread in threading.enumerate() if thread.name == "resolve late.example"]
    free.set()
    for thread in late:
        thread.join(10)
    assert len(late) == 1
    assert not late[0].is_alive()


def test_no_thread_left_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def run() -> None:
        resolver = SystemResolver(most=1)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start)
            with pytest.raises(OSError, match="threads"):
                await resolver(read_target("localhost"))
        # The room that it had is free again.
        assert await resolver(read_target("localhost"))

    asyncio.run(run())


def test_questions_are_asked_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3, timeout=10)

    def answer(*_: Any, **__: Any) -> list[Answer]:
        together.wait()
        time.sleep(0.01)
        return [v4("192.0.2.7")]

    system_says(monkeypatch, answer)

    async def run() -> list[list[Place]]:
        resolver = SystemResolver()
        return await asyncio.gather(*[resolver(read_target(f"{n}.example")) for n in "abc"])

    assert [len(places) for places in asyncio.run(run())] == [1, 1, 1]
