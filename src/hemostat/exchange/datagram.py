"""One association of a probe over DTLS: hello and cookie, first flight, and the question asked in turns.

Datagrams get lost, so silence means nothing by itself: parts are asked again and counted. A `turns`
association asks own bytes and large control together, again and again, as long as the control is answered;
`own-bytes` and `large-control` ask one thing once, for peers that end the association after a heartbeat.
Nothing needs a flush: 4096 bytes leave no peer's write buffer waiting.
"""

from collections.abc import Callable
from typing import Final

from hemostat.exchange.facts import Connection, Part, PartName
from hemostat.exchange.flight import (
    MOST_ALERTS,
    choose_cipher,
    take_client_hello,
    take_server_message,
    wants_question,
)
from hemostat.exchange.offers import client_hello
from hemostat.exchange.stream import Role
from hemostat.exchange.tally import MOST_ASKED, TURNS_NEEDED, Tally
from hemostat.wire import protocol
from hemostat.wire.datagrams import DatagramRecord, datagram_record, read_datagram
from hemostat.wire.errors import WireError
from hemostat.wire.extensions import HEARTBEAT_EXTENSION, extension
from hemostat.wire.greetings import recognise
from hemostat.wire.handshake import FragmentReader, Message, fragment
from hemostat.wire.heartbeat import LEAST_PADDING, MODE_PEER_ALLOWED, RESPONSE, echoed, request
from hemostat.wire.hello import read_hello_verify_request, server_hello
from hemostat.wire.messages import read_alert
from hemostat.wire.protocol import alert_text

__all__ = ["DATAGRAM_PAYLOAD_LENGTH", "DatagramDialogue", "Timing", "tallied"]

DATAGRAM_PAYLOAD_LENGTH: Final = 4096
MOST_BYTES: Final = 1 << 20
MOST_DATAGRAMS: Final = 512
MOST_HELLOS: Final = 4
FIRST_WAIT: Final = 500_000
SHORTEST_WAIT: Final = 50_000
SHORTEST_GRACE: Final = 10_000
UNKNOWN_WAIT: Final = 1_000_000
"""Microseconds that an answer is given where nothing has measured the path (RFC 6347 section 4.2.4.1)."""

# Turns in a row without an answer, by the controls answered before: a peer that ends the association after a heartbeat
# answers at most one, so one that has answered two goes on, and what is missing got lost.
_MOST_UNANSWERED: Final = (2, 2, 4)
_MOST_DOUBLINGS: Final = 2


