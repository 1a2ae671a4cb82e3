"""`look` as a whole: how much at once, in which order, what is sent, and that nothing is lost or left behind."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hemostat.api.targets import read_target
from hemostat.detect.drivers.place import Place, place_of
from hemostat.detect.network import Look, Options, Way, look
from hemostat.exchange import Done, Probe
from hemostat.targets import Target
from hemostat.wire.handshake import HandshakeReader
from hemostat.wire.hello import read_client_hello
from hemostat.wire.records import RecordReader
from tests.detect.drivers.library_peer import loopback
from tests.detect.drivers.scripted import descriptors
from tests.detect.network import hostile
from tests.detect.network.looking import QUICK, connections, look_at, look_once, settled, verdict_of

MODULE = importlib.import_module("hemostat.detect.network.looks")
LOOPBACK = "127.0.0.1"


def known(**names: list[str]) -> Callable[[Target], Coroutine[Any, Any, list[Place]]]:
    """A resolver that knows these names, without their `.test`, and no others."""

    async def resolver(target: Target) -> list[Place]:
        addresses = names.get(target.host.removesuffix(".test"))
        if addresses is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            place_of(socket.AF_INET6, socket.SOCK_STREAM, (each, target.port, 0, 0))
            if ":" in each
            else place_of(socket.AF_INET, socket.SOCK_STREAM, (each, target.port))
            for each in addresses
        ]

    return resolver


def targets(count: int) -> Iterator[Target]:
    """Literal targets, each its own port."""
    return (read_target(f"{LOOPBACK}:{port}") for port in range(1, count + 1))


class Drives:
    """Stands in for `drive`: each probe ends when it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(MODULE, "drive", self)
        self.ports: list[int] = []
        self.cancelled: list[int] = []
        self.most = 0
        self._gates: dict[int, asyncio.Event] = {}

    async def __call__(self, probe: Probe, place: Place, ask: object) -> Done:
        port = place.address[1]
        self.ports.append(port)
        self._gates[port] = asyncio.Event()
        self.most = max(self.most, len(self._gates))
        try:
            await self._gates[port].wait()
        except asyncio.CancelledError:
            self.cancelled.append(port)
            raise
        finally:
            del self._gates[port]
        return Done({"connections": []}, {})

    def end(self, *ports: int) -> None:
        for port in ports or tuple(self._gates):
            self._gates[port].set()

    @property
    def running(self) -> list[int]:
        return sorted(self._gates)


async def turns(count: int = 20) -> None:
    """Let the loop go round."""
    for _ in range(count):
        await asyncio.sleep(0)


# -- how much at once ----------------------------------------------------------------------------------------


def test_so_many_at_once_and_no_more_targets_read_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drives = Drives(monkeypatch)
    read = 0

    def counted() -> Iterator[Target]:
        nonlocal read
        for target in targets(1000):
            read += 1
            yield target

    async def run() -> None:
        async with aclosing(look(counted(), Options(concurrency=4))) as looks:
            first = asyncio.create_task(anext(looks))
            await turns()
            assert drives.running == [1, 2, 3, 4]
            assert read == 4 + 8
            drives.end(3)
            assert (await first).target.port == 3
            await turns()
            assert drives.running == [1, 2, 4, 5]
            assert read == 5 + 8

    asyncio.run(run())
    assert drives.most == 4


def test_looks_that_nobody_takes_make_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)

    async def run() -> None:
        async with aclosing(look(targets(1000), Options(concurrency=4))) as looks:
            first = asyncio.create_task(anext(looks))
            await turns()
            drives.end(1)
            await first
            for _ in range(5):
                await turns()
                drives.end(*drives.running)
            await turns()
            assert len(drives.ports) == 5

    asyncio.run(run())


def test_thousands_of_targets_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)

    async def end_them() -> None:
        while True:
            await turns(3)
            drives.end(*drives.running[10:])

    async def run() -> list[int]:
        ending = asyncio.create_task(end_them())
        found = [seen.target.port async for seen in look(targets(3000), Options(concurrency=50))]
        ending.cancel()
        return found

    assert sorted(asyncio.run(run())) == list(range(1, 3001))
    assert drives.most <= 50


def test_answers_come_in_the_order_in_which_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)

    async def run() -> list[int]:
        found = []
        async with aclosing(look(targets(3))) as looks:
            for port in (2, 3, 1):
                following = asyncio.ensure_future(anext(looks))
                await turns()
                drives.end(port)
                found.append((await following).target.port)
        return found

    assert asyncio.run(run()) == [2, 3, 1]


def test_a_slow_name_holds_up_no_other() -> None:
    asked = asyncio.Event()

    async def resolver(target: Target) -> list[Place]:
        if target.host == "slow.test":
            await asked.wait()
        return await known(slow=[LOOPBACK], quick=[LOOPBACK])(target)

    async def run() -> list[str]:
        found = []
        async for seen in look(map(read_target, ["slow.test:1", "quick.test:1"]), QUICK, resolver=resolver):
            found.append(seen.target.host)
            asked.set()
        return found

    assert asyncio.run(run()) == ["quick.test", "slow.test"]


