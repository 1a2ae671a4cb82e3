"""`look`: probes all addresses of all targets, so many side by side, and gives each answer when it is there."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from hemostat.detect.drivers.asynchronous import Place, drive, now
from hemostat.detect.network.resolve import Resolver, system_resolver
from hemostat.dialects import dialects
from hemostat.exchange import AskLibrary, LibraryReport, Peer, Probe
from hemostat.targets import Target

__all__ = ["Look", "Options", "look"]

_AHEAD: Final = 2
"""Targets under way, for each probe that may be: names are looked up while others are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    sni            server name for all targets; None: each target's own; empty: none
    timeout        seconds for one answer, with all its connections, from the start of its probe; a name has as many
    retries        how often a connection that timed out is tried again, within that time
    concurrency    probes at once
    looks          probes of each address
    all_addresses  probe every address of a name; False: the first

    Raises ValueError for what makes no sense.
    """

    sni: str | None = None
    timeout: float = 20.0
    retries: int = 1
    concurrency: int = 64
    looks: int = 1
    all_addresses: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.timeout <= 3600:
            raise ValueError("a timeout is more than 0 and at most 3600 seconds")
        if self.retries < 0 or self.concurrency < 1 or self.looks < 1:
            raise ValueError("retries is at least 0; concurrency and looks are at least 1")


class Look(NamedTuple):
    """One probe of one address: its facts (kind `probe`) and the certificates that they name, by SHA-256.

    `number` counts the looks at that address from 1. Where a target has no address, `address` and `facts` are None and
    `failure` says why (`dns`).
    """

    target: Target
    address: str | None
    number: int
    facts: dict[str, Any] | None
    certificates: dict[str, bytes]
    failure: str | None
    observed_at: datetime


async def look(
    targets: Iterable[Target], options: Options | None = None, *, resolver: Resolver = system_resolver
) -> AsyncGenerator[Look, None]:
    """Probe each address of each target; give each look when it is over, in the order in which they end.

    `targets` is read as there is room. When the generator is closed, all that is under way is given up.
    """
    looking = _Looking(options or Options(), resolver)
    reading = asyncio.create_task(looking.read(targets))
    reading.add_done_callback(lambda _: looking.answers.put_nowait(None))
    try:
        while (answer := await looking.answers.get()) is not None:
            yield answer
        await reading
    finally:
        reading.cancel()
        await asyncio.wait([reading])


class _Looking:
    """One call of `look`: what is under way, and how much more there is room for."""

    def __init__(self, options: Options, resolver: Resolver) -> None:
        self.answers: asyncio.Queue[Look | None] = asyncio.Queue()
        self._options, self._resolver = options, resolver
        self._probes = asyncio.Semaphore(options.concurrency)
        self._names = asyncio.Semaphore(_AHEAD * options.concurrency)

    async def read(self, targets: Iterable[Target]) -> None:
        """Start on each target as there is room; over when all are."""
        async with asyncio.TaskGroup() as group:
            for target in targets:
                await self._names.acquire()
                group.create_task(self._target(group, target))

    async def _target(self, group: asyncio.TaskGroup, target: Target) -> None:
        try:
            places = await self._places(target)
            for place in places:
                for number in range(1, self._options.looks + 1):
                    await self._probes.acquire()
                    group.create_task(self._probe(target, place, number))
        finally:
            self._names.release()

    async def _places(self, target: Target) -> list[Place]:
        observed_at = datetime.now(UTC)
        try:
            async with asyncio.timeout(self._options.timeout):
                places = await self._resolver(target)
        except OSError:  # of which TimeoutError is one
            places = []
        if not places:
            self.answers.put_nowait(Look(target, None, 1, None, {}, "dns", observed_at))
        return places if self._options.all_addresses else places[:1]

    async def _probe(self, target: Target, place: Place, number: int) -> None:
        try:
            observed_at = datetime.now(UTC)
            address, started = _written(place), now()
            deadline = started + round(self._options.timeout * 1e6)
            probe = Probe(
                "server",
                Peer(None if target.address else target.host, address, target.port),
                dialects()[target.dialect],
                os.urandom,
                started=started,
                deadline=deadline,
                names=self._server_names(target),
                retries=self._options.retries,
            )

            async def ask(question: AskLibrary) -> LibraryReport | None:
                return await _ask_library(question, address, target.port, deadline)

            done = await drive(probe, place, ask if target.transport == "tcp" else None)
        finally:
            self._probes.release()
        self.answers.put_nowait(
            Look(target, address, number, done.facts, done.certificates, None, observed_at)
        )

    def _server_names(self, target: Target) -> tuple[str | None, str | None]:
        """The name to send, and the other form: none. Where none is to be sent, the target's own is the other."""
        if self._options.sni is None:
            return target.name, None
        return (self._options.sni, None) if self._options.sni else (None, target.name)


async def _ask_library(question: AskLibrary, address: str, port: int, deadline: int) -> LibraryReport:
    # Here, as a look that asks none needs none of it.
    from hemostat.detect.drivers.library import LibraryQuestion
    from hemostat.detect.drivers.library import ask as ask_library
    from hemostat.detect.drivers.library_report import as_report

    seconds = asyncio.get_running_loop().time() + (deadline - now()) / 1e6
    put = LibraryQuestion(
        question.purpose, address, port, question.name, question.own_bytes, question.control
    )
    return as_report(await ask_library(put, seconds))


def _written(place: Place) -> str:
    """The address as text, with the interface of a link-local one by its name: numbers change at the next boot."""
    host = str(place.address[0])
    address, percent, scope = host.partition("%")
    if place.family != socket.AF_INET6 or not (percent or place.address[3]):
        return host
    if scope and not scope.isdigit():
        return host
    with suppress(OSError):
        scope = socket.if_indextoname(int(scope or place.address[3]))
    return f"{address}%{scope}"