class Timing:
    """What a probe has learnt of a UDP path, over all its associations. Microseconds."""

    __slots__ = ("_doublings", "round_trip", "slowest_answer")

    def __init__(self) -> None:
        self.round_trip: int | None = None
        self.slowest_answer = 0
        self._doublings = 0

    def learn(self, round_trip: int) -> None:
        """A hello was answered after that time; the longest of them is the measure (the server's work is part
        of it).
        """
        self.round_trip = max(self.round_trip or 0, round_trip)

    def answered(self, microseconds: int) -> None:
        """A heartbeat was answered after that time."""
        self.slowest_answer = max(self.slowest_answer, microseconds)
        self._doublings = 0

    def unanswered(self) -> None:
        """A control was not answered in time: the next wait is longer (RFC 6298 section 5.5), until one is."""
        self._doublings = min(self._doublings + 1, _MOST_DOUBLINGS)

    @property
    def hello_wait(self) -> int:
        """How long a hello may go unanswered before it is sent again."""
        return FIRST_WAIT if self.round_trip is None else max(SHORTEST_WAIT, 3 * self.round_trip)

    @property
    def answer_wait(self) -> int:
        """How long a heartbeat may go unanswered before it counts as that: drawn from what this peer took to
        answer before.
        """
        if self.round_trip is None and not self.slowest_answer:
            return UNKNOWN_WAIT
        return max(SHORTEST_WAIT, 2 * max(self.round_trip or 0, self.slowest_answer)) << self._doublings

    @property
    def grace(self) -> int:
        """How long own bytes may be overtaken by the control asked after them."""
        return max(SHORTEST_GRACE, (self.round_trip or self.slowest_answer) // 2)


def tallied(facts: Connection, now: int) -> list[tuple[str, str, int | None]]:
    """The parts of an association as `Tally.add` takes them."""
    return [
        (
            part.name,
            part.answer,
            now - part.sent_at if part.microseconds is None else part.microseconds,
        )
        for part in facts.parts
    ]


class DatagramDialogue:
    """One association. The caller feeds events with their time (microseconds) and sends the datagrams that
    come back.

    After each call: `over` says that the association has told all it can; `wake_at` when to call `time` at
    the latest.
    """

    __slots__ = (
        "_answered",
        "_awaited",
        "_cookie",
        "_datagrams",
        "_doubted",
        "_draw",
        "_flight_ready",
        "_fragments",
        "_hello_at",
        "_hello_random",
        "_hellos",
        "_message_seq",
        "_question",
        "_received",
        "_role",
        "_sequence",
        "_tally",
        "_timing",
        "_unanswered_turns",
        "facts",
        "over",
        "wake_at",
    )

    def __init__(
        self,
        facts: Connection,
        role: Role,
        draw: Callable[[int], bytes],
        timing: Timing,
        *,
        tally: Tally | None = None,
    ) -> None:
        """`tally`: what earlier associations have shown."""
        self.facts = facts
        self.over = False
        self.wake_at: int | None = None
        self._role: Role = role
        self._question = facts.asked
        self._draw = draw
        self._timing = timing
        self._tally = tally or Tally()
        self._fragments = FragmentReader()
        self._sequence = 0
        self._message_seq = 0
        self._hello_random = b""
        self._hello_at = facts.started
        self._hellos = 0
        self._cookie = b""
        self._flight_ready = False
        self._awaited: Part | None = None
        self._answered: list[bytes] = []
        self._unanswered_turns = 0
        self._doubted = 0
        self._datagrams = 0
        self._received = 0

    # -- events ----------------------------------------------------------------------------------------------

    def start(self, now: int) -> list[bytes]:
        """The association may begin."""
        if self._role == "client":
            return []
        self._hello_random = self._draw(32)
        return self._hello(now)

    def datagram(self, now: int, data: bytes) -> list[bytes]:
        """One datagram of the peer. What can't be read is dropped (RFC 6347 section 4.1.2.7), counted and
        bounded.
        """
        if self.over:
            return []
        self._datagrams += 1
        self._received += len(data)
        out: list[bytes] = []
        try:
            if self._datagrams > MOST_DATAGRAMS or self._received > MOST_BYTES:
                raise WireError("too-many-bytes")
            for item in read_datagram(data):
                out += self._record(now, item)
                if self.over:
                    break
        except WireError as error:
            if error.code in ("too-many-bytes", "too-many-messages"):
                self.facts.error = error.code
                self._finish(now)
            elif self.facts.version is None:
                # Whoever answers here speaks something else, or badly; another datagram may still tell more.
                if error.code == "not-a-record" and data:
                    self.facts.not_tls = recognise(data)
                else:
                    self.facts.error = error.code
            else:
                self._doubt()
        return out

    def closed(self, now: int) -> None:
        """Nobody listens there (any more): the peer's host said so (ICMP port unreachable)."""
        if not self.over:
            self.facts.ended = "reset"
            self._finish(now)

    def time(self, now: int) -> list[bytes]:
        """The time `wake_at` has come (a call before it does nothing)."""
        if self.over or self.wake_at is None or now < self.wake_at:
            return []
        if self.facts.parts:
            return self._waited(now)
        if self._flight_ready or (self.facts.version is not None and self._hellos > 1):
            # The hello came, the rest of the flight may be lost: the question needs no more than the hello.
            return self._ask(now)
        if self._hellos >= MOST_HELLOS:
            self._finish(now)
            return []
        return self._hello(now)

    def give_up(self, now: int) -> None:
        """The caller's deadline has come."""
        if not self.over:
            self._finish(now)

    # -- the peer's records ----------------------------------------------------------------------------------

    def _record(self, now: int, item: DatagramRecord) -> list[bytes]:
        if item.epoch:
            return []
        if item.kind == protocol.HANDSHAKE:
            out: list[bytes] = []
            for message in self._fragments.feed(item.body):
                out += self._message(now, message)
                if self.over:
                    break
            return out
        if item.kind == protocol.HEARTBEAT:
            return self._heartbeat(now, item.body)
        if item.kind == protocol.ALERT:
            self._alert(now, item.body)
        else:
            self._doubt()
        return []

    def _doubt(self) -> None:
        """Something came that no peer says here: what it answers, if anything, can't be told, so the parts asked so far
        did not draw silence.
        """
        self._doubted = len(self.facts.parts)

    def _message(self, now: int, message: Message) -> list[bytes]:
        facts = self.facts
        if facts.parts:
            return []
        if self._role == "client":
            hello = take_client_hello(message, facts, datagram=True)
            return self._answer_hello(now, hello.ciphers) if hello is not None else []
        if message.kind == protocol.HELLO_VERIFY_REQUEST:
            facts.log("<", "hello-verify-request", len(message.body))
            if self._message_seq:
                return []
            self._learn(now)
            self._cookie = read_hello_verify_request(message.body)
            self._message_seq = 1
            self._hellos = 0
            return self._hello(now)
        if take_server_message(message, facts):
            self._learn(now)
            return self._ask(now)
        if (
            facts.version is not None
            and not self._flight_ready
            and not wants_question(facts, datagram=True)
            and facts.certificates
        ):
            self._finish(now)
        return []

    def _learn(self, now: int) -> None:
        # A repeated hello makes the time ambiguous (Karn's algorithm, RFC 6298 section 3): only a first one
        # is measured.
        if self._hellos == 1:
            self._timing.learn(now - self._hello_at)
        if self.facts.round_trip is None:
            self.facts.round_trip = self._timing.round_trip

    def _alert(self, now: int, body: bytes) -> None:
        facts = self.facts
        level, description = read_alert(body)
        facts.log("<", "alert", len(body))
        if len(facts.alerts) >= MOST_ALERTS:
            raise WireError("too-many-messages")
        facts.alerts.append(alert_text(level, description))
        if level == protocol.FATAL:
            waiting = next((part for part in facts.parts if part.answer == "none"), None)
            if waiting is not None:
                waiting.answered("alert", 0, now)
            self._finish(now)

    def _heartbeat(self, now: int, body: bytes) -> list[bytes]:
        facts = self.facts
        facts.log("<", "heartbeat", len(body))
        if body[:1] != bytes([RESPONSE]):
            self._doubt()
            return []
        waiting = [part for part in facts.parts if part.answer == "none"]
        for part in waiting:
            if echoed(body, part.payload) == part.length:
                self._answered.append(part.payload)
                part.answered("equal", part.length, now)
                self._timing.answered(now - part.sent_at)
                if part.name == "own-bytes" or self._question != "turns":
                    self._finish(now)
                else:
                    self._unanswered_turns = 0
                    self._awaited = None
                    self.wake_at = now + self._timing.grace
                return []
        # The network or the peer may say a thing twice.
        if waiting and not any(echoed(body, payload) == len(payload) for payload in self._answered):
            waiting[0].answered("different", 0, now)
            self._finish(now)
        return []

    # -- what we send ----------------------------------------------------------------------------------------

    def _send(self, kind: int, version: int, body: bytes) -> bytes:
        datagram = datagram_record(kind, version, self._sequence, body)
        self._sequence += 1
        return datagram

    def _hello(self, now: int) -> list[bytes]:
        offer = self.facts.offer
        if offer is None:
            return []
        body = client_hello(offer, self._draw, random=self._hello_random, cookie=self._cookie)
        self.facts.log(">", "client-hello", len(body))
        self._hello_at = now
        self.wake_at = now + (self._timing.hello_wait << self._hellos)
        self._hellos += 1
        return [
            self._send(
                protocol.HANDSHAKE, protocol.DTLS10, fragment(protocol.CLIENT_HELLO, self._message_seq, body)
            )
        ]

    def _answer_hello(self, now: int, suites: tuple[int, ...]) -> list[bytes]:
        facts = self.facts
        version = facts.version or protocol.DTLS10
        if not wants_question(facts, datagram=True):
            self._finish(now)
            return []
        facts.cipher = choose_cipher(suites)
        offer = extension(HEARTBEAT_EXTENSION, bytes([MODE_PEER_ALLOWED]))
        body = server_hello(version, self._draw(32), facts.cipher, offer)
        facts.log(">", "server-hello", len(body))
        return [
            self._send(protocol.HANDSHAKE, version, fragment(protocol.SERVER_HELLO, 0, body)),
            *self._ask(now),
        ]

    def _ask(self, now: int) -> list[bytes]:
        self._flight_ready = True
        if not wants_question(self.facts, datagram=True):
            self._finish(now)
            return []
        if self._question == "own-bytes":
            return [self._part(now, "own-bytes", 0)]
        if self._question == "large-control":
            return [self._part(now, "large-control", LEAST_PADDING)]
        return [self._part(now, "own-bytes", 0), self._part(now, "large-control", LEAST_PADDING)]

    def _part(self, now: int, name: PartName, padding: int) -> bytes:
        payload = self._draw(DATAGRAM_PAYLOAD_LENGTH)
        part = Part(name, payload, now)
        self.facts.parts.append(part)
        self._awaited = part
        self.wake_at = now + self._timing.answer_wait
        body = request(payload, self._draw(padding) if padding else b"")
        self.facts.log(">", name, len(body))
        return self._send(protocol.HEARTBEAT, self.facts.version or protocol.DTLS10, body)

    def _waited(self, now: int) -> list[bytes]:
        """An answer had its time, or the grace after an answered control is over."""
        if self._question == "turns":
            if self._awaited is not None:
                self._unanswered_turns += 1
            owns = [part for part in self.facts.parts if part.name == "own-bytes"]
            if not self._asked_enough(now, len(owns)):
                return self._ask(now)
            # The last own bytes, too, get the time that a control gets.
            self.wake_at = owns[-1].sent_at + self._timing.answer_wait
            if now < self.wake_at:
                return []
        elif self._question == "large-control":
            self._timing.unanswered()
        self._finish(now)
        return []

    def _asked_enough(self, now: int, turns: int) -> bool:
        """Whether another turn on this association is of no use, or one too many."""
        if self._unanswered_turns >= _MOST_UNANSWERED[min(len(self._answered), 2)]:
            return True
        if max(self._tally.owns, self._tally.controls) + turns >= MOST_ASKED:
            return True
        if self._tally.owns + turns <= TURNS_NEEDED:
            return False
        return self._tally.with_association("turns", "ours", tallied(self.facts, now)).enough

    def _finish(self, now: int) -> None:
        self.over = True
        self.wake_at = None
        self.facts.ended_at = now
        self._answered.clear()
        for part in self.facts.parts[: self._doubted]:
            if part.answer == "none":
                part.answered("not-a-record", 0, now)
        for part in self.facts.parts:
            part.give_up(now)
