"""A replayed DTLS peer on a real UDP socket: one association for each address that sends."""

import asyncio
import os
import socket
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from hemostat.lab.connection import Output, Send
from hemostat.lab.datagram import DatagramConnection
from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer

__all__ = ["UdpServer"]

MAX_DATAGRAM = 65535
AT_ONCE = 64
"""Datagrams that are read before other endpoints get their turn."""


@dataclass(slots=True)
class Association:
    connection: DatagramConnection
    last: float
    resends: int = 0
    timer: asyncio.TimerHandle | None = None


class UdpServer:
    """Serves one recorded peer on a bound, non-blocking socket.

    The table of associations is bounded: one that was silent too long goes, and where it is full the one that
    was silent longest.
    """

    def __init__(self, own: socket.socket, peer: RecordedPeer, limits: Limits) -> None:
        self._own = own
        self._peer = peer
        self._limits = limits
        self._associations: OrderedDict[tuple[str, int], Association] = OrderedDict()

    async def run(self) -> None:
        """Serve until cancelled; then close the socket."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._own, self._read)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(self._own)
            for address in list(self._associations):
                self._drop(address)
            self._own.close()

    def _read(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data, address = self._own.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                # An answer could not be delivered: that peer is gone, and its association expires.
                continue
            association = self._association(address)
            self._send(association.connection.receive(data), address)
            self._arm(association, address)

    def _association(self, address: tuple[str, int]) -> Association:
        now = asyncio.get_running_loop().time()
        known = self._associations.get(address)
        if known is None:
            self._make_room(now)
            connection = DatagramConnection(self._peer, self._peer.recording(), os.urandom)
            known = self._associations[address] = Association(connection, now)
        known.last = now
        self._associations.move_to_end(address)
        return known

    def _make_room(self, now: float) -> None:
        while self._associations:
            oldest, association = next(iter(self._associations.items()))
            expired = now - association.last > self._limits.seconds
            if not expired and len(self._associations) < self._limits.connections:
                return
            self._drop(oldest)

    def _drop(self, address: tuple[str, int]) -> None:
        association = self._associations.pop(address)
        if association.timer is not None:
            association.timer.cancel()

    def _arm(self, association: Association, address: tuple[str, int]) -> None:
        """See to the timer of the flight, and forget an association whose connection is over."""
        if association.connection.closed:
            self._drop(address)
        elif not association.connection.awaits_answer:
            association.resends = 0
            if association.timer is not None:
                association.timer.cancel()
                association.timer = None
        elif association.timer is None and association.resends < self._limits.resends:
            delay = self._limits.resend_after * 2**association.resends
            loop = asyncio.get_running_loop()
            association.timer = loop.call_later(delay, self._resend, association, address)

    def _resend(self, association: Association, address: tuple[str, int]) -> None:
        association.timer = None
        association.resends += 1
        self._send(association.connection.timeout(), address)
        self._arm(association, address)

    def _send(self, outputs: list[Output], address: tuple[str, int]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                # A full socket loses datagrams, as the network does.
                with suppress(OSError):
                    self._own.sendto(output.data, address)
