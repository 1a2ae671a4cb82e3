"""Recorded peers played from memory: all that they say is prepared ahead, so that a play costs what hemostat does.

A rehearsal drives a `Probe` against a replayed peer of `hemostat.lab` once and keeps the events. What the peer gives
back of our own bytes (drawn anew for each probe) is kept as places in what we sent, and filled in when it is played.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from hemostat.dialects import Dialect, Transport, dialects
from hemostat.exchange import (
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    Peer,
    Probe,
    Send,
    Time,
    WakeAt,
)
from hemostat.exchange.datagram import DatagramDialogue, Timing
from hemostat.exchange.facts import Connection
from hemostat.exchange.offers import Offer
from hemostat.exchange.stream import StreamDialogue
from hemostat.lab import Close as PeerCloses
from hemostat.lab import ReplayConnection, ReplayPeer, recorded_peer

__all__ = ["DEADLINE", "NAME", "ROUND_TRIP", "Play", "Reply", "certificate_message", "records", "rehearse"]

NAME: Final = "www.example.org"
ROUND_TRIP: Final = 20_000
"""Microseconds between what we send and what comes back, on the clock of the play."""
DEADLINE: Final = 20_000_000
_LEAST_ECHO: Final = 8
_CERTIFICATE: Final = 11

Part = bytes | tuple[int, int, int]
"""Bytes, or which of our sends to take them from, from where to where."""


class Reply(NamedTuple):
    """Data of the peer that holds bytes of ours: filled in when it is played."""

    at: int
    parts: tuple[Part, ...]

    @property
    def length(self) -> int:
        """Its bytes when filled."""
        return sum(len(part) if isinstance(part, bytes) else part[2] - part[1] for part in self.parts)

    def filled(self, sent: list[bytes]) -> Data:
        """The event, made of what this probe sent."""
        parts = [part if isinstance(part, bytes) else sent[part[0]][part[1] : part[2]] for part in self.parts]
        return Data(self.at, b"".join(parts))


Step = Event | Reply


@dataclass(frozen=True, slots=True)
class Play:
    """One whole probe of one peer: its dialect, the events it is given, in order, and the bytes that it sends."""

    dialect: Dialect
    steps: tuple[Step, ...]
    sent: int

    @property
    def received(self) -> int:
        """Bytes that the peer sends."""
        events = [step.length if isinstance(step, Reply) else len(step.data) for step in self.words]
        return sum(events)

    @property
    def connections(self) -> int:
        """How many the probe takes."""
        return sum(isinstance(step, Connected) for step in self.steps)

    @property
    def words(self) -> list[Data | Reply]:
        """What the peer says."""
        return [step for step in self.steps if isinstance(step, Data | Reply)]

    def probe(self, draw: Callable[[int], bytes] = os.urandom) -> Done:
        """Plays it through `Probe`, to the facts and certificates that it ends with."""
        probe = _probe(self.dialect, draw)
        commands = probe.start()
        sent: list[bytes] = []
        for step in self.steps:
            commands = probe.handle(step.filled(sent) if isinstance(step, Reply) else step)
            sent += [command.data for command in commands if type(command) is Send]
        return _done(commands)

    def dialogue(self, draw: Callable[[int], bytes] = os.urandom) -> tuple[Connection, list[bytes]]:
        """Plays it through `StreamDialogue` or `DatagramDialogue` alone, which know one connection; what was noted of
        it, and what was sent.

        Raises TypeError where the peer took more than one connection, or ended it.
        """
        if self.dialect.transport == "udp":
            return self._datagrams(draw)
        facts = Connection("burst", Offer("tls12", NAME), 0)
        facts.round_trip = ROUND_TRIP
        dialogue = StreamDialogue(facts, "server", draw)
        sent = [dialogue.start(ROUND_TRIP)]
        for step in self.steps[1:]:
            event = step.filled(sent) if isinstance(step, Reply) else step
            if type(event) is Data:
                word = dialogue.data(event.at, event.data)
            elif type(event) is Time:
                word = dialogue.time(event.at)
            else:
                raise TypeError(f"one connection is told no {type(event).__name__}")
            if word:
                sent.append(word)
        return facts, sent

    def _datagrams(self, draw: Callable[[int], bytes]) -> tuple[Connection, list[bytes]]:
        facts = Connection("turns", Offer("dtls12", NAME), 0)
        dialogue = DatagramDialogue(facts, "server", draw, Timing())
        sent = dialogue.start(ROUND_TRIP)
        for step in self.steps[1:]:
            event = step.filled(sent) if isinstance(step, Reply) else step
            if type(event) is Data:
                sent += dialogue.datagram(event.at, event.data)
            elif type(event) is Time:
                sent += dialogue.time(event.at)
            else:
                raise TypeError(f"one connection is told no {type(event).__name__}")
        return facts, sent


def rehearse(
    peer_id: str,
    *,
    chain: tuple[bytes, ...] | None = None,
    segment: int | None = None,
) -> Play:
    """What a probe of that recorded peer is told. `chain`: shown in place of the recorded certificates (TLS);
    `segment`: the stream arrives in pieces of so many bytes.

    Raises LabError for a peer that was not recorded.
    """
    recorded = recorded_peer(peer_id)
    dialect = dialects()["tls" if recorded.transport == "tcp" else "dtls"]
    steps, sent = _rehearsal(dialect, ReplayPeer(recorded))
    if chain is not None:
        steps = [_with_chain(step, chain) for step in steps]
    if segment is not None:
        steps = [piece for step in steps for piece in _segments(step, segment)]
    return Play(dialect, tuple(steps), sent)


def _probe(dialect: Dialect, draw: Callable[[int], bytes]) -> Probe:
    peer = Peer(NAME, "192.0.2.1", 443)
    return Probe("server", peer, dialect, draw, started=0, deadline=DEADLINE, names=(NAME, None))


def _done(commands: list[Command]) -> Done:
    last = commands[-1]
    if not isinstance(last, Done):
        raise TypeError("the play is over before the probe is")
    return last


class _Draws:
    """Randomness that remembers what it gave."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    def __call__(self, length: int) -> bytes:
        self.given.append(os.urandom(length))
        return self.given[-1]


