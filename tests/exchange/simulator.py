"""A driver of `Probe` without sockets: a simulated clock, a path with a round trip, and peers that are plain
objects.

It carries commands out in microseconds of its own. The path can cut a stream into single bytes, turn orderly
ends into resets, and lose, double or swap datagrams.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol

from hemostat.dialects import dialects
from hemostat.exchange import (
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
    Peer,
    Probe,
    Send,
    Time,
    WakeAt,
)

End = Literal["fin", "reset"]


class Talker(Protocol):
    """The far side of one connection: bytes in, bytes out; an end in the answers closes it there."""

    def open(self) -> list[bytes | End]:
        """What it says first."""
        ...

    def receive(self, data: bytes) -> list[bytes | End]:
        """What it answers, in order; an end closes the connection."""
        ...


@dataclass
class Path:
    """What lies between. Times in microseconds."""

    round_trip: int = 20_000
    single_bytes: bool = False
    ends_reset: bool = False
    loss: float = 0.0
    doubled: float = 0.0
    swapped: float = 0.0
    seed: int = 1


@dataclass
class Outcome:
    """What the probe made of it."""

    facts: dict[str, Any]
    certificates: dict[str, bytes]
    connections: int
    sent: list[bytes] = field(default_factory=list)
    clock: int = 0


def simulate(
    connect: Callable[[int], Talker | str],
    *,
    role: Literal["server", "client"] = "server",
    dialect: str = "tls",
    path: Path | None = None,
    budget: int = 20_000_000,
    names: tuple[str | None, str | None] = ("www.example", None),
    library: Callable[[AskLibrary], LibraryReport | None] = lambda _: None,
    seed: int = 7,
) -> Outcome:
    """Run one probe to its end. `connect(n)` gives the far side of the n-th connection, or a failure code."""
    return _Simulation(connect, role, dialect, path or Path(), budget, names, library, seed).run()


class _Simulation:
    def __init__(
        self,
        connect: Callable[[int], Talker | str],
        role: Literal["server", "client"],
        dialect: str,
        path: Path,
        budget: int,
        names: tuple[str | None, str | None],
        library: Callable[[AskLibrary], LibraryReport | None],
        seed: int,
    ) -> None:
        self.connect, self.path, self.library, self.budget = connect, path, library, budget
        self.datagrams = dialects()[dialect].transport == "udp"
        self.chance = random.Random(path.seed)
        self.probe = Probe(
            role,
            Peer("www.example", "192.0.2.1", 443),
            dialects()[dialect],
            random.Random(seed).randbytes,
            started=0,
            deadline=budget,
            names=names,
        )
        self.clock = 0
        self.queue: list[tuple[int, int, int, Callable[[], None]]] = []
        self.order = 0
        self.alarm = 0
        self.talker: Talker | None = None
        self.generation = 0
        self.connections = 0
        self.sent: list[bytes] = []
        self.done: Done | None = None

    def run(self) -> Outcome:
        self.obey(self.probe.start())
        while self.done is None:
            assert self.queue, "the probe waits for nothing"
            self.clock, _, generation, action = heapq.heappop(self.queue)
            if generation in (0, self.generation):
                action()
        assert self.clock <= self.budget, "the probe outlived its deadline"
        return Outcome(self.done.facts, self.done.certificates, self.connections, self.sent, self.clock)

    def at(self, when: int, action: Callable[[], None], *, always: bool = False) -> None:
        self.order += 1
        heapq.heappush(self.queue, (when, self.order, 0 if always else self.generation, action))

    def tell(self, event: Event) -> None:
        self.obey(self.probe.handle(event))

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Connect | AwaitClient):
                self.open()
            elif isinstance(command, Send):
                self.send(command.data)
            elif isinstance(command, Close):
                self.generation += 1
                self.talker = None
            elif isinstance(command, WakeAt):
                self.wake_at(command.at)
            elif isinstance(command, AskLibrary):
                report = self.library(command)
                self.at(self.clock + self.path.round_trip, partial(self.tell_report, report))
            else:
                self.done = command

    def tell_report(self, report: LibraryReport | None) -> None:
        self.tell(LibraryAnswered(self.clock, report))

    def wake_at(self, when: int) -> None:
        self.alarm += 1
        alarm = self.alarm

        def ring() -> None:
            if alarm == self.alarm:
                self.tell(Time(self.clock))

        self.at(max(when, self.clock), ring, always=True)

    def open(self) -> None:
        self.generation += 1
        self.connections += 1
        found = self.connect(self.connections - 1)
        delay = 0 if self.datagrams else self.path.round_trip
        if isinstance(found, str):
            self.at(self.clock + delay, lambda: self.tell(Failed(self.clock, found)))
            return
        self.talker = found
        self.at(self.clock + delay, lambda: self.tell(Connected(self.clock)))
        self.at(self.clock + delay, lambda: self.answer(found.open()))

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        talker = self.talker
        if talker is None:
            return
        for delay in self.fates():
            self.at(self.clock + self.path.round_trip // 2 + delay, lambda: self.answer(talker.receive(data)))

    def fates(self) -> list[int]:
        """Delays of the copies of one datagram that arrive; on a stream always one, in order."""
        if not self.datagrams:
            return [0]
        if self.chance.random() < self.path.loss:
            return []
        late = self.path.round_trip // 4 if self.chance.random() < self.path.swapped else 0
        return [late, late + 1] if self.chance.random() < self.path.doubled else [late]

    def answer(self, said: list[bytes | End]) -> None:
        when = self.clock + self.path.round_trip // 2
        for word in said:
            if isinstance(word, bytes):
                for delay in self.fates():
                    self.deliver(when + delay, word)
            else:
                end: End = "reset" if self.path.ends_reset else word
                self.at(when, lambda end=end: self.tell(Closed(self.clock, end)))  # type: ignore[misc]

    def deliver(self, when: int, data: bytes) -> None:
        pieces = (
            [data[i : i + 1] for i in range(len(data))]
            if self.path.single_bytes and not self.datagrams
            else [data]
        )
        for piece in pieces:
            self.at(when, lambda piece=piece: self.tell(Data(self.clock, piece)))  # type: ignore[misc]
