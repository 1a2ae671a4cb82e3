"""One connection of a probe over TLS on a stream: hello, first flight, the question in its parts, and nudges.

DESIGN of the question (RFC 6520 section 4 is why it works): a heartbeat that carries every byte it claims but
no padding ("own bytes") must be discarded; OpenSSL 1.0.1 to 1.0.1f answers it, with our own bytes. A
well-formed one ("control") must be answered. A Finished out of turn ("flush") draws a fatal alert, and the
alert draws whatever answers still lay in the peer's write buffer.

What may live here: one connection. What may not: the choice of the next one (`probe`), names for what was
seen (`assess`).
"""

from collections.abc import Callable
from typing import Final, Literal

from hemostat.exchange.facts import Connection, Part, PartName
from hemostat.exchange.flight import (
    MOST_ALERTS,
    choose_cipher,
    take_client_hello,
    take_server_message,
    wants_question,
)
from hemostat.exchange.offers import client_hello
from hemostat.wire import protocol
from hemostat.wire.errors import WireError
from hemostat.wire.extensions import HEARTBEAT_EXTENSION, extension
from hemostat.wire.greetings import LINE, recognise, undecided
from hemostat.wire.handshake import HandshakeReader, message
from hemostat.wire.heartbeat import LEAST_PADDING, MODE_PEER_ALLOWED, RESPONSE, echoed, request
from hemostat.wire.hello import server_hello
from hemostat.wire.messages import finished_out_of_turn, read_alert
from hemostat.wire.protocol import alert_text
from hemostat.wire.records import HEADER_LENGTH, Record, RecordReader, record

__all__ = ["CONTROL_LENGTH", "LEAST_PREFIX", "OWN_BYTES_LENGTH", "StreamDialogue"]

OWN_BYTES_LENGTH: Final = 16365
"""Payload of own bytes and large control: its answer fills a record (16384), more than any peer's write
buffer holds back.
"""
CONTROL_LENGTH: Final = 8
_CONTENT_TYPES: Final = range(20, 25)
LEAST_PREFIX: Final = 16
"""Bytes of ours that a cut answer must hold to count: no accident gives back 16 random bytes."""
MOST_BYTES: Final = 1 << 20
MOST_NUDGES: Final = 6
MOST_HEARTBEATS: Final = 64
SHORTEST_WAIT: Final = 3_000
"""Microseconds. Less than this is a scheduler's whim, not a round trip."""
UNKNOWN_WAIT: Final = 100_000
"""Microseconds taken for the round trip to a client, which nothing has measured."""
GREETING_WAIT: Final = 1_000_000
"""Microseconds that the rest of a greeting's first line is given, once its first bytes are there."""
CLOSE_WAIT: Final = 50_000
"""Microseconds, at the least, in which a peer that ends the connection on an answered heartbeat has done so."""
LONGEST_WAIT: Final = 2_000_000
"""Microseconds that an answer which must come (TCP carries it, nothing buffers it) is given at the least."""


def _long(round_trip: int) -> int:
    """How long an answer is given that nothing can hold back but loss."""
    return max(LONGEST_WAIT, 64 * round_trip)


Role = Literal["server", "client"]
"""What the *peer* is."""


