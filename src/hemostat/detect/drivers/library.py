"""The driver's answer to `AskLibrary`: what takes a finished handshake or TLS 1.3 is asked of a TLS library.

tlslite-ng holds the conversation; where it can't, Python's `ssl` reads the certificate over a second connection. Both
run without sockets and threads of their own, between the reads and writes of the event loop here, one record of the
peer at a time (some 30 ms of CPU at most): a deadline or a cancellation takes effect at once, and nothing outlives it.
"""

import asyncio
import socket
from struct import Struct
from typing import TYPE_CHECKING, Final, Protocol

from hemostat.detect.drivers.library_failures import failure_code
from hemostat.detect.drivers.library_findings import Findings
from hemostat.detect.drivers.place import Place
from hemostat.exchange import AskLibrary, LibraryReport
from hemostat.exchange.facts import Ended
from hemostat.wire.errors import WireError
from hemostat.wire.records import RecordReader

if TYPE_CHECKING:
    from hemostat.detect.drivers.library_tlslite import TlsliteConversation

__all__ = ["ask"]

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


async def ask(question: AskLibrary, place: Place, deadline: float) -> LibraryReport:
    """Put `question` to the peer at `place`; report what was found by `deadline` (seconds of the running loop's clock).

    Whatever the peer does ends in a report, which evidence takes as it is. May be cancelled as any coroutine; its
    connection is closed then.
    """
    findings = Findings()
    try:
        # Loaded elsewhere the first time (0.1 s): other probes' clocks go on here.
        make = await asyncio.to_thread(_load_tlslite)
        conversation: _Conversation = make(question, findings, asyncio.get_running_loop().time)
    except ImportError as error:
        findings.failure = failure_code(error)
    else:
        await _converse(place, findings, conversation, deadline)
    unread = question.purpose == "certificate" and not findings.certificates
    if unread and (findings.failure or "").startswith(_ANOTHER_LIBRARY_MAY):
        await _ask_again(question.name, place, findings, deadline)
    return findings.report()


async def _ask_again(name: str | None, place: Place, findings: Findings, deadline: float) -> None:
    """Ask Python's `ssl` for the certificate; where it gets one, its word replaces the first library's."""
    second = Findings()
    try:
        conversation = _ssl(name, second)
    except (ImportError, ValueError):
        return  # There is none, or it won't send that name.
    await _converse(place, second, conversation, deadline)
    if second.certificates:
        findings.certificates = second.certificates
        findings.version, findings.cipher = second.version, second.cipher
        findings.ended, findings.failure = second.ended, None


def _load_tlslite() -> "type[TlsliteConversation]":
    from hemostat.detect.drivers.library_tlslite import TlsliteConversation, load

    load()
    return TlsliteConversation


def _ssl(name: str | None, findings: Findings) -> _Conversation:
    from hemostat.detect.drivers.library_ssl import SslConversation

    return SslConversation(name, findings)


async def _converse(place: Place, findings: Findings, conversation: _Conversation, deadline: float) -> None:
    """Connect, carry bytes to and fro until the conversation is over, close."""
    try:
        async with asyncio.timeout_at(deadline):
            with socket.socket(place.family, place.kind) as connection:
                connection.setblocking(False)
                await asyncio.get_running_loop().sock_connect(connection, place.address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                findings.ended = "ours"
                findings.ended = await _carry(connection, conversation)
    except ConnectionResetError as error:
        findings.ended = "reset" if findings.ended == "ours" else "failed"
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
        while whole := reader.feed(data):
            data = b""
            for one in whole:
                records += 1
                if records > _MOST_RECORDS:
                    raise WireError("too-many-messages")
                conversation.receive(_HEADER.pack(one.kind, one.version, len(one.body)) + one.body)
                # A read that finds bytes does not wait: a peer that never pauses would stop the loop's clock.
                await asyncio.sleep(0)
                if conversation.finished:
                    break