# -- which addresses, how often ------------------------------------------------------------------------------


def test_every_address_of_a_name_is_asked_as_often_as_wanted() -> None:
    resolver = known(www=["127.0.0.1", "127.0.0.2", "::1"])
    looks = look_at("www.test:1", replace(QUICK, looks=3), resolver=resolver)
    assert sorted((each.address, each.number) for each in looks) == [
        (address, number) for address in ("127.0.0.1", "127.0.0.2", "::1") for number in (1, 2, 3)
    ]
    for each in looks:
        assert each.facts is not None
        assert each.facts["host"] == "www.test"
        assert each.facts["address"] == each.address
        assert verdict_of(each)[:2] == ("unreachable", "refused")


def test_one_address_alone_where_that_is_wanted() -> None:
    resolver = known(www=["127.0.0.2", "127.0.0.1"])
    (seen,) = look_at("www.test:1", replace(QUICK, all_addresses=False), resolver=resolver)
    assert seen.address == "127.0.0.2"


def test_a_link_local_address_keeps_its_interface() -> None:
    seen = look_once("[fe80::1%lo]:1")
    assert seen.address == "fe80::1%lo"
    assert seen.facts is not None
    assert (seen.facts["host"], seen.facts["address"]) == (None, "fe80::1%lo")
    assert verdict_of(seen).word == "unreachable"


def test_an_interface_that_is_not_here_is_unreachable() -> None:
    seen = look_once("[fe80::1%nowhere0]:1")
    assert seen.address == "fe80::1%nowhere0"
    assert verdict_of(seen)[:2] == ("unreachable", "unreachable")


def test_a_name_without_address() -> None:
    before = datetime.now(UTC)
    (seen,) = look_at("nowhere.test", resolver=known())
    assert seen[1:6] == (None, 1, None, {}, "dns")
    assert before <= seen.observed_at <= datetime.now(UTC)


def test_a_name_with_no_usable_address() -> None:
    (seen,) = look_at("blocked.test", resolver=known(blocked=[]))
    assert seen.failure == "dns"


def test_a_resolver_that_hangs_has_the_time_of_an_answer() -> None:
    async def resolver(target: Target) -> list[Place]:
        await asyncio.sleep(60)
        return []

    (seen,) = look_at("slow.test", replace(QUICK, timeout=0.05), resolver=resolver)
    assert seen.failure == "resolver"


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (socket.EAI_NONAME, "dns"),
        (socket.EAI_FAMILY, "dns"),
        (socket.EAI_AGAIN, "resolver"),
        (socket.EAI_FAIL, "resolver"),
    ],
)
def test_a_name_that_is_not_there_and_a_resolver_that_is_not_are_two_things(
    number: int, failure: str
) -> None:
    async def resolver(target: Target) -> list[Place]:
        raise socket.gaierror(number, "so the system says")

    (seen,) = look_at("www.test", resolver=resolver)
    assert seen.failure == failure


def test_a_machine_that_cannot_even_ask() -> None:
    async def resolver(target: Target) -> list[Place]:
        raise OSError("out of threads")

    (seen,) = look_at("www.test", resolver=resolver)
    assert seen.failure == "local"


# -- what is recalled ----------------------------------------------------------------------------------------


def test_what_is_recalled_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)
    then = datetime(2014, 4, 8, tzinfo=UTC)
    asked: list[tuple[int, str]] = []

    def recall(target: Target, way: Way) -> list[Look]:
        asked.append((target.port, way.address))
        return [Look(target, way.address, n, {}, {}, None, then) for n in range(1, target.port)]

    async def run() -> list[tuple[int, bool]]:
        found = []
        async with aclosing(look(targets(3), Options(concurrency=1), recall=recall)) as looks:
            for _ in range(4):
                following = asyncio.ensure_future(anext(looks))
                await turns()
                drives.end()
                seen = await following
                found.append((seen.target.port, seen.observed_at == then))
        return found

    assert asyncio.run(run()) == [(1, False), (2, True), (3, True), (3, True)]
    assert asked == [(port, LOOPBACK) for port in (1, 2, 3)]
    assert drives.ports == [1]


# -- names sent ----------------------------------------------------------------------------------------------


def names_heard(written: str, options: Options) -> list[str | None]:
    """The server names that a peer hears which closes on each hello."""
    heard: list[str | None] = []

    def behave(connection: socket.socket) -> None:
        (record,) = RecordReader().feed(hostile.hear(connection))
        (message,) = HandshakeReader().feed(record.body)
        heard.append(read_client_hello(message.body).name)
        hostile.closes_at_once(connection)

    with loopback(behave) as port:
        look_at(written.format(port), options, resolver=known(www=[LOOPBACK]))
    return heard


