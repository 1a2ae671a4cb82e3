"""The applications around OpenSSL 1.0.2q: what a server program does when the library tells it "read again".

After each heartbeat inside the handshake OpenSSL returns from `SSL_accept` with WANT_READ, although nothing
is amiss. Programs differ in what they make of it, and every kind here is one that was seen in the field:

- **reads on** (Apache, stunnel): level-triggered events, so that what is still unread wakes the program
  again;
- **one record an event** (nginx): edge-triggered events, one `SSL_accept` for each, so that a burst that
  arrived whole is read one record at a time and stalls until more arrives;
- **closes** (any blocking socket): a blocking `SSL_accept` that says WANT_READ has failed, as far as the
  program knows, so it closes. With what it has not read still in the kernel, that close is a reset;
- **shuts down and closes** (s_server): the same, with a `shutdown` before the close, so that an orderly end
  leaves first and the reset, if bytes are unread, right behind it.

TLS reads from the real socket (`SSL_set_fd`): no byte leaves the kernel before OpenSSL asks for it. A
non-blocking socket makes two reasons for WANT_READ where a blocking one knows one; they are told apart by
OpenSSL's own message callback, which reports each heartbeat, so "closes" does exactly what the blocking
program does.

DTLS has one socket for all peers, one SSL object for each address: datagrams are handed in through a memory
BIO, one at a time, and replies leave through OpenSSL's own datagram BIO, so that what shares a datagram is
OpenSSL's choice.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import select
import socket
import struct
import time
from ctypes import c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.live.peers import openssl102q_library as openssl

TLS_KINDS = ("reads-on", "one-record-an-event", "closes", "shuts-down-and-closes")
DTLS_KINDS = ("retries", "closes")

_CLOSING = ("closes", "shuts-down-and-closes")
_HEARTBEAT = 24
_PATIENCE = 60.0
"""Seconds after which a connection is given up, as real servers do."""
_ANSWER = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is: its kind, transport, the versions it speaks, what it shows and what it asks."""

    kind: str
    certificate: Path
    key: Path
    dtls: bool = False
    versions: tuple[str, ...] = ("TLS1.0", "TLS1.1", "TLS1.2")
    asks_client_certificate: bool = False


class Server(Protocol):
    """A server's loop: `turn` waits for events, at most `timeout` seconds, and deals with them."""

    def turn(self, timeout: float) -> None: ...


@dataclass(slots=True)
class Context:
    """An SSL_CTX, and whether a heartbeat has come in since `heartbeat` was last cleared."""

    library: openssl.Library
    pointer: Any = None
    heartbeat: bool = False
    kept: list[Any] = field(default_factory=list)
    """ctypes callbacks, which must outlive the context."""

    def on_message(
        self, written: int, _version: int, content_type: int, _bytes: Any, _length: int, _ssl: Any, _arg: Any
    ) -> None:
        if not written and content_type == _HEARTBEAT:
            self.heartbeat = True

    def error(self, ssl: Any, result: int) -> int:
        """OpenSSL's word for a result that was not a success."""
        return int(self.library.ssl.SSL_get_error(ssl, result))

    def call(self, function: str, ssl: Any, *arguments: Any) -> int:
        """Calls libssl with an empty error queue (an old error would be taken for new) and no heartbeat seen."""
        self.library.crypto.ERR_clear_error()
        self.heartbeat = False
        return int(getattr(self.library.ssl, function)(ssl, *arguments))


def context(library: openssl.Library, method: str, versions: tuple[str, ...]) -> Context:
    """An SSL_CTX of the named method that speaks just the versions ("SSL3.0", … "TLS1.2", "DTLS1.0", "DTLS1.2")."""
    made = Context(library)
    made.pointer = library.must(library.ssl.SSL_CTX_new(getattr(library.ssl, method)()), "SSL_CTX_new")
    spoken = {version.replace("DTLS1.0", "TLS1.0").replace("DTLS1.2", "TLS1.2") for version in versions}
    unknown = spoken - set(openssl.SSL_OP_NO)
    if unknown:
        raise ValueError(f"no version of OpenSSL 1.0.2: {', '.join(sorted(unknown))}")
    forbidden = sum(option for version, option in openssl.SSL_OP_NO.items() if version not in spoken)
    library.ssl.SSL_CTX_ctrl(made.pointer, openssl.SSL_CTRL_OPTIONS, forbidden, None)
    library.must(library.ssl.SSL_CTX_set_cipher_list(made.pointer, b"ALL:!aNULL:!eNULL"), "cipher list")
    watcher = openssl.MESSAGE_CALLBACK(made.on_message)
    made.kept.append(watcher)
    library.ssl.SSL_CTX_set_msg_callback(made.pointer, watcher)
    return made