class StreamDialogue:
    """One connection. The caller feeds events with their time (microseconds) and sends what comes back.

    After each call: `over` says that the connection has told all it can; `wake_at` when to call `time` at the
    latest.
    """

    __slots__ = (
        "_asked_at",
        "_draw",
        "_flush",
        "_handshake",
        "_head",
        "_heartbeats",
        "_interval",
        "_odd",
        "_patience",
        "_payload",
        "_question",
        "_reader",
        "_received",
        "_role",
        "_stage",
        "_started",
        "_stranger",
        "_tls",
        "facts",
        "over",
        "wake_at",
    )

    def __init__(
        self,
        facts: Connection,
        role: Role,
        draw: Callable[[int], bytes],
        *,
        flush: bool = True,
        patience: int = 4,
        payload: int = OWN_BYTES_LENGTH,
    ) -> None:
        """`flush`: whether the dialect lets a flush's alert through. `patience`: round trips that own bytes
        alone are given. `payload`: bytes of own bytes and large control.
        """
        self.facts = facts
        self.over = False
        self.wake_at: int | None = None
        self._role: Role = role
        self._question = facts.asked
        self._draw = draw
        self._flush = flush
        self._patience = patience
        self._payload = payload
        self._reader = RecordReader()
        self._handshake = HandshakeReader()
        self._head = b""
        self._tls = False
        self._stranger = False
        self._received = 0
        self._heartbeats = 0
        self._stage = 0
        self._interval = 0
        self._odd = False
        self._started = facts.started
        self._asked_at: int | None = None

    @property
    def heard(self) -> bytes:
        """The first bytes of what answered in place of TLS; to be looked at, never kept."""
        return self._head if self.facts.not_tls is not None else b""

    # -- events ----------------------------------------------------------------------------------------------

    def start(self, now: int) -> bytes:
        """The connection is there and TLS may begin."""
        self._started = now
        offer = self.facts.offer
        if self._role == "client" or offer is None:
            return b""
        hello = message(protocol.CLIENT_HELLO, client_hello(offer, self._draw))
        self.facts.log(">", "client-hello", len(hello) - 4)
        # A first record of version 3.1 suits every server, the oldest too (RFC 5246 appendix E.1).
        version = protocol.SSL30 if offer.form == "ssl30" else protocol.TLS10
        return record(protocol.HANDSHAKE, version, hello)

    def data(self, now: int, data: bytes) -> bytes:
        """Bytes of the peer, in any pieces."""
        if self.over:
            return b""
        self._received += len(data)
        if not self._tls and len(self._head) < LINE:
            self._head += data[: LINE - len(self._head)]
        if self._stranger:
            if not undecided(self._head):
                self._finish(now)
            return b""
        out = b""
        try:
            if self._received > MOST_BYTES:
                raise WireError("too-many-bytes")
            while records := self._reader.feed(data):
                self._tls = True
                for item in records:
                    out += self._record(now, item)
                    if self.over:
                        return out
                data = b""
        except WireError as error:
            self._broken(now, error)
        return out

    def closed(self, now: int, how: Literal["fin", "reset"]) -> None:
        """The peer ended the connection; what was cut counts as far as it came."""
        if self.over:
            return
        facts = self.facts
        facts.ended = how
        self._finish(now)
        silent = bool(facts.parts) and all(part.answer == "none" for part in facts.parts)
        if how == "fin" and silent and self._reader.pending:
            # Too little of an answer to be known for ours, but too much for silence.
            self._breach(now, "truncated")

    def time(self, now: int) -> bytes:
        """The time `wake_at` has come (a call before it does nothing)."""
        if self.over or self.wake_at is None or now < self.wake_at:
            return b""
        if self._stranger:
            self._finish(now)
            return b""
        version = self.facts.version or protocol.TLS10
        self._stage += 1
        if self._question == "own-bytes":
            if self._stage == 1:
                self.wake_at = now + (self._interval if self._flush else _long(self._interval))
                return self._control(now, version)
            if self._stage == 2 and self._flush:
                self.wake_at = now + self._interval
                return self._flush_part(now, version)
        if not self._flush or self._question == "large-control" or self.facts.nudges >= MOST_NUDGES:
            self._finish(now)
            return b""
        self.facts.nudges += 1
        self._interval *= 2
        last = self.facts.nudges == MOST_NUDGES
        self.wake_at = now + (max(LONGEST_WAIT, self._interval) if last else self._interval)
        return self._finished(version)

    def give_up(self, now: int) -> None:
        """The caller's deadline has come; what was cut counts as far as it came."""
        if not self.over:
            self._finish(now)

    # -- the peer's records ----------------------------------------------------------------------------------

    def _record(self, now: int, item: Record) -> bytes:
        kind, _, body = item
        if kind == protocol.HANDSHAKE:
            return self._handshake_record(now, body)
        if kind == protocol.HEARTBEAT:
            self._heartbeat(now, body)
        elif kind == protocol.ALERT:
            self._alert(now, body)
        else:
            self.facts.log("<", f"record-{kind}", len(body))
            self._odd = True
        return b""

    def _handshake_record(self, now: int, body: bytes) -> bytes:
        messages = self._handshake.feed(body)
        if self._asked_at is not None:
            for item in messages:
                self.facts.log("<", protocol.handshake_name(item.kind), len(item.body))
            return b""
        for item in messages:
            if self._role == "client":
                hello = take_client_hello(item, self.facts, datagram=False)
                if hello is not None:
                    return self._answer_hello(now, hello.ciphers)
            elif take_server_message(item, self.facts):
                return self._ask(now)
        return b""

    def _alert(self, now: int, body: bytes) -> None:
        facts = self.facts
        level, description = read_alert(body)
        facts.log("<", "alert", len(body))
        if len(facts.alerts) >= MOST_ALERTS:
            raise WireError("too-many-messages")
        facts.alerts.append(alert_text(level, description))
        if level != protocol.FATAL:
            return
        asked = facts.parts
        if asked:
            # TCP keeps order, but a peer that refuses one heartbeat refuses before it reads the next part: an
            # alert belongs to the flush only where a flush was sent and the alert is the one that a Finished
            # out of turn draws.
            flush = facts.part("flush")
            waiting = next((part for part in asked if part.answer == "none"), None)
            if flush is not None and description == protocol.UNEXPECTED_MESSAGE:
                flush.answered("alert", 0, now)
            elif waiting is not None:
                waiting.answered("alert", 0, now)
        self._finish(now)

    def _heartbeat(self, now: int, body: bytes) -> None:
        self.facts.log("<", "heartbeat", len(body))
        self._heartbeats += 1
        if self._heartbeats > MOST_HEARTBEATS:
            raise WireError("too-many-messages")
        waiting = [part for part in self.facts.parts if part.answer == "none" and part.name != "flush"]
        for part in waiting:
            if echoed(body, part.payload) == part.length:
                part.answered("equal", part.length, now)
                if self._odd and waiting[0] is not part:
                    # What came before the control's answer was none that could be named: no silence either.
                    waiting[0].answered("different", 0, now)
                if self._question == "large-control":
                    # Does it end the connection on a heartbeat that it answers, too?
                    self.wake_at = now + max(CLOSE_WAIT, self._patience * self._interval)
                    return
                # Own bytes answered, or read and passed over (the control comes after them): there is nothing
                # more to learn.
                self._finish(now)
                return
        if waiting and body[:1] == bytes([RESPONSE]):
            for part in waiting:
                # Where a peer writes smaller records, the first of them ends before our bytes do.
                if (count := echoed(body, part.payload)) >= LEAST_PREFIX:
                    part.answered("equal-so-far", count, now)
                    break
            else:
                waiting[0].answered("different", 0, now)
            self._finish(now)
        self._odd = True

    # -- what we send ----------------------------------------------------------------------------------------

    def _answer_hello(self, now: int, suites: tuple[int, ...]) -> bytes:
        facts = self.facts
        version = facts.version or protocol.TLS12
        if not wants_question(facts, datagram=False):
            self._finish(now)
            return b""
        facts.cipher = choose_cipher(suites)
        offer = (
            extension(HEARTBEAT_EXTENSION, bytes([MODE_PEER_ALLOWED])) if facts.heartbeat is not None else b""
        )
        hello = message(protocol.SERVER_HELLO, server_hello(version, self._draw(32), facts.cipher, offer))
        facts.log(">", "server-hello", len(hello) - 4)
        return record(protocol.HANDSHAKE, version, hello) + self._ask(now)

    def _ask(self, now: int) -> bytes:
        facts = self.facts
        flight_time = now - self._started
        if not wants_question(facts, datagram=False):
            self._finish(now)
            return b""
        version = facts.version or protocol.TLS12
        self._asked_at = now
        self._odd = False
        connect_time = flight_time if facts.round_trip is None else facts.round_trip
        if self._role == "server":
            facts.round_trip = min(connect_time, flight_time)
        # A client's hello comes with its connection: it tells nothing of the way to it.
        least = SHORTEST_WAIT if self._role == "server" else UNKNOWN_WAIT
        shortest = max(least, min(connect_time, flight_time))
        longest = max(least, connect_time, flight_time)
        self._interval = shortest
        if self._question == "own-bytes":
            self.wake_at = now + self._patience * longest
            self._interval = longest
            return self._own_bytes(now, version)
        if self._question == "large-control":
            self._interval = longest
            self.wake_at = now + _long(longest)
            return self._large_control(now, version)
        out = self._own_bytes(now, version)
        if not self._flush:
            self.wake_at = now + _long(longest)
            return out + self._large_control(now, version)
        self.wake_at = now + 2 * shortest
        return out + self._control(now, version) + self._flush_part(now, version)

    def _send_part(self, now: int, version: int, name: PartName, length: int, padding: int) -> bytes:
        payload = self._draw(length)
        self.facts.parts.append(Part(name, payload, now))
        body = request(payload, self._draw(padding) if padding else b"")
        self.facts.log(">", name, len(body))
        return record(protocol.HEARTBEAT, version, body)

    def _own_bytes(self, now: int, version: int) -> bytes:
        return self._send_part(now, version, "own-bytes", self._payload, 0)

    def _control(self, now: int, version: int) -> bytes:
        if not self._flush:
            return self._large_control(now, version)
        return self._send_part(now, version, "control", CONTROL_LENGTH, LEAST_PADDING)

    def _large_control(self, now: int, version: int) -> bytes:
        return self._send_part(now, version, "large-control", self._payload, LEAST_PADDING)

    def _flush_part(self, now: int, version: int) -> bytes:
        self.facts.parts.append(Part("flush", finished_out_of_turn()[1], now))
        return self._finished(version)

    def _finished(self, version: int) -> bytes:
        kind, body = finished_out_of_turn()
        self.facts.log(">", "finished", len(body))
        return record(protocol.HANDSHAKE, version, message(kind, body))

    # -- the end ---------------------------------------------------------------------------------------------

    def _broken(self, now: int, error: WireError) -> None:
        if not self._tls and error.code == "not-a-record":
            if undecided(self._head):
                # The first bytes of a greeting, perhaps: with its first line its protocol can be told.
                self._stranger = True
                self.wake_at = now + GREETING_WAIT
                return
        else:
            self._breach(now, error.code)
        self._finish(now)

    def _breach(self, now: int, code: str) -> None:
        """After the question, what breaks the protocol is the answer of the first part that has none."""
        part = next(
            (part for part in self.facts.parts if part.answer == "none" and part.name != "flush"), None
        )
        if part is not None:
            part.answered("not-a-record", 0, now)
        self.facts.error = code

    def _finish(self, now: int) -> None:
        facts = self.facts
        self.over = True
        self.wake_at = None
        facts.ended_at = now
        unfinished = self._reader.unfinished()
        if not self._tls and unfinished is None and not (facts.not_tls or facts.error):
            facts.not_tls = recognise(self._head) if self._head and not _begins_record(self._head) else None
        if facts.not_tls is None:
            self._head = b""
        if unfinished is not None and unfinished[0] == protocol.HEARTBEAT:
            self._cut_answer(now, unfinished[2], unfinished[3])
        if self._odd and self._question == "own-bytes":
            # Something came that is no answer: an end after it is not all that own bytes drew.
            for part in facts.parts[:1]:
                if part.answer == "none":
                    part.answered("not-a-record", 0, now)
        for part in facts.parts:
            part.give_up(now)

    def _cut_answer(self, now: int, declared: int, body: bytes) -> None:
        """An answer of which the beginning came: its record's length, its own length and the bytes so far
        must all be ours.
        """
        for part in self.facts.parts:
            if (
                part.answer == "none"
                and part.name in ("own-bytes", "large-control")
                and declared >= 3 + part.length
            ):
                count = echoed(body, part.payload)
                if count >= LEAST_PREFIX:
                    # What may be missing of a whole payload is padding.
                    part.answered("equal" if count == part.length else "equal-so-far", count, now)
                    return


def _begins_record(head: bytes) -> bool:
    """Whether this is a record's header that was cut: type and major version (RFC 5246 section 6.2.1)."""
    return len(head) < HEADER_LENGTH and head[0] in _CONTENT_TYPES and head[1:2] in (b"", b"\x03")
