"""Servers that mean no good, in every dialect's words: each a function of one connection, and what may be said of it.

    for hostile in hostiles(200): ...  # hostile.dialect, hostile.behave, hostile.said

Those of a TLS that breaks the rules are `tests.detect.network.hostile`'s, here behind the words, too.
"""

from __future__ import annotations

import itertools
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hemostat.dialects import Dialect, dialects
from hemostat.layers import Layer, Setting, Spoken
from tests.detect.drivers.library_peer import pair
from tests.detect.drivers.scripted import reset
from tests.detect.network import hostile, hostile_datagrams

__all__ = ["Hostile", "hostiles"]

Said = frozenset[tuple[str, str]]
"""Verdict and reason: one of these is right."""
Behave = Callable[[socket.socket], None]
Answer = Callable[[socket.socket, bytes, Any], None]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One server: what it does, to those who ask it in which dialect, and what may be said of it.

    `behave` is done to each connection (TCP), `answer` to each datagram (UDP); the other is None.
    """

    name: str
    dialect: Dialect
    said: Said
    behave: Behave | None = None
    answer: Answer | None = None


def _inconclusive(*reasons: str) -> Said:
    return frozenset(("inconclusive", reason) for reason in reasons)


_SILENT = _inconclusive("silent")
_RESET = _inconclusive("reset")
_NOT_THESE_WORDS = _inconclusive("other-protocol", "broken-words", "too-long", "not-tls")
_NO_TLS = frozenset({("not-affected", "no-tls")})
_HTTP = frozenset({("not-affected", "plain-http")})
_SSH = frozenset({("not-affected", "ssh")})

_REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
_ENDLESS = {
    "ftp": (b"", b"220-welcome\r\n"),
    "imap": (b"* OK ready\r\n", b"* OK and more\r\n"),
    "lmtp": (b"", b"220-welcome\r\n"),
    "managesieve": (b"", b'"X-MORE" "and more"\r\n'),
    "nntp": (b"200 ready\r\n", b"101 and more\r\n"),
    "pop3": (b"+OK ready\r\n", b"+OK and more\r\n"),
    "smtp": (b"", b"220-welcome\r\n"),
    "irc": (b"", b":irc.example NOTICE * :and more\r\n"),
    "xmpp": (b"<stream:stream xmlns='jabber:client'>", b"<a/>"),
}
"""What a dialect's server says first, and then for ever, each line as good as its protocol allows."""
_GREETINGS = (b"+OK POP3 ready\r\n", b"* OK IMAP4rev1 ready\r\n", b'"IMPLEMENTATION" "sieve"\r\nOK\r\n')
_STRIDE = 7
"""Kinds by which dialects that follow one another begin apart."""
_GARBAGE = random.Random(2014).randbytes(4096)


# -- before the words, or in the middle of them --------------------------------------------------------------


def _now() -> int:
    return time.monotonic_ns() // 1000


def _layer(dialect: Dialect) -> Layer:
    return dialect.grants(Setting("crowd.example", 0, os.urandom, int(time.time())))


def _talk(
    connection: socket.socket, dialect: Dialect, *, hears: int | None = None, pause: float = 0.0
) -> None:
    """Speak the dialect's words as its server does, until TLS may begin, or until so many of the client's were heard,
    the last of which gets no answer. `pause`: seconds before each byte.
    """
    layer = _layer(dialect)
    said = layer.start(_now()).to_peer
    while True:
        for data in said:
            if pause:
                hostile.drip(connection, data, pause)
            else:
                connection.sendall(data)
        if layer.ready or hears == 0:
            return
        said = _answer_of(layer, connection)
        if hears is not None:
            hears -= 1
            said = said if hears else ()


def _answer_of(layer: Layer, connection: socket.socket) -> tuple[bytes, ...]:
    """Hear as little as makes the layer answer, or ready: what lies behind it may be TLS's."""
    while True:
        heard = connection.recv(1)
        if not heard:
            raise ConnectionAbortedError
        said = layer.from_peer(_now(), heard).to_peer
        if layer.refusal:
            raise ConnectionAbortedError
        if said or layer.ready:
            return said


def _stays(connection: socket.socket) -> None:
    hostile.until_gone(connection)


def _byte_by_byte(connection: socket.socket, dialect: Dialect) -> None:
    """A word takes minutes."""
    _talk(connection, dialect, pause=1.5)
    _stays(connection)


def _garbage(connection: socket.socket, dialect: Dialect) -> None:
    connection.sendall(_GARBAGE)
    _stays(connection)


def _endless_banner(connection: socket.socket, dialect: Dialect) -> None:
    """One line without an end."""
    while True:
        connection.sendall(b"welcome, welcome, " * 1000)


def _endless_greeting(connection: socket.socket, dialect: Dialect) -> None:
    """Lines without an end."""
    first, line = _ENDLESS.get(dialect.name, (b"", b"welcome\r\n"))
    connection.sendall(first)
    while True:
        connection.sendall(line * 500)