def serve(library: openssl.Library, settings: Settings, bound: socket.socket) -> Server:
    """The server of these settings on a socket that is bound (and, for TLS, listens)."""
    kinds = DTLS_KINDS if settings.dtls else TLS_KINDS
    if settings.kind not in kinds:
        raise ValueError(f"a {'DTLS' if settings.dtls else 'TLS'} server is one of {', '.join(kinds)}")
    made = context(
        library, "DTLS_server_method" if settings.dtls else "SSLv23_server_method", settings.versions
    )
    ssl = library.ssl
    # Without it this OpenSSL offers no curve, and speaks RSA key exchange only.
    ssl.SSL_CTX_ctrl(made.pointer, openssl.SSL_CTRL_SET_ECDH_AUTO, 1, None)
    certificate, key = str(settings.certificate).encode(), str(settings.key).encode()
    library.must(ssl.SSL_CTX_use_certificate_chain_file(made.pointer, certificate), "certificate")
    library.must(ssl.SSL_CTX_use_PrivateKey_file(made.pointer, key, openssl.SSL_FILETYPE_PEM), "key")
    if settings.asks_client_certificate:
        ssl.SSL_CTX_set_verify(made.pointer, openssl.SSL_VERIFY_PEER, None)
    return (
        _DtlsServer(made, settings.kind, bound) if settings.dtls else _TlsServer(made, settings.kind, bound)
    )


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    ssl: Any
    until: float
    established: bool = False
    events: int = 0


