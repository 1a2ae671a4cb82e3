"""A relay that speaks a dialect's words in front of a TLS server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from hemostat.dialects import Dialect, Transport, dialects
from hemostat.dialects.dialect import no_words
from hemostat.lab.front import Front
from hemostat.lab.limits import Limits
from hemostat.layers import Layer, Refused, Setting, Step, Words, spoken

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def grants(setting: Setting) -> Words:
    yield b"hello from " + setting.host.encode() + b"\n"
    if (yield 3) != b"TLS":
        raise Refused("other-protocol")
    yield b"go\n"


GRANTS = spoken(grants)


def of(transport: Transport = "tcp", granted: Callable[[Setting], Layer] = GRANTS) -> Dialect:
    return Dialect(
        name="test",
        title="a dialect of a test",
        source="this test",
        transport=transport,
        schemes={"test": 1},
        asks=no_words,
        grants=granted,
    )


@asynccontextmanager
async def fronted(
    handler: Handler, dialect: Dialect, limits: Limits | None = None
) -> AsyncIterator[tuple[str, int]]:
    """A front before a server of one's own; its address."""
    behind = await asyncio.start_server(handler, "127.0.0.1", 0)
    own = socket.socket(type=socket.SOCK_STREAM if dialect.transport == "tcp" else socket.SOCK_DGRAM)
    with own:
        own.setblocking(False)
        own.bind(("127.0.0.1", 0))
        front = Front(own, dialect, behind.sockets[0].getsockname(), limits or Limits(seconds=20))
        address = own.getsockname()
        running = asyncio.create_task(front.run())
        await asyncio.sleep(0.05)
        try:
            yield address
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            behind.close()
            await asyncio.sleep(0.05)


async def echoes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data[::-1])
    writer.close()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, (1).to_bytes(4, "little") + bytes(4))
    writer.transport.abort()


async def says_and_closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"x" * 100_000)
    writer.close()


def play(dialogue: Callable[[], Awaitable[None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(20):
            await dialogue()

    asyncio.run(in_time())


def test_words_first_then_what_the_server_behind_says() -> None:
    async def dialogue() -> None:
        async with fronted(echoes, of()) as address:
            reader, writer = await asyncio.open_connection(*address)
            assert await reader.readline() == b"hello from lab.example\n"
            writer.write(b"TLS" + b"\x16abc")
            assert await reader.readline() == b"go\n"
            assert await reader.readexactly(4) == b"cba\x16"
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()

    play(dialogue)


def test_all_that_was_said_arrives_before_the_end() -> None:
    async def dialogue() -> None:
        async with fronted(says_and_closes, of()) as address:
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"TLS\x16")
            said = await reader.read(-1)
            assert said.endswith(b"x" * 100_000)
            writer.close()

    play(dialogue)


def test_a_reset_behind_is_a_reset_before() -> None:
    async def dialogue() -> None:
        async with fronted(resets, of()) as address:
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"TLS\x16")
            with pytest.raises(ConnectionResetError):
                await reader.read(-1)
            writer.close()

    play(dialogue)


def test_who_says_other_words_is_left_and_the_server_behind_never_asked() -> None:
    asked: list[None] = []

    async def notes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(None)
        writer.close()

    async def dialogue() -> None:
        async with fronted(notes, of()) as address:
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await reader.read() == b"hello from lab.example\n"
            writer.close()

    play(dialogue)
    assert asked == []


def test_a_life_has_its_length_and_a_house_its_guests() -> None:
    async def dialogue() -> None:
        async with fronted(echoes, of(), Limits(seconds=0.3, connections=1)) as address:
            reader, writer = await asyncio.open_connection(*address)
            assert await reader.readline()
            second, other = await asyncio.open_connection(*address)
            assert await second.read() == b"", "there is room for one"
            assert await reader.read() == b"", "and that one's time is over"
            writer.close()
            other.close()

    play(dialogue)


class Framed(Layer):
    """Datagrams with a byte in front, woken once."""

    __slots__ = ("ready",)

    def __init__(self, setting: Setting) -> None:
        self.ready = False

    def start(self, now: int) -> Step:
        return Step((), (), now + 10_000)

    def from_peer(self, now: int, data: bytes) -> Step:
        self.ready = True
        return Step((), (data[1:],))

    def from_tls(self, now: int, data: bytes) -> Step:
        return Step((b"!" + data,))

    def time(self, now: int) -> Step:
        return Step((b"woken",))


def test_over_udp_each_address_is_a_client_of_its_own() -> None:
    async def dialogue() -> None:
        loop = asyncio.get_running_loop()
        async with fronted(echoes, of("udp", Framed)) as address:
            for said in (b"?abc", b"?xyz"):
                with socket.socket(type=socket.SOCK_DGRAM) as client:
                    client.setblocking(False)
                    client.connect(address)
                    await loop.sock_sendall(client, said)
                    heard = {await loop.sock_recv(client, 100) for _ in range(2)}
                    assert heard == {b"woken", b"!" + said[:0:-1]}

    play(dialogue)


def test_every_dialect_with_words_can_stand_in_front() -> None:
    for dialect in dialects().values():
        if dialect.has_words:
            assert dialect.grants is not no_words, dialect.name
