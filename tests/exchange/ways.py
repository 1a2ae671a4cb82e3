"""What a path does to bytes: delay, pieces, loss. Over TCP what is lost comes late; over UDP it is gone.

`plain` ways carry everything at once. `LossyStream` is TCP as far as it matters here: segments, a first window of ten,
repeats, and a reset that destroys what had not yet got through.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

__all__ = ["End", "Path", "Talker", "Way", "way"]

End = Literal["fin", "reset"]
SEGMENT = 1448
FRAGMENT = 1480
WINDOW = 10
LEAST_REPEAT = 200_000
"""Microseconds that TCP waits at least, beyond a round trip, before it repeats what nothing acknowledged."""
FIRST_REPEAT = 1_000_000
"""The same for a first segment (SYN), RFC 6298 section 2.1."""


class Talker(Protocol):
    """The far side of one connection: bytes in, bytes out; an end in the answers closes it there."""

    def open(self) -> list[bytes | End]:
        """What it says first."""
        ...

    def receive(self, data: bytes) -> list[bytes | End]:
        """What it answers, in order; an end closes the connection."""
        ...

    def timeout(self) -> list[bytes | End]:
        """What it says when nothing came for a second (UDP alone)."""
        ...


@dataclass(frozen=True)
class Path:
    """What lies between. Times in microseconds; `loss`: of IP packets, each way."""

    round_trip: int = 20_000
    single_bytes: bool = False
    ends_reset: bool = False
    loss: float = 0.0
    doubled: float = 0.0
    swapped: float = 0.0
    late: float = 0.0
    """Datagrams that come much later than the others, by one to eight round trips."""
    seed: int = 1


class Clock(Protocol):
    """What a way needs of the simulation."""

    clock: int

    def at(self, when: int, action: Callable[[], None]) -> None: ...

    def arrive(self, data: bytes) -> None: ...

    def end(self, how: End) -> None: ...


class Way(Protocol):
    """One connection's way there and back."""

    takes: int
    """How long it takes to be there."""

    def begin(self) -> None:
        """It is there: the far side may speak."""
        ...

    def send(self, data: bytes) -> None:
        """Our bytes, for the far side."""
        ...


def way(clock: Clock, path: Path, chance: random.Random, talker: Talker, *, datagrams: bool) -> Way:
    """The way that such a path makes."""
    if datagrams:
        return Datagrams(clock, path, chance, talker)
    return LossyStream(clock, path, chance, talker) if path.loss else PlainStream(clock, path, talker)


class PlainStream:
    """Nothing is lost and all comes in order: half a round trip there, half a round trip back."""

    def __init__(self, clock: Clock, path: Path, talker: Talker) -> None:
        self.clock, self.path, self.talker = clock, path, talker
        self.takes = path.round_trip

    def begin(self) -> None:
        self.answer(self.talker.open())

    def send(self, data: bytes) -> None:
        self.clock.at(
            self.clock.clock + self.path.round_trip // 2, lambda: self.answer(self.talker.receive(data))
        )

    def answer(self, said: list[bytes | End]) -> None:
        when = self.clock.clock + self.path.round_trip // 2
        for word in said:
            if isinstance(word, bytes):
                size = 1 if self.path.single_bytes else max(1, len(word))
                for at in range(0, len(word), size):
                    self.clock.at(when, partial(self.clock.arrive, word[at : at + size]))
            else:
                self.clock.at(when, partial(self.clock.end, "reset" if self.path.ends_reset else word))


