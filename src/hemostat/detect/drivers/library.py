"""The driver's answer to `AskLibrary`: what takes a finished handshake or TLS 1.3 is asked of a TLS library.

tlslite-ng holds the conversation; where it can't, Python's `ssl` reads the certificate over a second
connection. Both run without sockets and threads of their own, between the reads and writes of the event loop
here, one record of the peer at a time (some 30 ms of CPU at most): a deadline or a cancellation takes effect
at once, and nothing outlives it.
"""

import asyncio
import socket
from struct import Struct
from typing import Any, Final, Protocol

from hemostat.detect.drivers.library_failures import failure_code
from hemostat.detect.drivers.library_question import Ended, LibraryPart, LibraryQuestion, LibraryResult
from hemostat.wire.errors import WireError
from hemostat.wire.records import RecordReader

__all__ = ["LibraryPart", "LibraryQuestion", "LibraryResult", "ask"]

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]
_HEADER: Final = Struct("!BHH")
_PIECE: Final = 4096
_MOST_BYTES: Final = 1 << 20
"""Most bytes that one connection may bring: a chain of 64 KiB passes with room to spare."""
_MOST_RECORDS: Final = 2048
_ANOTHER_LIBRARY_MAY: Final = ("handshake-", "library-", "no-library", "closed")


class _Conversation(Protocol):
    """A TLS library at work, without I/O."""

    finished: bool

    def start(self) -> None: ...
    def output(self) -> bytes: ...
    def receive(self, record: bytes) -> None: ...
    def receive_end(self) -> None: ...
    def fail(self, error: Exception) -> None: ...
    def conclude(self) -> None: ...


async def ask(question: LibraryQuestion, deadline: float) -> LibraryResult:
    """Put `question` to the peer; return what was found by `deadline` (seconds of the running loop's clock).

    Whatever the peer does ends in a result. Raises ValueError where `question.host` is no address literal.
    May be cancelled as any coroutine; its connection is closed then.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    address = _numeric(question.host, question.port)
    result = LibraryResult()
    try:
        conversation = _tlslite(question, result)
    except ImportError as error:
        result.failure = failure_code(error)
    else:
        await _converse(address, result, conversation, deadline)
    unread = question.purpose == "certificate" and not result.certificates
    if unread and (result.failure or "").startswith(_ANOTHER_LIBRARY_MAY) and loop.time() < deadline:
        await _ask_again(question, address, result, deadline)
    result.microseconds = round((loop.time() - started) * 1e6)
    return result


async def _ask_again(
    question: LibraryQuestion, address: _Address, result: LibraryResult, deadline: float
) -> None:
    """Ask Python's `ssl` for the certificate; where it gets one, its word replaces the first library's."""
    second = LibraryResult()
    try:
        conversation = _ssl(question, second)
    except ValueError:
        return  # A name that `ssl` won't send.
    result.connections = 2
    await _converse(address, second, conversation, deadline)
    if second.certificates:
        result.certificates = second.certificates
        result.version, result.cipher = second.version, second.cipher
        result.ended, result.failure = second.ended, None


def _numeric(host: str, port: int) -> _Address:
    """The socket address of a literal. Raises ValueError."""
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)[0]
    except OSError as error:
        raise ValueError("not an address literal") from error
    # The scope of a link-local address stands in the tuple's last field; the loop knows it there alone.
    return family, (str(address[0]).partition("%")[0], *address[1:])


def _tlslite(question: LibraryQuestion, result: LibraryResult) -> _Conversation:
    from hemostat.detect.drivers.library_tlslite import TlsliteConversation

    return TlsliteConversation(question, result, asyncio.get_running_loop().time)


def _ssl(question: LibraryQuestion, result: LibraryResult) -> _Conversation:
    from hemostat.detect.drivers.library_ssl import SslConversation

    return SslConversation(question, result)


async def _converse(
    address: _Address, result: LibraryResult, conversation: _Conversation, deadline: float
) -> None:
    """Connect, carry bytes to and fro until the conversation is over, close."""
    try:
        async with asyncio.timeout_at(deadline):
            with socket.socket(address[0], socket.SOCK_STREAM) as connection:
                connection.setblocking(False)
                await asyncio.get_running_loop().sock_connect(connection, address[1])
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                result.ended = "ours"
                result.ended = await _carry(connection, conversation)
    except ConnectionResetError as error:
        result.ended = "reset" if result.ended == "ours" else "failed"
        conversation.fail(error)
    except (OSError, WireError) as error:
        conversation.fail(error)
    conversation.conclude()


async def _carry(connection: socket.socket, conversation: _Conversation) -> Ended:
    """Carry bytes until the conversation is over or the peer ends it. Raises OSError, `WireError`."""
    loop = asyncio.get_running_loop()
    reader = RecordReader()
    received = records = 0
    broken = False
    conversation.start()
    while True:
        output = conversation.output()
        if output and not broken:
            try:
                await loop.sock_sendall(connection, output)
            except (ConnectionResetError, BrokenPipeError):
                broken = True  # What the peer had sent before is there to be read, and may be its alert.
        if conversation.finished:
            return "reset" if broken else "ours"
        data = await loop.sock_recv(connection, _PIECE)
        if not data:
            conversation.receive_end()
            return "reset" if broken else "fin"
        received += len(data)
        if received > _MOST_BYTES:
            raise WireError("too-many-bytes")
        for one in reader.feed(data):
            records += 1
            if records > _MOST_RECORDS:
                raise WireError("too-many-messages")
            conversation.receive(_HEADER.pack(one.kind, one.version, len(one.body)) + one.body)
            # A read that finds bytes does not wait: a peer that never pauses would stop the loop's clock.
            await asyncio.sleep(0)
            if conversation.finished:
                break
