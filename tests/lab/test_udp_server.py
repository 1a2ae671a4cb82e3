"""Replayed DTLS peers on a real socket: one association for each address, within bounds."""

import asyncio

from hemostat.lab.limits import Limits
from tests.lab.asking import (
    DTLS_CLOSES,
    DTLS_RETRIES,
    OURS,
    client_hello,
    datagram,
    datagram_flush,
    heartbeat,
    with_cookie,
)
from tests.lab.serving import UdpAsker, play, served, udp_asker

QUIET = Limits(resend_after=1000)
FLIGHT_HEAD = b"\x16\xfe\xff"


async def greet(asked: UdpAsker) -> bytes:
    """The cookie exchange; the first flight."""
    verify = await asked.ask(client_hello(DTLS_RETRIES))
    assert verify[13] == 3
    flight = await asked.ask(with_cookie(client_hello(DTLS_RETRIES), verify))
    assert flight[13] == 2
    return flight


def test_the_question_is_answered_over_a_socket() -> None:
    async def dialogue() -> None:
        async with served(DTLS_RETRIES, QUIET) as port, udp_asker(port) as asked:
            await greet(asked)
            answer = await asked.ask(datagram(24, 2, heartbeat(4096, 0)))
            assert answer[13:16] + answer[16 : 16 + 4096] == b"\x02\x10\x00" + OURS[:4096]
            assert (await asked.ask(datagram_flush(3, 2)))[-2:] == b"\x02\x0a"

    play(dialogue)


def test_two_addresses_are_two_associations() -> None:
    async def dialogue() -> None:
        async with served(DTLS_RETRIES, QUIET) as port, udp_asker(port) as one, udp_asker(port) as other:
            await greet(one)
            verify = await other.ask(client_hello(DTLS_RETRIES))
            assert verify[13] == 3
            assert (await one.ask(datagram(24, 2, heartbeat(4096, 0))))[0] == 24

    play(dialogue)


def test_an_unanswered_flight_comes_again_until_it_is_answered() -> None:
    async def dialogue() -> None:
        async with (
            served(DTLS_RETRIES, Limits(resend_after=0.02, resends=50)) as port,
            udp_asker(port) as asked,
        ):
            flight = await greet(asked)
            again = [await asked.receive() for _ in range(3)]
            assert all(each[:3] == FLIGHT_HEAD for each in again)
            assert again[0][25:] in flight

    play(dialogue)


def test_a_flight_is_sent_again_so_often_and_no_more() -> None:
    async def dialogue() -> None:
        async with (
            served(DTLS_RETRIES, Limits(resend_after=0.01, resends=2)) as port,
            udp_asker(port) as asked,
        ):
            flight = await greet(asked)
            messages = 0
            rest = flight
            while rest:
                messages += 1
                rest = rest[13 + int.from_bytes(rest[11:13], "big") :]
            for _ in range(2 * messages):
                await asked.receive()
            # Only an answer to something new comes after that.
            assert (await asked.ask(datagram(24, 2, heartbeat(4096, 0))))[0] == 24

    play(dialogue)


def test_where_the_table_is_full_the_one_that_was_silent_longest_goes() -> None:
    async def dialogue() -> None:
        limits = Limits(connections=2, resend_after=1000)
        async with (
            served(DTLS_RETRIES, limits) as port,
            udp_asker(port) as first,
            udp_asker(port) as second,
            udp_asker(port) as third,
        ):
            await greet(first)
            await greet(second)
            await first.ask(datagram(24, 2, heartbeat(4096, 0)))
            await greet(third)
            assert (await first.ask(datagram(24, 3, heartbeat(4096, 0))))[0] == 24
            # The second is a stranger now: its heartbeat draws nothing, its hello a cookie.
            await second.send(datagram(24, 2, heartbeat(4096, 0)))
            assert (await second.ask(client_hello(DTLS_RETRIES)))[13] == 3

    play(dialogue)


def test_one_that_was_silent_too_long_is_forgotten() -> None:
    async def dialogue() -> None:
        limits = Limits(seconds=0.05, resend_after=1000)
        async with served(DTLS_RETRIES, limits) as port, udp_asker(port) as asked, udp_asker(port) as other:
            await greet(asked)
            await asyncio.sleep(0.1)
            await other.ask(client_hello(DTLS_RETRIES))
            await asked.send(datagram(24, 2, heartbeat(4096, 0)))
            assert (await asked.ask(client_hello(DTLS_RETRIES)))[13] == 3

    play(dialogue)


def test_after_one_that_closes_a_new_hello_is_answered() -> None:
    async def dialogue() -> None:
        async with served(DTLS_CLOSES, QUIET) as port, udp_asker(port) as asked:
            await greet(asked)
            assert (await asked.ask(datagram(24, 2, heartbeat(4096, 0))))[0] == 24
            await greet(asked)

    play(dialogue)


def test_rubbish_and_askers_that_are_gone_leave_the_endpoint_alive() -> None:
    async def dialogue() -> None:
        async with served(DTLS_RETRIES, QUIET) as port:
            async with udp_asker(port) as gone:
                await gone.send(client_hello(DTLS_RETRIES))
            async with udp_asker(port) as asked:
                for rubbish in (b"", b"\x00", bytes(9000)):
                    await asked.send(rubbish)
                await greet(asked)

    play(dialogue)
