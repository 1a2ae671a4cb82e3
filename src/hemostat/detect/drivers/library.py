"""The driver's answer to `AskLibrary`: what takes a finished handshake or TLS 1.3 is asked of a TLS library.

tlslite-ng holds the conversation; where it can't, Python's `ssl` reads the certificate over a second connection. Both
run without sockets and threads of their own, between the reads and writes of the event loop here, one record of the
peer at a time (some 30 ms of CPU at most): a deadline or a cancellation takes effect at once, and nothing outlives it.
"""

import asyncio
import socket
from typing import TYPE_CHECKING, Final

from hemostat.detect.drivers.library_carrying import Conversation, carry
from hemostat.detect.drivers.library_failures import NoTls, failure_code
from hemostat.detect.drivers.library_findings import Findings
from hemostat.detect.drivers.place import Place
from hemostat.exchange import AskLibrary, LibraryReport
from hemostat.wire.errors import WireError

if TYPE_CHECKING:
    from hemostat.detect.drivers.library_tlslite import TlsliteConversation

__all__ = ["ask"]

_ANOTHER_LIBRARY_MAY: Final = ("handshake-", "library-", "no-library", "closed")


async def ask(question: AskLibrary, place: Place, deadline: float) -> LibraryReport:
    """Put `question` to the peer at `place`; report what was found by `deadline` (seconds of the running loop's clock).

    Whatever the peer does ends in a report, which evidence takes as it is. May be cancelled as any coroutine; its
    connection is closed then.
    """
    findings = Findings()
    try:
        # Loaded elsewhere the first time (0.1 s): other probes' clocks go on here.
        make = await asyncio.to_thread(_load_tlslite)
        conversation: Conversation = make(question, findings, asyncio.get_running_loop().time)
    except ImportError as error:
        findings.failure = failure_code(error)
    else:
        await _converse(question, place, findings, conversation, deadline)
    unread = question.purpose == "certificate" and not findings.certificates
    if unread and (findings.failure or "").startswith(_ANOTHER_LIBRARY_MAY):
        await _ask_again(question, place, findings, deadline)
    return findings.report()


async def _ask_again(question: AskLibrary, place: Place, findings: Findings, deadline: float) -> None:
    """Ask Python's `ssl` for the certificate; where it gets one, its word replaces the first library's."""
    second = Findings()
    try:
        conversation = _ssl(question.name, second)
    except (ImportError, ValueError):
        return  # There is none, or it won't send that name.
    await _converse(question, place, second, conversation, deadline)
    if second.certificates:
        findings.certificates = second.certificates
        findings.version, findings.cipher = second.version, second.cipher
        findings.ended, findings.failure = second.ended, None


def _load_tlslite() -> "type[TlsliteConversation]":
    from hemostat.detect.drivers.library_tlslite import TlsliteConversation, load

    load()
    return TlsliteConversation


def _ssl(name: str | None, findings: Findings) -> Conversation:
    from hemostat.detect.drivers.library_ssl import SslConversation

    return SslConversation(name, findings)


async def _converse(
    question: AskLibrary, place: Place, findings: Findings, conversation: Conversation, deadline: float
) -> None:
    """Connect, speak the layer's words, carry bytes to and fro until the conversation is over, close."""
    try:
        async with asyncio.timeout_at(deadline):
            with socket.socket(place.family, place.kind) as connection:
                connection.setblocking(False)
                await asyncio.get_running_loop().sock_connect(connection, place.address)
                if place.kind == socket.SOCK_STREAM:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                findings.ended = "ours"
                findings.ended = await carry(connection, question.layer(_now()), conversation)
    except ConnectionResetError as error:
        findings.ended = "reset" if findings.ended == "ours" else "failed"
        conversation.fail(error)
    except (OSError, WireError, NoTls) as error:
        conversation.fail(error)
    conversation.conclude()


def _now() -> int:
    return round(asyncio.get_running_loop().time() * 1e6)
