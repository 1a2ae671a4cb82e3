"""Replayed clients that connect: what `listen` is tried on."""

import asyncio
import socket

import pytest

from hemostat.lab.client import call
from hemostat.lab.errors import LabError
from hemostat.lab.limits import Limits
from tests.lab.asking import (
    ALERT,
    DTLS_CLIENT,
    FLUSH,
    OWN_BYTES,
    READS_ON,
    TLS_CLIENT,
    answered,
    heartbeat,
    record,
)
from tests.lab.serving import play

SERVER_HELLO_BODY = b"\x03\x03" + bytes(33) + b"\x00\x2f\x00" + b"\x00\x05\x00\x0f\x00\x01\x01"
SERVER_HELLO = record(22, b"\x02" + len(SERVER_HELLO_BODY).to_bytes(3, "big") + SERVER_HELLO_BODY)


def test_a_tls_client_greets_and_answers_what_a_server_asks() -> None:
    heard: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(5)
        heard.append(head + await reader.readexactly(int.from_bytes(head[3:5], "big")))
        writer.write(SERVER_HELLO + OWN_BYTES + FLUSH)
        heard.append(await reader.read())
        writer.close()
        over.set()

    async def dialogue() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            await call(TLS_CLIENT, "localhost", server.sockets[0].getsockname()[1])
            await over.wait()

    play(dialogue)
    hello, drawn = heard
    assert (hello[0], hello[5]) == (22, 1)
    assert drawn[:-7][: 5 + 3 + 16365] == answered(heartbeat(16365, 0))[:-16]
    assert drawn[-7:] == ALERT


def test_a_dtls_client_sends_its_hello_until_it_is_answered() -> None:
    async def dialogue() -> list[bytes]:
        loop = asyncio.get_running_loop()
        heard: list[bytes] = []
        with socket.socket(type=socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            own.bind(("127.0.0.1", 0))
            limits = Limits(resend_after=0.02, resends=20)
            calling = asyncio.create_task(call(DTLS_CLIENT, "127.0.0.1", own.getsockname()[1], limits=limits))
            for _ in range(3):
                data, address = await loop.sock_recvfrom(own, 65535)
                heard.append(data)
            fatal = b"\x15\xfe\xff" + bytes(8) + b"\x00\x02\x02\x28"
            hello_done = b"\x16\xfe\xff" + bytes(8) + b"\x00\x0c\x0e" + bytes(11)
            await loop.sock_sendto(own, hello_done + fatal, address)
            await calling
            heard.append(await loop.sock_recv(own, 65535))
        return heard

    heard = play(dialogue)
    assert {each[25:] for each in heard[:3]} == {heard[0][25:]}
    assert [int.from_bytes(each[3:11], "big") for each in heard[:3]] == [0, 1, 2]


@pytest.mark.parametrize("peer", [TLS_CLIENT, DTLS_CLIENT], ids=lambda peer: peer.transport)
def test_one_that_gets_no_answer_gives_up(peer: object) -> None:
    async def dialogue() -> None:
        chosen = TLS_CLIENT if peer is TLS_CLIENT else DTLS_CLIENT
        kind = socket.SOCK_STREAM if chosen is TLS_CLIENT else socket.SOCK_DGRAM
        with socket.socket(type=kind) as silent:
            silent.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                silent.listen()
            port = silent.getsockname()[1]
            await call(chosen, "127.0.0.1", port, limits=Limits(seconds=0.2, resend_after=0.01, resends=2))

    with pytest.raises(LabError, match=r"127\.0\.0\.1 port \d+: not over after 0\.2 s"):
        play(dialogue)


def test_where_nobody_listens_it_says_so() -> None:
    async def dialogue() -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            await call(TLS_CLIENT, "127.0.0.1", bound.getsockname()[1])

    with pytest.raises(LabError, match="Connection refused"):
        play(dialogue)


@pytest.mark.parametrize(
    ("host", "why"), [("192.0.2.1", "stays on loopback"), ("www.example", "not an IP address")]
)
def test_it_calls_nobody_but_loopback(host: str, why: str) -> None:
    with pytest.raises(LabError, match=why):
        play(lambda: call(TLS_CLIENT, host, 443))


def test_a_server_is_no_client() -> None:
    with pytest.raises(LabError, match="is no client"):
        play(lambda: call(READS_ON, "127.0.0.1", 443))