class Datagrams:
    """Each datagram by itself: cut into fragments of which none may get lost, doubled, overtaken, late."""

    takes = 0

    def __init__(self, clock: Clock, path: Path, chance: random.Random, talker: Talker) -> None:
        self.clock, self.path, self.chance, self.talker = clock, path, chance, talker
        self.quiet = 0

    def begin(self) -> None:
        self.answer(self.talker.open())
        self.await_silence()

    def send(self, data: bytes) -> None:
        for delay in self.fates(len(data)):
            self.clock.at(self.clock.clock + delay, lambda: self.answer(self.talker.receive(data)))
        self.await_silence()

    def await_silence(self) -> None:
        self.quiet += 1
        quiet = self.quiet

        def silent() -> None:
            said = self.talker.timeout() if quiet == self.quiet else []
            if said:
                self.answer(said)
                self.await_silence()

        self.clock.at(self.clock.clock + FIRST_REPEAT, silent)

    def answer(self, said: list[bytes | End]) -> None:
        for word in said:
            if isinstance(word, bytes):
                for delay in self.fates(len(word)):
                    self.clock.at(self.clock.clock + delay, partial(self.clock.arrive, word))
            else:
                # The host's word that nobody listens there.
                self.clock.at(self.clock.clock + self.path.round_trip // 2, partial(self.clock.end, word))

    def fates(self, size: int) -> list[int]:
        """Delays of the copies of one datagram that arrive."""
        fragments = -(-(size + 8) // FRAGMENT)
        if any(self.chance.random() < self.path.loss for _ in range(fragments)):
            return []
        delay = self.path.round_trip // 2
        if self.chance.random() < self.path.swapped:
            delay += self.path.round_trip // 4
        if self.chance.random() < self.path.late:
            delay += self.chance.randint(1, 8) * self.path.round_trip
        return [delay, delay + 1] if self.chance.random() < self.path.doubled else [delay]


@dataclass
class _Segment:
    data: bytes | None
    """None: the end of the stream (FIN)."""
    left: int
    """When the transmission left that got through."""
    arrives: int


class _Direction:
    """One direction of a TCP connection: what was sent and when it arrives, in order."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance = path, chance
        self.last = 0
        self.destroyed: int | None = None

    def send(self, now: int, data: bytes | None) -> list[_Segment]:
        """The segments of one write. The first ten leave at once, twice as many after each further round trip."""
        pieces: list[bytes | None] = [None]
        if data is not None:
            pieces = [data[at : at + SEGMENT] for at in range(0, len(data), SEGMENT)]
        segments = []
        leaves, window, room = now, WINDOW, WINDOW
        for index, piece in enumerate(pieces):
            if not room:
                leaves, window = leaves + self.path.round_trip, window * 2
                room = window
            room -= 1
            followers = min(room, len(pieces) - index - 1)
            left = self.gets_through(leaves, noticed=followers >= 3)
            self.last = max(self.last, left + self.path.round_trip // 2)
            segments.append(_Segment(piece, left, self.last))
        return segments

    def gets_through(self, leaves: int, *, noticed: bool) -> int:
        """When the transmission leaves that is not lost. `noticed`: enough follow for the loss to be seen at once."""
        wait = self.path.round_trip + LEAST_REPEAT
        while self.chance.random() < self.path.loss:
            if noticed:
                leaves, noticed = leaves + self.path.round_trip, False
            else:
                leaves, wait = leaves + wait, wait * 2
        return leaves


class LossyStream:
    """TCP over a path that loses packets.

    The far side's end: `fin` closes its socket whole, so what we send from then on draws a reset; `reset` is one at
    once. Either destroys what had not yet got through, and is itself sent once: it may get lost.
    """

    def __init__(self, clock: Clock, path: Path, chance: random.Random, talker: Talker) -> None:
        self.clock, self.path, self.chance, self.talker = clock, path, chance, talker
        self.there, self.back = _Direction(path, chance), _Direction(path, chance)
        self.gone = self.over = False
        self.takes = path.round_trip
        wait = FIRST_REPEAT
        while chance.random() < 1 - (1 - path.loss) ** 2:
            self.takes, wait = self.takes + wait, wait * 2

    def begin(self) -> None:
        self.answer(self.talker.open())

    def send(self, data: bytes) -> None:
        self.schedule(self.there.send(self.clock.clock, data), self.reach)

    def schedule(self, segments: list[_Segment], deliver: Callable[[list[_Segment]], None]) -> None:
        """Segments that arrive at one time are one event."""
        at = 0
        while at < len(segments):
            stop = at
            while stop < len(segments) and segments[stop].arrives == segments[at].arrives:
                stop += 1
            self.clock.at(segments[at].arrives, partial(deliver, segments[at:stop]))
            at = stop

    def reach(self, segments: list[_Segment]) -> None:
        """Our bytes at the far side."""
        if self.gone:
            self.reset()
        else:
            self.answer(self.talker.receive(b"".join(segment.data or b"" for segment in segments)))

    def answer(self, said: list[bytes | End]) -> None:
        now = self.clock.clock
        for word in said:
            if isinstance(word, bytes):
                self.schedule(self.back.send(now, word), self.come)
            elif not self.gone:
                self.gone = True
                if word == "reset" or self.path.ends_reset:
                    self.reset()
                else:
                    self.schedule(self.back.send(now, None), self.come)

    def reset(self) -> None:
        """The far side sends a reset, and forgets what it would have repeated."""
        now = self.clock.clock
        if self.back.destroyed is None:
            self.back.destroyed = now
        if self.chance.random() >= self.path.loss:
            self.clock.at(now + self.path.round_trip // 2, lambda: self.finish("reset"))

    def come(self, segments: list[_Segment]) -> None:
        """The far side's bytes at ours; behind a hole that nothing fills any more, none comes."""
        data = bytearray()
        for segment in segments:
            if self.over or (self.back.destroyed is not None and segment.left > self.back.destroyed):
                self.back.destroyed = -1
                break
            if segment.data is None:
                if data:
                    self.clock.arrive(bytes(data))
                self.finish("fin")
                return
            data += segment.data
        if data and not self.over:
            self.clock.arrive(bytes(data))

    def finish(self, how: End) -> None:
        if not self.over:
            self.over = True
            self.clock.end(how)
