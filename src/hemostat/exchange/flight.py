"""The peer's first flight, read message by message into a connection's facts. The same over TLS and DTLS,
from either role.
"""

from typing import Final

from hemostat.exchange.facts import Connection
from hemostat.wire import protocol
from hemostat.wire.ciphers import SIGNALLING
from hemostat.wire.handshake import Message
from hemostat.wire.hello import ClientHello, read_client_hello, read_server_hello
from hemostat.wire.messages import read_certificate, read_certificate_request
from hemostat.wire.protocol import handshake_name

__all__ = ["MOST_ALERTS", "choose_cipher", "take_client_hello", "take_server_message", "wants_question"]

MOST_ALERTS: Final = 8
"""Alerts of one connection that are noted; a peer that sends more is given up (`too-many-messages`)."""
_STREAM_VERSIONS: Final = frozenset({protocol.SSL30, protocol.TLS10, protocol.TLS11, protocol.TLS12})
_DATAGRAM_VERSIONS: Final = frozenset({protocol.DTLS10, protocol.DTLS12})


def take_server_message(message: Message, facts: Connection) -> bool:
    """Read one message of a server's flight; True when there is nothing more to wait for (ServerHelloDone, or
    TLS 1.3).

    Raises `WireError`, those of `wire.hello` and `wire.messages`.
    """
    kind, body = message
    facts.log("<", handshake_name(kind), len(body))
    if kind == protocol.SERVER_HELLO:
        if facts.version is None:
            hello = read_server_hello(body)
            facts.version, facts.cipher, facts.heartbeat = hello.version, hello.cipher, hello.heartbeat
        return facts.version == protocol.TLS13
    if facts.version is None:
        return False
    if kind == protocol.CERTIFICATE:
        if not facts.certificates:
            facts.certificates = read_certificate(body)
    elif kind == protocol.CERTIFICATE_REQUEST:
        read_certificate_request(body)
        facts.client_certificate_asked = True
    return kind == protocol.SERVER_HELLO_DONE


def take_client_hello(message: Message, facts: Connection, *, datagram: bool) -> ClientHello | None:
    """Read a client's hello; None for any other message. Raises `WireError`, those of `wire.hello`.

    The version noted is the one that our ServerHello will name: the client's best up to TLS 1.2; TLS 1.3
    where it takes no other.
    """
    kind, body = message
    facts.log("<", handshake_name(kind), len(body))
    if kind != protocol.CLIENT_HELLO or facts.version is not None:
        return None
    hello = read_client_hello(body, datagram=datagram)
    version = hello.version
    if not datagram and hello.versions:
        earlier = [offered for offered in hello.versions if protocol.SSL30 <= offered <= protocol.TLS12]
        version = max(earlier, default=protocol.TLS13)
    elif not datagram:
        version = min(version, protocol.TLS12)
    facts.version, facts.heartbeat = version, hello.heartbeat
    return hello


def choose_cipher(suites: tuple[int, ...]) -> int:
    """The first suite of a client's list that a ServerHello up to TLS 1.2 may name;
    TLS_RSA_WITH_AES_128_CBC_SHA where none is.

    Passed over: signalling values (RFC 5746, RFC 7507), GREASE (RFC 8701), the suites of TLS 1.3.
    """
    for code in suites:
        if code not in (SIGNALLING, 0x5600) and code & 0x0F0F != 0x0A0A and code >> 8 != 0x13:
            return code
    return 0x002F


def wants_question(facts: Connection, *, datagram: bool) -> bool:
    """Whether the hello leaves anything to ask: a version of this protocol up to 1.2, and heartbeats offered; or SSL
    3.0, where OpenSSL answers without an offer.
    """
    versions = _DATAGRAM_VERSIONS if datagram else _STREAM_VERSIONS
    return facts.version in versions and (facts.heartbeat is not None or facts.version == protocol.SSL30)