def test_the_name_and_once_without() -> None:
    assert names_heard("www.test:{}", QUICK)[:2] == ["www.test", None]


def test_another_name_and_once_without() -> None:
    assert names_heard("www.test:{}", replace(QUICK, sni="other.test"))[:2] == ["other.test", None]
    assert names_heard("127.0.0.1:{}", replace(QUICK, sni="other.test"))[:2] == ["other.test", None]


def test_no_name_and_once_with() -> None:
    assert names_heard("www.test:{}", replace(QUICK, sni=""))[:2] == [None, "www.test"]


def test_no_name_for_an_address() -> None:
    assert set(names_heard("127.0.0.1:{}", QUICK)) == {None}


# -- time and retries ----------------------------------------------------------------------------------------


def test_the_time_of_an_answer_is_its_budget_and_a_timeout_is_retried() -> None:
    # A queue that is full lets no further connection come about.
    with socket.socket() as full, socket.socket() as other:
        full.bind((LOOPBACK, 0))
        full.listen(0)
        other.connect(full.getsockname())
        target = f"{LOOPBACK}:{full.getsockname()[1]}"
        seen = look_once(target, Options(timeout=0.5, retries=1))
    assert seen.facts is not None
    assert seen.facts["budget"]["microseconds"] == 500_000
    assert verdict_of(seen)[:2] == ("unreachable", "timeout")
    assert [each["failure"] for each in connections(seen)] == ["timeout", "timeout"]
    assert connections(seen)[1]["started"] >= 250_000


# -- ends ----------------------------------------------------------------------------------------------------


async def first_then_cancel(
    looks: AsyncGenerator[Look, None], drives: Drives, ended: tuple[int, ...]
) -> list[int]:
    """Take looks in a task that is cancelled once `ended` are over; the ports of those that it got."""
    found: list[int] = []

    async def take() -> None:
        async for seen in looks:
            found.append(seen.target.port)  # noqa: PERF401 - those before the end count

    taking = asyncio.create_task(take())
    await turns()
    drives.end(*ended)
    # In this turn the probes end; their looks would be taken in the next.
    await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    return found


def test_cancelled_it_gives_what_is_over_and_gives_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)

    async def run() -> list[int]:
        return await first_then_cancel(look(targets(1000), Options(concurrency=6)), drives, (2, 5, 6))

    assert sorted(asyncio.run(run())) == [2, 5, 6]
    assert sorted(drives.cancelled) == [1, 3, 4]


def test_closed_it_gives_up_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = Drives(monkeypatch)

    async def run() -> set[asyncio.Task[Any]]:
        looks = look(targets(1000), Options(concurrency=3))
        following = asyncio.ensure_future(anext(looks))
        await turns()
        drives.end(1)
        await following
        await looks.aclose()
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(run()) == set()
    assert drives.running == []


def test_cancelled_no_descriptor_is_left() -> None:
    async def run(port: int) -> None:
        before = descriptors()

        async def take() -> None:
            async for _ in look([read_target(f"{LOOPBACK}:{port}")] * 20):
                pass

        taking = asyncio.create_task(take())
        await asyncio.sleep(0.1)
        assert len(descriptors() - before) >= 20
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
        assert await settled(before)

    with loopback(hostile.is_silent) as port:
        asyncio.run(run(port))


def test_targets_may_have_to_be_waited_for() -> None:
    over = asyncio.Event()

    async def slow() -> AsyncIterator[Target]:
        for target in targets(2):
            yield target
            await over.wait()
            over.clear()

    async def run() -> list[int]:
        found = []
        async for seen in look(slow(), QUICK):
            found.append(seen.target.port)
            over.set()
        return found

    assert asyncio.run(asyncio.wait_for(run(), 20)) == [1, 2]


def test_targets_that_break_off_are_told_after_the_looks_before() -> None:
    def broken() -> Iterator[Target]:
        yield from targets(3)
        raise UnicodeError("a list that is none")

    found: list[int] = []

    async def run() -> None:
        async for seen in look(broken(), QUICK):
            found.append(seen.target.port)  # noqa: PERF401 - those before it breaks off count

    with pytest.raises(UnicodeError, match="none"):
        asyncio.run(run())
    assert sorted(found) == [1, 2, 3]


def test_a_fault_of_ours_at_one_peer_is_raised_when_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.import_module("hemostat.detect.drivers.asynchronous").drive

    async def faulty(probe: Probe, place: Place, ask: Any) -> Done:
        if place.address[1] == 2:
            raise ZeroDivisionError
        done: Done = await real(probe, place, ask)
        return done

    monkeypatch.setattr(MODULE, "drive", faulty)
    seen: list[int] = []

    async def run() -> None:
        async for each in look(targets(4), replace(QUICK, concurrency=1)):
            seen.append(each.target.port)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
    assert seen == [1, 3, 4]


def test_no_targets_no_looks() -> None:
    assert look_at([]) == []
