"""`Probe`: all the connections that one answer takes. It decides; drivers drive.

A driver of a few dozen lines (asyncio, epoll, a memory BIO, a capture, a test) carries commands out and feeds
events; every rule of the exchange lives on this side. No sockets, no clock, no randomness but what is handed
in.
"""

import hashlib
from collections.abc import Callable
from typing import Final, Literal

from hemostat.dialects import Dialect, dialects, greeted_by
from hemostat.exchange.course import MOST_CONNECTIONS, Ask, Course, datagram_course, stream_course
from hemostat.exchange.datagram import DatagramDialogue, Timing
from hemostat.exchange.errors import ExchangeError
from hemostat.exchange.events import (
    AskLibrary,
    AwaitClient,
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    Failed,
    LibraryAnswered,
    LibraryReport,
    Send,
    Time,
    WakeAt,
)
from hemostat.exchange.facts import Connection, Part
from hemostat.exchange.peer import Peer, Via
from hemostat.exchange.stream import CONTROL_LENGTH, OWN_BYTES_LENGTH, Role, StreamDialogue
from hemostat.layers import ControlKey, Layer, Setting, Stacked, Step
from hemostat.wire.greetings import recognise

__all__ = ["Probe"]

_LONGEST_CONNECT: Final = 8_000_000
_MOST_CERTIFICATES: Final = 128
"""Different certificates of one peer that are kept: a chain has a few, a balancer shows a few chains."""
_MOST_MESSAGES: Final = 2000
"""Messages of one probe that are noted by name and length, so that its facts have a limit."""
_LEAST_HELLO_WAIT: Final = 3_000_000
_LONGEST_TRIAL: Final = 5_000_000
"""What is kept of the time for a hello, where a service says no word."""


