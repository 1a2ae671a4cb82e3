"""Replayed TLS peers on real sockets: each application with what its way of reading and closing really does."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer, recorded_peer
from tests.lab.asking import (
    ALERT,
    CLOSES,
    CONTROL,
    FLUSH,
    ONE_RECORD,
    OWN_BYTES,
    PATCHED,
    READS_ON,
    answered,
    client_hello,
    heartbeat,
)
from tests.lab.serving import Asker, asker, play, served

STUNNEL = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.0/rsa/stunnel")
OWN_HEAD = answered(heartbeat(16365, 0))[: 5 + 3 + 16365]
CONTROL_HEAD = answered(heartbeat(8, 16))[: 5 + 3 + 8]


def without_padding(record: bytes) -> bytes:
    return record[:-16]


async def end_of(asked: Asker) -> str:
    """How the connection ends: `fin` or `reset`."""
    try:
        while await asked.receive(1 << 16):
            pass
    except ConnectionResetError:
        return "reset"
    return "fin"


def test_one_that_reads_on_answers_a_burst_and_lingers() -> None:
    async def dialogue() -> None:
        async with served(READS_ON) as port, asker(port) as asked:
            await asked.flight(client_hello(READS_ON), READS_ON)
            await asked.send(OWN_BYTES + CONTROL + FLUSH)
            assert without_padding(await asked.receive(16389)) == OWN_HEAD
            assert without_padding(await asked.receive(32)) == CONTROL_HEAD
            assert await asked.receive(7) == ALERT
            await asked.send(FLUSH * 10)
            assert await end_of(asked) == "fin"

    play(dialogue)


def test_one_that_reads_one_record_an_event_stalls_until_nudged() -> None:
    async def dialogue() -> None:
        async with served(ONE_RECORD) as port, asker(port) as asked:
            await asked.flight(client_hello(ONE_RECORD), ONE_RECORD)
            await asked.send(OWN_BYTES + CONTROL + FLUSH)
            assert without_padding(await asked.receive(16389)) == OWN_HEAD
            nudges = 0
            while await asked.is_silent():
                nudges += 1
                await asked.send(FLUSH)
            assert 1 <= nudges <= 4
            assert without_padding(await asked.receive(32)) == CONTROL_HEAD
            assert await asked.receive(7) == ALERT
            assert await end_of(asked) == "reset"

    play(dialogue)


def test_one_that_closes_is_gone_after_a_heartbeat() -> None:
    async def dialogue() -> None:
        async with served(CLOSES) as port, asker(port) as asked:
            await asked.flight(client_hello(CLOSES), CLOSES)
            await asked.send(OWN_BYTES)
            assert without_padding(await asked.receive(16389)) == OWN_HEAD
            assert await end_of(asked) == "fin"

    play(dialogue)


def test_a_close_over_unread_bytes_is_a_real_reset() -> None:
    async def dialogue() -> None:
        async with served(STUNNEL) as port, asker(port) as asked:
            await asked.flight(client_hello(STUNNEL), STUNNEL)
            # The first ends it; the rest lies unread in the kernel.
            await asked.send(b"\x16\x03\x01" + FLUSH[3:] + bytes(60_000))
            assert await end_of(asked) == "reset"

    play(dialogue)


@pytest.mark.parametrize(
    "peer", [READS_ON, ONE_RECORD, CLOSES, PATCHED], ids=lambda peer: peer.application_name
)
def test_byte_by_byte_the_flight_is_the_same(peer: RecordedPeer) -> None:
    async def dialogue() -> None:
        async with served(peer) as port, asker(port) as asked:
            hello = client_hello(peer)
            for byte in hello[:-1]:
                await asked.send(bytes((byte,)))
            flight = await asked.flight(hello[-1:], peer)
            recorded = peer.hello(peer.recording())
            assert (flight[:11], len(flight)) == (recorded[:11], len(recorded))

    play(dialogue)


def test_a_connection_has_its_time() -> None:
    async def dialogue() -> None:
        async with served(READS_ON, Limits(seconds=0.1)) as port, asker(port) as asked:
            assert await end_of(asked) == "fin"

    play(dialogue)


def test_further_connections_wait_for_their_turn() -> None:
    async def dialogue() -> None:
        limits = Limits(connections=1, linger=0.01)
        async with served(READS_ON, limits) as port, asker(port) as first, asker(port) as second:
            await first.flight(client_hello(READS_ON), READS_ON)
            await second.send(client_hello(READS_ON))
            assert await second.is_silent()
            await first.send(FLUSH)
            assert await first.receive(7) == ALERT
            assert await second.receive(1) == b"\x16"

    play(dialogue)


def test_many_at_once_are_each_answered() -> None:
    async def one(port: int) -> bytes:
        async with asker(port) as asked:
            await asked.flight(client_hello(ONE_RECORD), ONE_RECORD)
            await asked.send(OWN_BYTES)
            return without_padding(await asked.receive(16389))

    async def dialogue() -> None:
        async with served(ONE_RECORD) as port:
            assert set(await asyncio.gather(*(one(port) for _ in range(20)))) == {OWN_HEAD}

    play(dialogue)


def test_an_asker_that_goes_leaves_the_endpoint_alive() -> None:
    async def dialogue() -> None:
        async with served(ONE_RECORD) as port:
            for piece in (b"", b"\x16", client_hello(ONE_RECORD), client_hello(ONE_RECORD) + OWN_BYTES):
                async with asker(port) as asked:
                    await asked.send(piece)
            async with asker(port) as asked:
                assert len(await asked.flight(client_hello(ONE_RECORD), ONE_RECORD)) > 100

    play(dialogue)


def test_when_it_stops_every_connection_ends() -> None:
    async def dialogue() -> None:
        async with AsyncExitStack() as stack:
            async with served(ONE_RECORD) as port:
                asked = await stack.enter_async_context(asker(port))
                await asked.flight(client_hello(ONE_RECORD), ONE_RECORD)
            assert await end_of(asked) == "fin"
            with pytest.raises(ConnectionRefusedError):
                await stack.enter_async_context(asker(port))

    play(dialogue)
