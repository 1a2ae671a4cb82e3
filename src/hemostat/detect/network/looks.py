"""`look`: probes all addresses of all targets, so many side by side, and gives each answer when it is there."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar

from hemostat.detect.drivers.asynchronous import drive, now
from hemostat.detect.drivers.place import Place
from hemostat.detect.network.descriptors import room
from hemostat.detect.network.options import Options
from hemostat.detect.network.proxying import ProxyPlaces, Way
from hemostat.detect.network.resolve import Resolver, SystemResolver, places_of
from hemostat.dialects import dialects
from hemostat.evidence import Observation
from hemostat.exchange import AskLibrary, LibraryReport, Peer, Probe
from hemostat.targets import Target

__all__ = ["Look", "Recall", "look", "one_by_one"]

_T = TypeVar("_T")

_AHEAD: Final = 2
"""Targets that wait, for each probe that may be under way: names are looked up while others are asked."""
_LIBRARY_ENDS_BEFORE: Final = 50_000
"""Microseconds before the deadline at which a library has to tell what it has: at the deadline nobody listens."""


class Look(NamedTuple):
    """One probe of one address: its facts (kind `probe`) and the certificates that they name, by SHA-256.

    `number` counts the looks at that address from 1. `observed_at`: when it began. Where a target has no address,
    `address` and `facts` are None and `failure` says why: `dns`; `resolver` where nobody could be asked for it; `local`
    where this machine could not even ask; `proxy-down` and `proxy-udp` where a proxy leads to none. `kept`: its
    observation, where it was not made now but recalled.
    """

    target: Target
    address: str | None
    number: int
    facts: dict[str, Any] | None
    certificates: dict[str, bytes]
    failure: str | None
    observed_at: datetime
    kept: Observation | None = None


Recall = Callable[[Target, Way], Sequence[Look]]
"""Earlier looks at this target on this way that are as good as new ones; none: look."""


async def one_by_one(items: Iterable[_T] | AsyncIterable[_T]) -> AsyncGenerator[_T, None]:
    """What is given, whether or not it has to be waited for."""
    if isinstance(items, AsyncIterable):
        async for each in items:
            yield each
    else:
        for each in items:
            yield each


async def look(
    targets: Iterable[Target] | AsyncIterable[Target],
    options: Options | None = None,
    *,
    resolver: Resolver | None = None,
    recall: Recall | None = None,
) -> AsyncGenerator[Look, None]:
    """Probe each address of each target; give each look when it is over, in the order in which they end.

    `targets` is read as there is room, in the event loop: where reading it blocks it should be asynchronous. What it
    raises is raised here, after the looks at all targets before. Where the caller takes no looks, no new probes
    begin. `resolver`: in place of the system's. `recall` is asked of each way before anything is sent there. Of
    `options.concurrency` there are as many probes at once as there are descriptors for when it begins (`make_room`
    raises their limit).

    Cancelled, it gives up what is under way, gives the looks that are over, and ends with CancelledError. Closed, it
    just ends. Nothing outlives it but, for a while, a thread that waits for the system's resolver.
    """
    options = options or Options()
    fits = room(options.concurrency)
    asked_for_names = resolver or SystemResolver(fits.questions)
    looking = _Looking(options, asked_for_names, recall or (lambda target, way: ()), fits.probes)
    reading = asyncio.create_task(looking.read(targets))
    reading.add_done_callback(lambda _: looking.answers.put_nowait(None))
    try:
        while (answer := await looking.answers.get()) is not None:
            yield looking.taken(answer)
        reading.result()
    except asyncio.CancelledError:
        reading.cancel()
        await asyncio.wait([reading])
        while not looking.answers.empty():
            answer = looking.answers.get_nowait()
            if answer is not None:
                yield answer.look
        raise
    finally:
        reading.cancel()
        await asyncio.wait([reading])
        if not reading.cancelled():
            reading.exception()  # Told above, or of no use to one who has gone.


class _Answer(NamedTuple):
    """A look that is over, and where there is room for another once it is taken."""

    look: Look
    room: asyncio.Semaphore


class _Looking:
    """One call of `look`: what is under way, and how much more there is room for."""

    def __init__(self, options: Options, resolver: Resolver, recall: Recall, most: int) -> None:
        self.answers: asyncio.Queue[_Answer | None] = asyncio.Queue()
        self._broken: Exception | None = None
        self._options, self._resolver, self._recall = options, resolver, recall
        self._proxy = None if options.proxy is None else ProxyPlaces(options.proxy, resolver)
        self._probes = asyncio.Semaphore(most)
        self._targets = asyncio.Semaphore(_AHEAD * most)

    def taken(self, answer: _Answer) -> Look:
        answer.room.release()
        return answer.look

    async def read(self, targets: Iterable[Target] | AsyncIterable[Target]) -> None:
        """Start on each target as there is room; over when all are. Raises what `targets` raises, then; or, where a
        probe failed by a fault of ours, that: no fault at one peer costs the answers of others.
        """
        broken: Exception | None = None
        async with asyncio.TaskGroup() as group, aclosing(one_by_one(targets)) as source:
            while broken is None:
                await self._targets.acquire()
                try:
                    target = await anext(source)
                except StopAsyncIteration:
                    break
                except Exception as error:  # noqa: BLE001 - raised below, when what was begun is over
                    broken = error
                else:
                    group.create_task(self._target(group, target))
        broken = broken or self._broken
        if broken is not None:
            raise broken

    async def _target(self, group: asyncio.TaskGroup, target: Target) -> None:
        observed_at = datetime.now(UTC)
        try:
            async with asyncio.timeout(self._options.seconds(target)):
                ways, failure = await self._ways(target)
        except OSError as error:
            ways, failure = [], _why_nowhere(error)
        if not ways:
            nowhere = Look(target, None, 1, None, {}, failure, observed_at)
            self.answers.put_nowait(_Answer(nowhere, self._targets))
            return
        for way in ways if self._options.all_addresses else ways[:1]:
            recalled = self._recall(target, way)
            for earlier in recalled:
                await self._probes.acquire()
                self.answers.put_nowait(_Answer(earlier, self._probes))
            if recalled:
                continue
            for number in range(1, self._options.looks + 1):
                await self._probes.acquire()
                group.create_task(self._probe(target, way, number))
        self._targets.release()

    async def _ways(self, target: Target) -> tuple[list[Way], str]:
        """Where to connect for each address of a target; where nowhere, why. Raises OSError as the resolver does."""
        if self._proxy is not None:
            return await self._proxy.ways(target)
        places = await places_of(target, self._resolver)
        return [Way(place, place.written, None) for place in places], "dns"

    async def _probe(self, target: Target, way: Way, number: int) -> None:
        observed_at, started = datetime.now(UTC), now()
        deadline = started + round(self._options.seconds(target) * 1e6)
        place, dialect = way.place, dialects()[target.dialect]
        probe = Probe(
            "server",
            Peer(None if target.address else target.host, way.address, target.port),
            dialect,
            os.urandom,
            started=started,
            deadline=deadline,
            names=self._options.server_names(target),
            retries=self._options.retries,
            seconds=round(observed_at.timestamp()),
            key=self._options.key,
            via=way.via,
        )

        async def ask(question: AskLibrary) -> LibraryReport | None:
            return await _ask_library(question, place, deadline)

        try:
            done = await drive(probe, place, ask if dialect.records == "tls" else None)
        except Exception as error:  # noqa: BLE001 - raised by `read`, when the others are over
            self._broken = self._broken or error
            self._probes.release()
            return
        seen = Look(target, way.address, number, done.facts, done.certificates, None, observed_at)
        self.answers.put_nowait(_Answer(seen, self._probes))


def _why_nowhere(error: OSError) -> str:
    """Why a name came to no address: there is none, nobody could be asked, or this machine could not even ask."""
    if isinstance(error, TimeoutError):
        return "resolver"
    if isinstance(error, socket.gaierror):
        return "resolver" if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL) else "dns"
    return "local"


async def _ask_library(question: AskLibrary, place: Place, deadline: int) -> LibraryReport:
    # Here, as a look that asks none needs none of it.
    from hemostat.detect.drivers import library

    left = deadline - _LIBRARY_ENDS_BEFORE - now()
    return await library.ask(question, place, asyncio.get_running_loop().time() + left / 1e6)