class _TlsServer:
    """Many TLS connections on one epoll."""

    def __init__(self, made: Context, kind: str, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._context = made
        self._kind = kind
        self._listener = listener
        self._epoll = select.epoll()
        self._epoll.register(listener.fileno(), select.EPOLLIN)
        self._connections: dict[int, _Connection] = {}
        self._buffer = ctypes.create_string_buffer(1 << 14)
        self._sweep = time.monotonic() + 1

    def turn(self, timeout: float) -> None:
        for descriptor, _ in self._epoll.poll(timeout):
            if descriptor == self._listener.fileno():
                self._take_all()
            elif descriptor in self._connections:
                self._advance(self._connections[descriptor])
        now = time.monotonic()
        if now >= self._sweep:
            self._sweep = now + 1
            for connection in [c for c in self._connections.values() if c.until < now]:
                self._close(connection)

    def _take_all(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                accepted, _ = self._listener.accept()
                accepted.setblocking(False)
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                library = self._context.library
                ssl = library.must(library.ssl.SSL_new(self._context.pointer), "SSL_new")
                library.ssl.SSL_set_fd(ssl, accepted.fileno())
                connection = _Connection(
                    accepted, ssl, time.monotonic() + _PATIENCE, events=self._events(False)
                )
                self._connections[accepted.fileno()] = connection
                self._epoll.register(accepted.fileno(), connection.events)

    def _events(self, writing: bool) -> int:
        edge = select.EPOLLET if self._kind == "one-record-an-event" else 0
        return select.EPOLLIN | edge | (select.EPOLLOUT if writing else 0)

    def _advance(self, connection: _Connection) -> None:
        """One call into OpenSSL for one event."""
        made = self._context
        if connection.established:
            result = made.call("SSL_read", connection.ssl, self._buffer, len(self._buffer))
            if result > 0:
                made.call("SSL_write", connection.ssl, _ANSWER, len(_ANSWER))
                made.call("SSL_shutdown", connection.ssl)
                self._close(connection)
                return
        else:
            result = made.call("SSL_accept", connection.ssl)
            if result == 1:
                connection.established = True
                self._watch(connection, writing=False)
                return
        error = made.error(connection.ssl, result)
        closes = self._kind in _CLOSING and made.heartbeat
        if closes or error not in (openssl.SSL_ERROR_WANT_READ, openssl.SSL_ERROR_WANT_WRITE):
            self._close(connection)
        else:
            self._watch(connection, writing=error == openssl.SSL_ERROR_WANT_WRITE)

    def _watch(self, connection: _Connection, *, writing: bool) -> None:
        # Telling epoll anew what it knows already would re-arm the edge, and so be an event more.
        if (events := self._events(writing)) != connection.events:
            connection.events = events
            self._epoll.modify(connection.socket.fileno(), events)

    def _close(self, connection: _Connection) -> None:
        descriptor = connection.socket.fileno()
        del self._connections[descriptor]
        self._epoll.unregister(descriptor)
        self._context.library.ssl.SSL_free(connection.ssl)
        if self._kind == "shuts-down-and-closes":
            with contextlib.suppress(OSError):  # the other side was faster
                connection.socket.shutdown(socket.SHUT_RDWR)
        connection.socket.close()


@dataclass(slots=True)
class _Association:
    ssl: Any
    incoming: Any
    until: float


class _DtlsServer:
    """Many DTLS peers on one socket, each asked for a cookie first (RFC 6347 section 4.2.1)."""

    def __init__(self, made: Context, kind: str, bound: socket.socket) -> None:
        bound.setblocking(False)
        # A burst of fragmented datagrams from many peers at once is larger than a socket's usual buffer.
        with contextlib.suppress(PermissionError):
            bound.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 23)
        self._context = made
        self._kind = kind
        self._socket = bound
        self._associations: dict[Any, _Association] = {}
        self._speaking: Any = None
        self._timers = time.monotonic() + _TIMER_STEP
        maker, judge = openssl.COOKIE_MAKER(self._make_cookie), openssl.COOKIE_JUDGE(self._judge_cookie)
        made.kept += [maker, judge]
        library = made.library
        library.ssl.SSL_CTX_set_cookie_generate_cb(made.pointer, maker)
        library.ssl.SSL_CTX_set_cookie_verify_cb(made.pointer, judge)
        options = openssl.SSL_OP_COOKIE_EXCHANGE | openssl.SSL_OP_NO_QUERY_MTU
        library.ssl.SSL_CTX_ctrl(made.pointer, openssl.SSL_CTRL_OPTIONS, options, None)

    def turn(self, timeout: float) -> None:
        readable, _, _ = select.select([self._socket], [], [], min(timeout, _TIMER_STEP))
        if readable:
            # As many as lie there, within bounds: timers must have their turn too.
            with contextlib.suppress(BlockingIOError):
                for _ in range(256):
                    datagram, address = self._socket.recvfrom(1 << 16)
                    self._take(datagram, address)
        now = time.monotonic()
        if now >= self._timers:
            self._timers = now + _TIMER_STEP
            for address, association in list(self._associations.items()):
                if association.until < now:
                    self._forget(address)
                else:
                    self._context.call("SSL_ctrl", association.ssl, openssl.DTLS_CTRL_HANDLE_TIMEOUT, 0, None)

    def _take(self, datagram: bytes, address: Any) -> None:
        """Hands a datagram in and calls OpenSSL until it truly wants another ("closes": until it says so at all)."""
        self._speaking = address
        association = self._associations.get(address) or self._begin(address)
        made = self._context
        made.library.crypto.BIO_write(association.incoming, datagram, len(datagram))
        while True:
            result = made.call("SSL_accept", association.ssl)
            if result == 1 or made.error(association.ssl, result) != openssl.SSL_ERROR_WANT_READ:
                self._forget(address)
                return
            if not made.heartbeat:
                return
            if self._kind == "closes":
                self._forget(address)
                return

    def _begin(self, address: Any) -> _Association:
        library = self._context.library
        ssl = library.must(library.ssl.SSL_new(self._context.pointer), "SSL_new")
        incoming = library.must(library.crypto.BIO_new(library.crypto.BIO_s_mem()), "BIO_new")
        outgoing = library.must(
            library.crypto.BIO_new_dgram(self._socket.fileno(), openssl.BIO_NOCLOSE), "BIO_new_dgram"
        )
        peer = socket_address(address)
        library.crypto.BIO_ctrl(outgoing, openssl.BIO_CTRL_DGRAM_SET_PEER, 0, ctypes.cast(peer, c_void_p))
        library.ssl.SSL_set_bio(ssl, incoming, outgoing)
        library.ssl.SSL_ctrl(ssl, openssl.SSL_CTRL_MTU, 1400, None)
        association = _Association(ssl, incoming, time.monotonic() + _PATIENCE)
        self._associations[address] = association
        return association

    def _forget(self, address: Any) -> None:
        self._context.library.ssl.SSL_free(self._associations.pop(address).ssl)

    def _cookie(self) -> bytes:
        return hashlib.sha1(b"a secret of the suite" + repr(self._speaking).encode()).digest()

    def _make_cookie(self, _ssl: Any, out: Any, length: Any) -> int:
        cookie = self._cookie()
        ctypes.memmove(out, cookie, len(cookie))
        length[0] = len(cookie)
        return 1

    def _judge_cookie(self, _ssl: Any, given: Any, length: int) -> int:
        return int(bytes(given[:length]) == self._cookie())


_SO_RCVBUFFORCE = 33
"""Linux's socket option for a buffer beyond the system's limit (root only); Python has no name for it."""

_TIMER_STEP = 0.1
"""Seconds between looks at the retransmission timers."""


def socket_address(address: Any) -> Any:
    """A C `struct sockaddr_in` or `sockaddr_in6` of a Python socket address."""
    host, port = address[0], address[1]
    if ":" in host:
        packed = struct.pack(
            "=HHI16sI", socket.AF_INET6, socket.htons(port), 0, socket.inet_pton(socket.AF_INET6, host), 0
        )
    else:
        packed = struct.pack(
            "=HH4s8x", socket.AF_INET, socket.htons(port), socket.inet_pton(socket.AF_INET, host)
        )
    return ctypes.create_string_buffer(packed, len(packed))
