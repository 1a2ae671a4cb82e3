"""Names to addresses, by the system's own resolver, which blocks: so each question has a thread to itself."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

from hemostat.detect.drivers.asynchronous import Place
from hemostat.targets import Target

__all__ = ["Resolver", "system_resolver"]

Resolver = Callable[[Target], Awaitable[list[Place]]]
"""All places of a target, in the order of the system's preference; OSError where it has none."""

_KINDS: Final = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


async def system_resolver(target: Target) -> list[Place]:
    """All A and AAAA addresses of the target (getaddrinfo; RFC 6724 orders them); an address literal is itself.

    Raises OSError (`socket.gaierror`) where there is none. The thread is a daemon: a resolver that hangs holds up
    neither the one who gave up waiting nor the end of the process.
    """
    if target.address is not None:
        return _places(target, socket.AI_NUMERICHOST)
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Place]] = loop.create_future()

    def settle(places: list[Place] | None, error: OSError | None) -> None:
        if found.done():
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(places or [])

    def ask() -> None:
        try:
            answer: tuple[list[Place] | None, OSError | None] = (_places(target, 0), None)
        except OSError as error:
            answer = (None, error)
        except UnicodeError as error:
            answer = (None, OSError(str(error)))
        try:
            loop.call_soon_threadsafe(settle, *answer)
        except RuntimeError:
            return  # The loop has ended: nobody waits any more.

    threading.Thread(target=ask, name=f"resolve {target.host}", daemon=True).start()
    return await found


def _places(target: Target, flags: int) -> list[Place]:
    kind = _KINDS[target.transport]
    found: list[tuple[Any, ...]] = socket.getaddrinfo(
        target.host, target.port, type=kind, flags=flags | socket.AI_NUMERICSERV
    )
    places = [Place(family, kind, address) for family, _, _, _, address in found]
    return list(dict.fromkeys(places))