def _a_line_of_spaces(connection: socket.socket, dialect: Dialect) -> None:
    """Words that take long to take apart for who tries every way: a second a line, once."""
    connection.sendall(b":a b" + b" " * 8000 + b"\0\r\n")
    _stays(connection)


def _resets_after_the_banner(connection: socket.socket, dialect: Dialect) -> None:
    _talk(connection, dialect, hears=0)
    reset(connection)


def _resets_in_the_middle(connection: socket.socket, dialect: Dialect) -> None:
    _talk(connection, dialect, hears=1)
    reset(connection)


def _closes_in_the_middle(connection: socket.socket, dialect: Dialect) -> None:
    _talk(connection, dialect, hears=1)
    connection.shutdown(socket.SHUT_WR)
    _stays(connection)


def _is_silent_in_the_middle(connection: socket.socket, dialect: Dialect) -> None:
    _talk(connection, dialect, hears=1)
    _stays(connection)


def _redirects(connection: socket.socket, dialect: Dialect) -> None:
    """As a web server does on any port."""
    connection.sendall(_REDIRECT)
    connection.shutdown(socket.SHUT_WR)
    _stays(connection)


def _is_an_ssh_server(connection: socket.socket, dialect: Dialect) -> None:
    hostile.speaks_ssh(connection)


def _is_a_mail_server_without_tls(connection: socket.socket, dialect: Dialect) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")
    while heard := connection.recv(1 << 16):
        for line in heard.splitlines():
            connection.sendall(b"250 mail.example\r\n" if line.startswith(b"EHLO") else b"500 What?\r\n")


class _GreetsAsAnother:
    """In another protocol's words on each connection, never in those of which it was asked in."""

    def __init__(self, dialect: Dialect) -> None:
        self._greetings = itertools.cycle(each for each in _GREETINGS if not dialect.greets(each))

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(next(self._greetings))
        _stays(connection)


# -- behind the words ----------------------------------------------------------------------------------------


def _injects_text(connection: socket.socket, dialect: Dialect) -> None:
    """Behind its word that TLS may begin, in one write with it."""
    layer = _layer(dialect)
    said = layer.start(_now()).to_peer
    while not layer.ready:
        connection.sendall(b"".join(said))
        said = _answer_of(layer, connection)
    connection.sendall(b"".join(said) + b"250 2.0.0 Ok: what follows is not encrypted\r\n")
    _stays(connection)


def _says_hello_and_then_text(connection: socket.socket) -> None:
    hostile.hear(connection)
    connection.sendall(
        hostile.record(22, hostile.server_hello(hostile.HEARTBEATS)) + b"421 I am no TLS server\r\n"
    )
    _stays(connection)


_Words = Callable[[socket.socket, Dialect], None]