def _rehearsal(dialect: Dialect, peer: ReplayPeer) -> tuple[list[Step], int]:
    """The steps of a probe of that peer, and how many bytes it sent."""
    draws = _Draws()
    probe = _probe(dialect, draws)
    commands = probe.start()
    steps: list[Step] = []
    sent: list[bytes] = []
    coming: deque[Event] = deque()
    connection: ReplayConnection | None = None
    now = wake = 0
    while True:
        for command in commands:
            if isinstance(command, Connect):
                connection = peer.connect(os.urandom)
                coming.append(Connected(now + ROUND_TRIP))
            elif isinstance(command, Send) and connection is not None:
                sent.append(command.data)
                coming += _answers(connection, command.data, now + ROUND_TRIP, dialect.transport)
            elif isinstance(command, Close):
                coming.clear()
            elif isinstance(command, WakeAt):
                wake = command.at
            elif isinstance(command, Done):
                return steps, sum(map(len, sent))
        event = coming.popleft() if coming else Time(wake)
        now = event.at
        steps.append(_as_step(event, sent, draws.given))
        commands = probe.handle(event)


def _answers(connection: ReplayConnection, data: bytes, at: int, transport: Transport) -> Iterator[Event]:
    """What comes back: on a stream all that is said at once arrives at once."""
    outputs = connection.receive(data)
    words = [output.data for output in outputs if not isinstance(output, PeerCloses)]
    if transport == "tcp" and words:
        words = [b"".join(words)]
    yield from (Data(at, word) for word in words)
    for output in outputs:
        if isinstance(output, PeerCloses):
            how: Literal["fin", "reset"] = "fin" if output.how == "orderly" else "reset"
            yield Closed(at, how)


def _as_step(event: Event, sent: list[bytes], drawn: list[bytes]) -> Step:
    """The event as it is; where it holds what we drew and sent, the places of that instead."""
    if not isinstance(event, Data):
        return event
    parts: list[Part] = []
    rest = event.data
    for echo in drawn:
        before, found, after = rest.partition(echo) if len(echo) >= _LEAST_ECHO else (rest, b"", b"")
        if found:
            number = next(number for number, data in enumerate(sent) if echo in data)
            start = sent[number].find(echo)
            parts += [before, (number, start, start + len(echo))]
            rest = after
    return Reply(event.at, (*parts, rest)) if parts else event


def records(stream: bytes) -> Iterator[bytes]:
    """The whole records of a stream, header and all."""
    while stream:
        stop = 5 + int.from_bytes(stream[3:5], "big")
        yield stream[:stop]
        stream = stream[stop:]


def certificate_message(chain: tuple[bytes, ...]) -> bytes:
    """A Certificate message (RFC 5246 section 7.4.2)."""
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    body = len(listed).to_bytes(3, "big") + listed
    return bytes([_CERTIFICATE]) + len(body).to_bytes(3, "big") + body


def _with_chain(step: Step, chain: tuple[bytes, ...]) -> Step:
    if not isinstance(step, Data):
        return step
    message = certificate_message(chain)
    stream = b""
    for record in records(step.data):
        shown = record[0] == 22 and record[5] == _CERTIFICATE
        stream += record[:3] + len(message).to_bytes(2, "big") + message if shown else record
    return Data(step.at, stream)


def _segments(step: Step, size: int) -> Iterator[Step]:
    if not isinstance(step, Data):
        yield step
        return
    for at in range(0, len(step.data), size):
        yield Data(step.at, step.data[at : at + size])
