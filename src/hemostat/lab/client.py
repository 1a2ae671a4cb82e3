"""A replayed client that connects to a given address: what `hemostat listen` is tried on."""

import asyncio
import os
import socket

from hemostat.lab.connection import Output, Send
from hemostat.lab.datagram import DatagramConnection
from hemostat.lab.errors import LabError
from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer
from hemostat.lab.serve import loopback_address
from hemostat.lab.stream import StreamConnection
from hemostat.lab.tcp_server import converse, end

__all__ = ["call"]

MAX_DATAGRAM = 65535


async def call(
    peer: RecordedPeer, host: str, port: int, *, anywhere: bool = False, limits: Limits | None = None
) -> None:
    """Connect once as this recorded client and answer what the server asks, until either side ends it.

    Over UDP the ClientHello is sent again while it draws no answer. Raises LabError where `peer` is no
    client, where `host` is not a loopback address (unless `anywhere`), where it can't be reached, or where
    `limits.seconds` run out.
    """
    if peer.role != "client":
        raise LabError(f"{peer.id} is no client")
    address = loopback_address(host, anywhere=anywhere)
    limits = limits or Limits()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if peer.transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as own:
        own.setblocking(False)
        try:
            async with asyncio.timeout(limits.seconds):
                await asyncio.get_running_loop().sock_connect(own, (address, port))
                if peer.transport == "tcp":
                    await converse(own, StreamConnection(peer, peer.recording(), os.urandom))
                    await end(own, peer.application.closing, limits.linger)
                else:
                    await _converse(own, DatagramConnection(peer, peer.recording(), os.urandom), limits)
        except TimeoutError:
            raise LabError(f"{address} port {port}: not over after {limits.seconds:g} s") from None
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise LabError(f"{address} port {port}: {why}") from error


async def _converse(own: socket.socket, connection: DatagramConnection, limits: Limits) -> None:
    loop = asyncio.get_running_loop()
    outputs: list[Output] = connection.start()
    resends = 0
    while True:
        for output in outputs:
            if isinstance(output, Send):
                await loop.sock_sendall(own, output.data)
        if connection.closed:
            return
        wait = limits.resend_after * 2**resends if connection.awaits_answer else None
        try:
            async with asyncio.timeout(wait):
                outputs = connection.receive(await loop.sock_recv(own, MAX_DATAGRAM))
        except TimeoutError:
            if resends == limits.resends:
                raise
            resends += 1
            outputs = connection.timeout()
