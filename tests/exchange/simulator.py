"""A driver of `Probe` without sockets: a simulated clock, a path with a round trip, and peers that are plain objects.

It carries commands out in microseconds of its own. What lies between is a `Path` (`ways` knows what paths do to bytes):
it can cut a stream into single bytes, turn orderly ends into resets, lose, double or swap datagrams, and lose segments
of a stream, which TCP then repeats.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from hemostat.dialects import Dialect, dialects
from hemostat.evidence.canonical import encode
from hemostat.evidence.kinds.probe import KIND
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
from hemostat.exchange.course import MOST_CONNECTIONS
from tests.dialects.talking import SETTING
from tests.exchange.ways import End, Path, Talker, Way, way
from tests.wire.claims import claims_no_more_than_it_carries

__all__ = ["Outcome", "Path", "Talker", "simulate"]


@dataclass
class Outcome:
    """What the probe made of it. `questions`: what each connection was made for, in order."""

    facts: dict[str, Any]
    certificates: dict[str, bytes]
    connections: int
    sent: list[bytes] = field(default_factory=list)
    clock: int = 0
    library: list[AskLibrary] = field(default_factory=list)

    @property
    def talks(self) -> list[dict[str, Any]]:
        """The connections, as facts."""
        talks: list[dict[str, Any]] = self.facts["connections"]
        return talks

    def answers(self, number: int = -1) -> dict[str, str]:
        """The parts of one connection and their answers (the last of each name)."""
        return {part["part"]: part["answer"] for part in self.talks[number]["parts"]}


def simulate(
    connect: Callable[[int], Talker | str],
    *,
    role: Literal["server", "client"] = "server",
    dialect: str | Dialect = "tls",
    path: Path | None = None,
    budget: int = 20_000_000,
    names: tuple[str | None, str | None] = ("www.example", None),
    library: Callable[[AskLibrary], LibraryReport | None] = lambda _: None,
    seed: int = 7,
    retries: int = 1,
) -> Outcome:
    """Run one probe to its end. `connect(n)` gives the far side of the n-th connection, or a failure code.

    Whatever comes of it: what was sent claims no more than it carries, the deadline and the bound on connections hold,
    and the facts are of the shape that evidence demands.
    """
    spoken = dialects()[dialect] if isinstance(dialect, str) else dialect
    done = _Simulation(connect, role, spoken, path or Path(), budget, names, library, seed, retries).run()
    assert done.clock <= budget, "the probe outlived its deadline"
    assert len(done.talks) <= MOST_CONNECTIONS[spoken.records]
    KIND.check(done.facts)
    encode(done.facts)
    if spoken.asks(SETTING).from_tls(0, b"x").to_peer == (b"x",):
        # Words begin like no record.
        records = [data for data in done.sent if not spoken.has_words or data[0] in range(20, 25)]
        assert all(claims_no_more_than_it_carries(data) for data in records)
    return done


class _Simulation:
    def __init__(
        self,
        connect: Callable[[int], Talker | str],
        role: Literal["server", "client"],
        dialect: Dialect,
        path: Path,
        budget: int,
        names: tuple[str | None, str | None],
        library: Callable[[AskLibrary], LibraryReport | None],
        seed: int,
        retries: int,
    ) -> None:
        self.connect, self.path, self.library = connect, path, library
        self.datagrams = dialect.transport == "udp"
        self.chance = random.Random(path.seed)
        self.probe = Probe(
            role,
            Peer("www.example", "192.0.2.1", 443),
            dialect,
            random.Random(seed).randbytes,
            started=0,
            deadline=budget,
            names=names,
            retries=retries,
        )
        self.clock = 0
        self.queue: list[tuple[int, int, int, Callable[[], None]]] = []
        self.order = 0
        self.alarm = 0
        self.way: Way | None = None
        self.generation = 0
        self.connections = 0
        self.sent: list[bytes] = []
        self.asked: list[AskLibrary] = []
        self.done: Done | None = None

    def run(self) -> Outcome:
        self.obey(self.probe.start())
        while self.done is None:
            assert self.queue, "the probe waits for nothing"
            self.clock, _, generation, action = heapq.heappop(self.queue)
            if generation in (0, self.generation):
                action()
        return Outcome(
            self.done.facts, self.done.certificates, self.connections, self.sent, self.clock, self.asked
        )

    # -- what a way needs ------------------------------------------------------------------------------------

    def at(self, when: int, action: Callable[[], None], *, always: bool = False) -> None:
        """Do something later; but for `always`, only while the connection of now is the one of then."""
        self.order += 1
        heapq.heappush(self.queue, (when, self.order, 0 if always else self.generation, action))

    def arrive(self, data: bytes) -> None:
        self.tell(Data(self.clock, data))

    def end(self, how: End) -> None:
        self.tell(Closed(self.clock, how))

    # -- the probe's side ------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        self.obey(self.probe.handle(event))

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Connect | AwaitClient):
                self.open()
            elif isinstance(command, Send):
                self.sent.append(command.data)
                if self.way is not None:
                    self.way.send(command.data)
            elif isinstance(command, Close):
                self.generation += 1
                self.way = None
            elif isinstance(command, WakeAt):
                self.wake_at(command.at)
            elif isinstance(command, AskLibrary):
                self.asked.append(command)
                self.generation += 1
                self.at(self.clock + self.path.round_trip, partial(self.answer, self.library(command)))
            else:
                self.done = command

    def answer(self, report: LibraryReport | None) -> None:
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
            if found != "timeout":
                self.at(self.clock + delay, lambda: self.tell(Failed(self.clock, found)))
            return
        opened = self.way = way(self, self.path, self.chance, found, datagrams=self.datagrams)

        def begin() -> None:
            self.tell(Connected(self.clock))
            opened.begin()

        self.at(self.clock + opened.takes, begin)
