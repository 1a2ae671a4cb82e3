"""A relay that holds bytes back: what went in comes out, in order, no sooner than it should. That it is no later is
nobody's to promise.
"""

import asyncio
import socket
import time
from typing import cast

from bench.relay import relayed

DELAY = 0.02


def test_a_greeting_takes_a_round_trip_as_behind_a_real_path_and_an_end_goes_through() -> None:
    async def talk() -> tuple[float, bytes, bytes]:
        all_heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")
            all_heard.set_result(await reader.read())
            writer.close()

        async with (
            await asyncio.start_server(greet, "127.0.0.1", 0) as server,
            relayed(server.sockets[0].getsockname(), "tcp", DELAY) as far,
        ):
            began = time.monotonic()
            reader, writer = await asyncio.open_connection(*far)
            greeting = await reader.readexactly(5)
            waited = time.monotonic() - began
            for word in (b"many ", b"words"):
                writer.write(word)
                await asyncio.sleep(0)
            writer.close()
            return waited, greeting, await asyncio.wait_for(all_heard, 10)

    waited, greeting, heard = asyncio.run(talk())
    assert (greeting, heard) == (b"hello", b"many words")
    assert waited >= 2 * DELAY


def test_where_nobody_listens_behind_it_a_connection_ends() -> None:
    async def talk() -> bytes:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            behind = nobody.getsockname()
        async with relayed(behind, "tcp", DELAY) as far:
            reader, writer = await asyncio.open_connection(*far)
            said = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            return said

    assert asyncio.run(talk()) == b""


class Counting(asyncio.DatagramProtocol):
    """Says back what it hears; what it heard is there to be looked at."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.all_there = asyncio.Event()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        if self.transport is not None and self.transport.get_extra_info("peername") is None:
            self.transport.sendto(data, addr)
        if len(self.heard) == 20:
            self.all_there.set()


def test_datagrams_come_in_the_order_in_which_they_went_a_round_trip_later() -> None:
    sent = [bytes([number]) for number in range(20)]

    async def talk() -> tuple[float, list[bytes]]:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(Counting, local_addr=("127.0.0.1", 0))
        async with relayed(server.get_extra_info("sockname"), "udp", DELAY) as far:
            client, heard = await loop.create_datagram_endpoint(Counting, remote_addr=far)
            began = time.monotonic()
            for data in sent:
                client.sendto(data)
            await asyncio.wait_for(heard.all_there.wait(), 10)
            waited = time.monotonic() - began
            client.close()
        server.close()
        return waited, heard.heard

    waited, heard = asyncio.run(talk())
    assert heard == sent
    assert waited >= 2 * DELAY
