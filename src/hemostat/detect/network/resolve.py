"""Names to addresses, by the system's own resolver, which blocks: so each question has a thread to itself."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Final

from hemostat.detect.drivers.place import Place, place_of, place_of_literal
from hemostat.targets import Target, TargetError
from hemostat.targets.addresses import refuse_unusable

__all__ = ["KINDS", "Resolver", "SystemResolver", "places_of"]

Resolver = Callable[[Target], Awaitable[list[Place]]]
"""All places of a target whose host is a name, in the order of preference; none, or OSError, where it has none."""

KINDS: Final = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
_MOST_THREADS: Final = 128

_Found = tuple[list[Place], OSError | None]


async def places_of(target: Target, resolver: Resolver) -> list[Place]:
    """The places of a target, none twice; an address literal is its own. Raises OSError as `resolver` does."""
    if target.address is not None:
        return [place_of_literal(target.address, target.port, KINDS[target.transport])]
    return list(dict.fromkeys(await resolver(target)))


class SystemResolver:
    """Asks the system for all A and AAAA addresses (getaddrinfo; RFC 6724 orders them).

    Its threads are daemons: a resolver that hangs holds up neither the one who gave up waiting nor the end of the
    process. There are at most `most` of them; further questions wait for one to come back. To be made anew for each
    event loop.
    """

    def __init__(self, most: int = _MOST_THREADS) -> None:
        self._free = asyncio.Semaphore(most)

    async def __call__(self, target: Target) -> list[Place]:
        """Raises OSError (`socket.gaierror`) where the system knows no address, or can't ask."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[_Found] = loop.create_future()

        def settle(answer: _Found) -> None:
            self._free.release()
            if not found.done():
                found.set_result(answer)

        def ask() -> None:
            answer = _ask(target)
            try:
                loop.call_soon_threadsafe(settle, answer)
            except RuntimeError:
                return  # The loop has ended: nobody waits any more.

        try:
            threading.Thread(target=ask, name=f"resolve {target.host}", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise OSError("out of threads") from error
        places, failed = await found
        if failed is not None:
            raise failed
        return places


def _ask(target: Target) -> _Found:
    kind = KINDS[target.transport]
    try:
        # As bytes: the name is ASCII already, and loading the codec for a str takes longer than the question.
        answers: list[tuple[Any, ...]] = socket.getaddrinfo(
            target.host.encode("ascii"), target.port, type=kind, flags=socket.AI_NUMERICSERV
        )
    except OSError as error:
        return [], error
    return [
        place_of(family, kind, address)
        for family, _, _, _, address in answers
        if family in (socket.AF_INET, socket.AF_INET6) and _is_a_host(str(address[0]))
    ], None


def _is_a_host(address: str) -> bool:
    """Not so: 0.0.0.0, by which a filter says "blocked" and which would lead to this machine itself; a group's."""
    try:
        refuse_unusable(ip_address(address))
    except TargetError:
        return False
    return True