_IN_WORDS: tuple[tuple[_Words, Said], ...] = (
    (_byte_by_byte, _SILENT),
    (_garbage, _NOT_THESE_WORDS | _SILENT),
    (_endless_banner, _NOT_THESE_WORDS),
    (_endless_greeting, _NOT_THESE_WORDS),
    (_a_line_of_spaces, _NOT_THESE_WORDS | _SILENT),
    (_resets_after_the_banner, _RESET),
    (_resets_in_the_middle, _RESET),
    (_closes_in_the_middle, _inconclusive("closed-before-tls", "closed")),
    (_is_silent_in_the_middle, _SILENT),
    (_redirects, _HTTP),
    (_is_an_ssh_server, _SSH),
    (_is_a_mail_server_without_tls, _NO_TLS),
    (_injects_text, _inconclusive("text-before-tls")),
)
"""Of dialects that have words."""
_TLS: tuple[tuple[Behave, Said], ...] = (
    (hostile.is_silent, _SILENT),
    (hostile.resets_at_once, _RESET),
    (hostile.resets_after_the_hello, _RESET),
    (_says_hello_and_then_text, _inconclusive("not-a-record")),
    (hostile.dribbles, _SILENT),
    (hostile.closes_at_once, _inconclusive("closed")),
    (hostile.sends_records_for_ever, _inconclusive("too-many-bytes")),
    (hostile.sends_empty_records_for_ever, _inconclusive("too-many-bytes")),
    (hostile.sends_a_record_of_65535, _inconclusive("record-overflow")),
    (hostile.sends_a_message_of_16_mib, _inconclusive("message-overflow")),
    (hostile.sends_hello_requests_for_ever, _inconclusive("too-many-messages")),
    (hostile.warns_for_ever, _inconclusive("too-many-messages")),
    (hostile.floods_with_heartbeats, _inconclusive("too-many-messages")),
    (hostile.repeats_an_extension, _inconclusive("duplicate-extension")),
    (hostile.refuses_every_hello, _inconclusive("alert-handshake_failure")),
    (hostile.sends_half_a_flight, _SILENT),
    (hostile.answers_other_bytes, _inconclusive("answer-differs")),
    (hostile.answers_in_text, _inconclusive("not-a-record", "reset")),
    (hostile.answers_by_a_flood, _inconclusive("too-many-messages")),
    (hostile.answers_by_a_record_of_65535, _inconclusive("record-overflow")),
    (hostile.resets_at_the_question, _RESET),
    (hostile.closes_at_the_question, _inconclusive("needs-after-handshake", "closed")),
    (
        # It ends a handshake that goes on with bytes of ours unread, which may arrive as a reset.
        hostile.is_silent_at_the_question,
        _SILENT | _RESET | _inconclusive("control-unanswered", "needs-after-handshake"),
    ),
    (hostile.refuses_heartbeats, _inconclusive("needs-after-handshake", "alert-unexpected_message")),
)
"""Of TLS, from the first byte and behind words."""
_FIRST_BYTES: tuple[tuple[Behave, Said], ...] = (
    (hostile.speaks_http, _HTTP),
    (hostile.speaks_ssh, _SSH),
    (hostile.speaks_ssl2, _inconclusive("ssl2")),
    (hostile.greets_for_ever, _inconclusive("not-tls")),
)
"""Of TLS from the first byte alone."""
_BY_DATAGRAMS: dict[str, tuple[tuple[Answer, Said], ...]] = {
    "dtls": (
        (hostile_datagrams.is_silent, _SILENT),
        (hostile_datagrams.speaks_text, _inconclusive("not-tls")),
        (hostile_datagrams.floods, _inconclusive("too-many-bytes")),
        (hostile_datagrams.counts_wrongly, _SILENT),
        (hostile_datagrams.asks_for_cookies_for_ever, _SILENT),
        (hostile_datagrams.promises_16_mib, _inconclusive("message-overflow")),
    ),
    "openvpn": (
        (hostile_datagrams.is_silent, _SILENT),
        (hostile_datagrams.speaks_text, _inconclusive("other-protocol")),
        (hostile_datagrams.floods, _inconclusive("other-protocol")),
    ),
}


def _send_garbage(own: socket.socket, data: bytes, sender: Any) -> None:
    own.sendto(_GARBAGE[:1200], sender)


def _of_datagrams(dialect: Dialect) -> Iterator[Hostile]:
    for answer, said in _BY_DATAGRAMS.get(dialect.name, ((hostile_datagrams.is_silent, _SILENT),)):
        yield Hostile(answer.__name__, dialect, said, answer=answer)
    yield Hostile("garbage", dialect, _NOT_THESE_WORDS, answer=_send_garbage)


def _of_stream(dialect: Dialect) -> Iterator[Hostile]:
    if not dialect.has_words:
        for bare, said in (*_TLS, *_FIRST_BYTES):
            yield Hostile(bare.__name__, dialect, said, bare)
        yield Hostile("greets_as_another", dialect, _NOT_THESE_WORDS, _GreetsAsAnother(dialect))
        return
    plain = isinstance(dialect.grants(Setting("", 0, os.urandom)), Spoken)
    yield Hostile("is_silent", dialect, _SILENT, hostile.is_silent)
    yield Hostile("resets_at_once", dialect, _RESET, hostile.resets_at_once)
    yield Hostile("greets_as_another", dialect, _NOT_THESE_WORDS, _GreetsAsAnother(dialect))
    for words, said in _IN_WORDS:
        if plain or words is not _injects_text:
            yield Hostile(words.__name__.strip("_"), dialect, said, _bound(words, dialect))
    for bare, said in _TLS if plain else ():
        yield Hostile(f"then_{bare.__name__.strip('_')}", dialect, said, _behind(bare, dialect))


def _bound(words: _Words, dialect: Dialect) -> Behave:
    return lambda connection: words(connection, dialect)


def _behind(bare: Behave, dialect: Dialect) -> Behave:
    def behave(connection: socket.socket) -> None:
        _talk(connection, dialect)
        bare(connection)

    return behave


def hostiles(most: int | None = None) -> list[Hostile]:
    """So many, the same at every call: first one of each kind, then another of each, of every dialect in turn. None:
    all that there are.
    """
    # Made before threads may: two that make it at once would show two certificates.
    pair("rsa")
    rows = []
    for number, dialect in enumerate(dialects().values()):
        row = list((_of_stream if dialect.transport == "tcp" else _of_datagrams)(dialect))
        begin = number * _STRIDE % len(row)
        rows.append([*row[begin:], *row[:begin]])
    in_turn = [one for column in itertools.zip_longest(*rows) for one in column if one is not None]
    seen = Counter[str]()
    ranked = []
    for one in in_turn:
        ranked.append((seen[one.name], one))
        seen[one.name] += 1
    return [one for _, one in sorted(ranked, key=lambda each: each[0])][:most]
