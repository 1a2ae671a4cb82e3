"""Lab endpoints on real sockets: on loopback, unless the caller says that anywhere is meant."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

from hemostat.dialects import Transport, dialects
from hemostat.lab.endpoints import LabEndpoint, OpenEndpoint, default_endpoints, select_endpoints
from hemostat.lab.errors import LabError
from hemostat.lab.front import Front
from hemostat.lab.limits import Limits
from hemostat.lab.tcp_server import TcpServer
from hemostat.lab.udp_server import UdpServer

__all__ = ["loopback_address", "run", "serve", "serve_forever"]

BACKLOG = 512


def loopback_address(host: str, *, anywhere: bool) -> str:
    """`host` as an address in numbers. Raises LabError for a name other than localhost, and, unless
    `anywhere`, for an address that others can reach.
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise LabError(f"{host} is not an IP address") from None
    if not address.is_loopback and not anywhere:
        raise LabError(f"the lab stays on loopback: {host} can be reached by others")
    return str(address)


@asynccontextmanager
async def serve(
    specs: Iterable[LabEndpoint],
    host: str = "127.0.0.1",
    port_base: int = 0,
    *,
    anywhere: bool = False,
    limits: Limits | None = None,
) -> AsyncIterator[tuple[OpenEndpoint, ...]]:
    """Open the endpoints and serve them for as long as the context lasts.

    Ports count up from `port_base`, one an endpoint; 0 lets the system choose. Raises LabError where an
    endpoint can't be opened, or where `host` is not a loopback address and `anywhere` was not said (the lab's
    peers are made to look vulnerable: nobody else should see them).
    """
    address = loopback_address(host, anywhere=anywhere)
    limits = limits or Limits()
    sockets: list[socket.socket] = []
    tasks: list[asyncio.Task[None]] = []
    opened = []
    try:
        for number, spec in enumerate(specs):
            own = _bind(spec, spec.transport, address, port_base + number if port_base else 0)
            sockets.append(own)
            peer = own
            if spec.has_words:
                peer = _bind(spec, "tcp", address, 0)
                sockets.append(peer)
                front = Front(own, dialects()[spec.dialect], peer.getsockname()[:2], limits)
                tasks.append(asyncio.create_task(front.run(), name=f"lab front of {spec.name}"))
            server = (TcpServer if spec.peer.transport == "tcp" else UdpServer)(peer, spec.peer, limits)
            tasks.append(asyncio.create_task(server.run(), name=f"lab {spec.name}"))
            opened.append(OpenEndpoint(spec, address, own.getsockname()[1]))
        yield tuple(opened)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for own in sockets:
            own.close()
        for why in ended:
            if isinstance(why, Exception):
                raise why


def _bind(spec: LabEndpoint, transport: Transport, address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With its protocol's number: asyncio turns Nagle's algorithm off on no other.
    kind, number = (socket.SOCK_STREAM, socket.IPPROTO_TCP) if transport == "tcp" else (socket.SOCK_DGRAM, 0)
    own = socket.socket(family, kind, number)
    try:
        own.setblocking(False)
        if transport == "tcp":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((address, port))
        if transport == "tcp":
            own.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        own.close()
        raise LabError(f"{spec.name} can't be opened on {address} port {port}: {error}") from error
    return own


def serve_forever(
    specs: Sequence[LabEndpoint],
    host: str,
    port_base: int,
    announce: Callable[[tuple[OpenEndpoint, ...]], None],
    *,
    anywhere: bool = False,
) -> None:
    """Serve until SIGINT (Ctrl-C) or SIGTERM; `announce` is called once, when all are open. Blocks, and runs
    in the main thread only. Raises LabError as `serve` does.
    """

    async def until_told() -> None:
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        async with serve(specs, host, port_base, anywhere=anywhere) as opened:
            announce(opened)
            await told.wait()

    asyncio.run(until_told())


def run(
    announce: Callable[[tuple[OpenEndpoint, ...]], None],
    *,
    only: Sequence[str] = (),
    host: str = "127.0.0.1",
    port_base: int = 0,
) -> None:
    """What `hemostat lab` does: the endpoints named in `only`, else the default set, until Ctrl-C, on
    loopback alone.

    Raises LabError for a name that is none, and as `serve` does.
    """
    serve_forever(select_endpoints(only) if only else default_endpoints(), host, port_base, announce)