class Probe:
    """One answer about one peer.

    `role`: what the peer is. `draw(n)`: n random bytes. `names`: the server name to send, and the other form
    to try where the first draws an alert or a close. `started`, `deadline`: microseconds of the clock that
    the events will use. `retries`: how often a connection that timed out is tried again. `seconds`: since 1970, now;
    `key`: see `Setting`. `via`: a proxy to ask first.
    `form`: `library` for a build that is asked through memory.

    Where something greets in another protocol than it was asked in, it is asked once more, in that one; where it
    answers plain words by a page of HTTP, or not at all, in TLS: so do ports of TLS.
    """

    __slots__ = (
        "_ask",
        "_begun",
        "_connection",
        "_connections",
        "_course",
        "_datagram",
        "_deadline",
        "_dialect",
        "_done",
        "_draw",
        "_form",
        "_key",
        "_layer",
        "_layer_wake",
        "_limit",
        "_may_switch",
        "_names",
        "_on_trial",
        "_peer",
        "_retries",
        "_role",
        "_seconds",
        "_spoke_first",
        "_spoken",
        "_started",
        "_stream",
        "_timing",
        "_via",
        "_waiting_for_connection",
    )

    def __init__(
        self,
        role: Role,
        peer: Peer,
        dialect: Dialect,
        draw: Callable[[int], bytes],
        *,
        started: int,
        deadline: int,
        names: tuple[str | None, str | None] = (None, None),
        retries: int = 1,
        seconds: int = 0,
        key: ControlKey | None = None,
        via: Via | None = None,
        form: Literal["hello", "library"] = "hello",
    ) -> None:
        self._role: Role = role
        self._peer = peer
        self._dialect = self._spoken = dialect
        self._names, self._retries = names, retries
        self._seconds, self._key, self._via = seconds, key, via
        self._form: Literal["hello", "library"] = form
        self._draw = draw
        self._started = started
        self._deadline = deadline
        self._timing = Timing()
        self._course = self._course_in(dialect)
        self._connections: list[Connection] = []
        self._connection: Connection | None = None
        self._ask: Ask | None = None
        self._stream: StreamDialogue | None = None
        self._datagram: DatagramDialogue | None = None
        self._layer: Layer | None = None
        self._begun = False
        self._spoke_first = self._on_trial = False
        self._may_switch = True
        self._layer_wake: int | None = None
        self._limit = deadline
        self._waiting_for_connection = False
        self._done = False

    # -- the driver's side -----------------------------------------------------------------------------------

    def start(self) -> list[Command]:
        """The first commands."""
        return self._next(self._started, None)

    def handle(self, event: Event) -> list[Command]:
        """One event; what to do now, in order. `Done` is the last command; events after it are ignored.

        Raises ExchangeError for an event that no command asked for, whatever the peer does.
        """
        if self._done:
            return []
        connection = self._connection
        if connection is None:
            raise ExchangeError("a probe is started before it is given events")
        now = event.at
        if isinstance(event, Data):
            return self._dialogue(now, self._layer_of().from_peer(now, event.data))
        if isinstance(event, Time):
            return self._time(now, connection)
        if isinstance(event, Closed):
            return self._closed(now, connection, event)
        if isinstance(event, Connected):
            return self._connected(now, connection)
        if isinstance(event, Failed):
            if not self._waiting_for_connection and (self._layer is None or self._spoken.transport == "tcp"):
                raise ExchangeError("a connection failed that was not asked for")
            return self._failed(now, connection, event.code)
        return self._library_answered(event, connection)

    # -- events ----------------------------------------------------------------------------------------------

    def _connected(self, now: int, connection: Connection) -> list[Command]:
        if not self._waiting_for_connection:
            raise ExchangeError("connected, but no connection was asked for")
        self._waiting_for_connection = False
        ask = self._ask
        if ask is None:
            raise ExchangeError("connected, but nothing is to be asked")
        spoken = self._spoken
        if self._role == "server" and spoken.transport == "tcp":
            connection.round_trip = now - connection.started
        elif self._role == "client":
            connection.started = now
        if spoken.records == "tls":
            self._stream = StreamDialogue(
                connection,
                self._role,
                self._draw,
                flush=spoken.flush,
                patience=ask.patience,
                payload=spoken.payload,
            )
        else:
            self._datagram = DatagramDialogue(
                connection, self._role, self._draw, self._timing, tally=ask.tally
            )
        layer = self._layer = self._new_layer(now)
        self._begun = False
        # A greeting may be held back for as long as its sender likes; a hello may not.
        connection.ready = layer.ready
        self._limit = self._hello_limit(now) if layer.ready else self._words_limit()
        first = layer.start(now)
        self._spoke_first = bool(first.to_peer)
        return self._dialogue(now, first)

    def _words_limit(self) -> int:
        """Until when a word is waited for, where none has come: then there is time left for a hello."""
        spoken = self._spoken
        if self._role == "client" or spoken is not self._dialect or spoken.transport != "tcp":
            return self._deadline
        return self._deadline - min(_LONGEST_TRIAL, (self._deadline - self._started) // 4)

    def _hello_limit(self, now: int) -> int:
        return min(self._deadline, now + max(_LEAST_HELLO_WAIT, (self._deadline - self._started) // 3))

    def _new_layer(self, now: int) -> Layer:
        """The layer of a connection; behind that of the proxy where there is one."""
        peer = self._peer
        host = self._names[0] or (peer.host or peer.address or "localhost").removesuffix(".")
        seconds = self._seconds + (now - self._started) // 1_000_000
        setting = Setting(host, peer.port or 0, self._draw, seconds, self._key)
        layer = (self._spoken.asks if self._role == "server" else self._spoken.grants)(setting)
        return layer if self._via is None else Stacked(self._via.layer(), layer)

    def _failed(self, now: int, connection: Connection, code: str) -> list[Command]:
        self._waiting_for_connection = False
        dialogue = self._stream or self._datagram
        if dialogue is not None:
            dialogue.give_up(now)
        connection.ended = "failed"
        connection.failure = code
        connection.ready = False
        connection.ended_at = now
        return self._next(now, connection)

    def _closed(self, now: int, connection: Connection, event: Closed) -> list[Command]:
        layer = self._layer
        unheard = not connection.heard and not (layer is not None and layer.heard)
        if layer is not None and self._spoken.transport == "udp" and event.how == "reset" and unheard:
            return [Close(), *self._failed(now, connection, "refused")]
        if self._stream is not None:
            self._stream.closed(now, event.how)
        elif self._datagram is not None:
            self._datagram.closed(now)
        else:
            raise ExchangeError("a connection was closed that is not there")
        return self._over(now, connection)

    def _time(self, now: int, connection: Connection) -> list[Command]:
        layer = self._layer
        if now < self._deadline and layer is not None and not layer.ready and layer.heard:
            # Its words have begun: however slow they are, they may come to their end.
            self._limit = self._deadline
        if now >= self._deadline or (now >= self._limit and not connection.parts):
            if self._stream is not None:
                self._stream.give_up(now)
            elif self._datagram is not None:
                self._datagram.give_up(now)
            if self._waiting_for_connection:
                return [Close(), *self._failed(now, connection, "timeout")]
            if self._layer is None:
                # A library was asked and has not answered.
                return self._failed(now, connection, "timeout")
            return self._over(now, connection)
        if self._layer_wake is not None and now >= self._layer_wake:
            return self._dialogue(now, self._layer_of().time(now))
        return self._dialogue(now, None)

    def _library_answered(self, event: LibraryAnswered, connection: Connection) -> list[Command]:
        if self._layer is not None or self._waiting_for_connection:
            raise ExchangeError("a library answered that was not asked")
        report = event.report or LibraryReport(ended="failed", failure="no-library")
        connection.version, connection.cipher, connection.heartbeat = (
            report.version,
            report.cipher,
            report.heartbeat,
        )
        connection.certificates = report.certificates
        connection.client_certificate_asked = report.client_certificate_asked
        connection.ended, connection.failure = report.ended, report.failure
        connection.alerts = list(report.alerts)
        for direction, name, length in report.messages:
            connection.log(direction, name, length)
        for item in report.parts:
            part = Part(item.name, b"", event.at)
            part.length, part.answer, part.count = item.length, item.answer, item.equal_bytes
            part.microseconds = item.microseconds
            connection.parts.append(part)
        connection.ended_at = event.at
        return self._next(event.at, connection)

    # -- between layer, dialogue and driver ------------------------------------------------------------------

    def _layer_of(self) -> Layer:
        if self._layer is None:
            raise ExchangeError("bytes or time came for a connection that is not there")
        return self._layer

    def _dialogue(self, now: int, step: Step | None) -> list[Command]:
        """Pass a layer's step (None: only time) to the dialogue and its words back down through the layer."""
        connection, layer = self._connection, self._layer
        if connection is None or layer is None:
            return [self._wake()]
        commands: list[Command] = []
        dialogue = self._stream or self._datagram
        if dialogue is None:
            return [self._wake()]
        words: list[bytes] = []
        if step is None:
            words += self._words(dialogue.time(now))
        else:
            commands += [Send(data) for data in step.to_peer]
            self._layer_wake = step.wake_at
            if layer.ready and not self._begun:
                self._begun = connection.ready = True
                self._limit = self._hello_limit(now)
                words += self._words(dialogue.start(now))
            for data in step.to_tls:
                if self._stream is not None:
                    words.append(self._stream.data(now, data))
                elif self._datagram is not None:
                    words += self._datagram.datagram(now, data)
        for word in words:
            if word:
                below = layer.from_tls(now, word)
                commands += [Send(data) for data in below.to_peer]
                if below.wake_at is not None:
                    self._layer_wake = below.wake_at
        if dialogue.over or layer.refusal:
            dialogue.give_up(now)
            return commands + self._over(now, connection)
        commands.append(self._wake())
        return commands

    @staticmethod
    def _words(said: bytes | list[bytes]) -> list[bytes]:
        return [said] if isinstance(said, bytes) else said

    def _wake(self) -> WakeAt:
        dialogue = self._stream or self._datagram
        at = self._deadline
        connection = self._connection
        if connection is not None and not connection.parts:
            at = min(at, self._limit)
        if dialogue is not None and dialogue.wake_at is not None:
            at = min(at, dialogue.wake_at)
        if self._layer_wake is not None:
            at = min(at, self._layer_wake)
        return WakeAt(at)

    def _over(self, now: int, connection: Connection) -> list[Command]:
        layer = self._layer
        if layer is not None:
            if not layer.ready:
                layer.ended(now)
            refusal = layer.refusal
            if isinstance(layer, Stacked):
                refusal = refusal or layer.cut_off(silent=connection.ended == "ours")
            connection.refusal = refusal
            if refusal is not None and refusal.startswith("proxy-"):
                connection.ended, connection.failure = "failed", refusal
            elif connection.version is None:
                greeting = recognise(layer.heard) if layer.heard else None
                heard = self._stream.heard if layer.ready and self._stream is not None else layer.heard
                greeted = greeted_by(heard)
                as_tls = greeting == "http" or (greeted is not None and greeted.name == "tls")
                # PostgreSQL's "yes" is one letter, which SSH's greeting begins with, too.
                others = refusal == "other-protocol" or (refusal is not None and greeting == "ssh")
                if others or (as_tls and not layer.ready):
                    connection.not_tls = greeting
                if greeted is None and (greeting == "http" or self._wordless(connection, layer, refusal)):
                    greeted = dialects()["tls"] if self._role == "server" else None
                if (
                    greeted is not None
                    and greeted is not self._spoken
                    and greeted.transport == self._spoken.transport
                ):
                    connection.spoke = greeted.name
        return [Close(), *self._next(now, connection)]

    def _wordless(self, connection: Connection, layer: Layer, refusal: str | None) -> bool:
        """Whether plain words drew not a byte, as they do of a port of TLS: silence where the server is to begin,
        silence or an end where we did. A reset is no answer; where silence is one (OpenVPN's keys), it shows nothing.
        """
        if layer.ready or layer.heard or refusal is not None or self._spoken is not self._dialect:
            return False
        ended = connection.ended == "ours" or (connection.ended == "fin" and self._spoke_first)
        return ended and not self._spoken.silence

    # -- the course ------------------------------------------------------------------------------------------

    def _course_in(self, dialect: Dialect) -> Course:
        client = self._role == "client"
        if dialect.records == "dtls":
            return datagram_course(self._names, client=client)
        return stream_course(
            self._names,
            retries=self._retries,
            flush=dialect.flush,
            client=client,
            mute=dialect.transport == "udp",
        )

    def _next(self, now: int, finished: Connection | None) -> list[Command]:
        """On to the next connection of the course, or to the end."""
        self._stream = self._datagram = self._layer = self._layer_wake = None
        most = MOST_CONNECTIONS[self._spoken.records]
        if finished is not None and self._on_trial:
            self._on_trial = False
            if finished.spoke == self._dialect.name:
                # It is what it was asked as first, and had only been slow.
                self._spoken, finished = self._dialect, None
                self._course = self._course_in(self._spoken)
            elif finished.version is None and not finished.alerts and not finished.not_tls:
                # In TLS it draws nothing either: one connection is enough to know.
                return [self._conclude()]
        elif finished is not None and finished.spoke is not None and self._may_switch:
            self._may_switch = False
            self._on_trial = finished.spoke == "tls" and finished.not_tls is None
            self._spoken = dialects()[finished.spoke]
            self._course, finished = self._course_in(self._spoken), None
        try:
            ask = next(self._course) if finished is None else self._course.send(finished)
        except StopIteration:
            return [self._conclude()]
        if now >= self._deadline or len(self._connections) >= most:
            return [self._conclude()]
        library = ask.asked in ("certificate", "after-handshake")
        connection = Connection(
            ask.asked, ask.offer if self._role == "server" else None, now, self._spoken.name
        )
        self._ask = ask
        self._connection = connection
        self._connections.append(connection)
        if library:
            self._limit = self._deadline
            own, control = ask.parts
            return [
                AskLibrary(
                    "certificate" if ask.asked == "certificate" else "after-handshake",
                    ask.offer.name,
                    self._draw(OWN_BYTES_LENGTH) if own else None,
                    self._draw(CONTROL_LENGTH) if control else None,
                    self._new_layer,
                ),
                WakeAt(self._deadline),
            ]
        self._waiting_for_connection = True
        if self._role == "client":
            self._limit = self._deadline
            return [AwaitClient(), WakeAt(self._deadline)]
        self._limit = min(self._deadline, now + min(_LONGEST_CONNECT, (self._deadline - self._started) // 2))
        return [Connect(), WakeAt(self._limit)]

    def _conclude(self) -> Done:
        self._done = True
        digests: dict[bytes, str] = {}
        messages = _MOST_MESSAGES
        for connection in self._connections:
            kept = []
            for certificate in connection.certificates:
                if certificate not in digests and len(digests) < _MOST_CERTIFICATES:
                    digests[certificate] = hashlib.sha256(certificate).hexdigest()
                if certificate in digests:
                    kept.append(certificate)
            connection.certificates = tuple(kept)
            connection.messages = connection.messages[:messages]
            messages -= len(connection.messages)
        after = any(
            connection.asked == "after-handshake" and connection.parts for connection in self._connections
        )
        facts: dict[str, object] = {
            "role": self._role,
            "transport": self._dialect.transport,
            "dialect": self._dialect.name,
            "records": self._spoken.records,
            "form": "after-handshake" if after else self._form,
            "host": self._peer.host,
            "address": self._peer.address,
            "port": self._peer.port,
            "via": None if self._via is None else self._via.as_facts(),
            "budget": {
                "connections": MOST_CONNECTIONS[self._spoken.records],
                "microseconds": self._deadline - self._started,
            },
            "connections": [connection.as_facts(self._started, digests) for connection in self._connections],
        }
        return Done(facts, {digest: certificate for certificate, digest in digests.items()})
