"""One probe of a patched server in every dialect: its round trips beside the fewest of that protocol, and its time.

Round trips are measured, not counted in the code: a relay holds every byte back, so that time is a multiple of the
path's round trip. The minimum is each dialect's own `round_trips`, counted from its RFC.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from bench.relay import Address, relayed
from bench.results import Bench, Missing, Section
from bench.spread import Spread, ratios, spread
from hemostat.assess import judge
from hemostat.detect.drivers.asynchronous import drive, now
from hemostat.detect.drivers.place import Place
from hemostat.dialects import Dialect, dialects
from hemostat.exchange import Peer, Probe
from hemostat.layers import Layer, Refusal, Setting, Step
from tests.live.peers.processes import running

__all__ = ["BENCH", "Asked", "Measured", "Noted", "TimedLayer", "ask", "rows"]

TURNS: Final = 5
FAR_TURNS: Final = 3
LOOKS: Final = 4
"""Probes on loopback of each dialect in a turn; its figure is the middle of them."""
DELAY: Final = 0.05
"""Seconds each way, of the relay."""
LONGEST: Final = 20_000_000
_DIRECT: Final = {"tls": "patched-reads-on", "dtls": "patched-dtls-retries"}
"""What the lab calls its patched servers of no words."""
_HOST: Final = "127.0.0.1"
PATCHED: Final = "patched"


class Asked(NamedTuple):
    """One probe. Seconds from the first connection made to its ClientHello (None: it never went), and to the end; bytes
    of TLS, each way, over all its connections.
    """

    hello: float | None
    whole: float
    verdict: str
    sent: int = 0
    heard: int = 0


@dataclass
class Measured:
    """All probes in one dialect: `far` through the relay, and seconds of those on loopback, a figure a turn."""

    far: list[Asked] = field(default_factory=list)
    near: list[float] = field(default_factory=list)

    def hello(self) -> float | None:
        """Round trips before the ClientHello, the middle; None where a probe sent none."""
        waited = [one.hello for one in self.far if one.hello is not None]
        return median(waited) / (2 * DELAY) if len(waited) == len(self.far) else None

    def whole(self) -> float:
        """Round trips to the verdict, the middle."""
        return median(one.whole for one in self.far) / (2 * DELAY)

    def verdicts(self) -> str:
        """What came of them, as a rule one word."""
        return ", ".join(sorted({one.verdict for one in self.far}))


class Row(NamedTuple):
    """One dialect's round trips: the fewest there can be; those before the hello, and those to the verdict beyond
    direct TLS; of both, how many beyond the fewest. None: it was not to be measured.
    """

    dialect: Dialect
    hello: float | None
    whole: float
    hello_above: int | None
    whole_above: int | None


@dataclass
class Noted:
    """What was noted of the layers of one probe: when the first began and when TLS first had something to send, in
    microseconds (None: not yet); bytes of TLS that were sent and heard.
    """

    began: int | None = None
    hello: int | None = None
    sent: int = 0
    heard: int = 0


class TimedLayer(Layer):
    """A layer as it is, of which is noted when what happened."""

    __slots__ = ("_layer", "_noted")

    def __init__(self, layer: Layer, noted: Noted) -> None:
        self._layer, self._noted = layer, noted

    @property
    def ready(self) -> bool:  # type: ignore[override]
        return self._layer.ready

    @property
    def refusal(self) -> Refusal | None:  # type: ignore[override]
        return self._layer.refusal

    @property
    def heard(self) -> bytes:  # type: ignore[override]
        return self._layer.heard

    def start(self, now: int) -> Step:
        if self._noted.began is None:
            self._noted.began = now
        return self._passed(self._layer.start(now))

    def from_peer(self, now: int, data: bytes) -> Step:
        return self._passed(self._layer.from_peer(now, data))

    def from_tls(self, now: int, data: bytes) -> Step:
        if self._noted.hello is None:
            self._noted.hello = now
        self._noted.sent += len(data)
        return self._passed(self._layer.from_tls(now, data))

    def time(self, now: int) -> Step:
        return self._passed(self._layer.time(now))

    def ended(self, now: int) -> None:
        self._layer.ended(now)

    def _passed(self, step: Step) -> Step:
        self._noted.heard += sum(map(len, step.to_tls))
        return step


async def ask(dialect: Dialect, address: Address, *, round_trip: int = 0) -> Asked:
    """One probe of the server at `address`. `round_trip`: microseconds that connecting would have taken on the path
    that a relay stands for; a probe measures its path by that.
    """
    noted = Noted()

    def asks(setting: Setting) -> Layer:
        return TimedLayer(dialect.asks(setting), noted)

    kind = socket.SOCK_STREAM if dialect.transport == "tcp" else socket.SOCK_DGRAM
    begun = now() - (round_trip if dialect.transport == "tcp" else 0)
    probe = Probe(
        "server",
        Peer(None, *address),
        replace(dialect, asks=asks),
        os.urandom,
        started=begun,
        deadline=begun + LONGEST,
        seconds=int(time.time()),
    )
    done = await drive(probe, Place(socket.AF_INET, kind, address, address[0]))
    start = begun if noted.began is None else noted.began
    return Asked(
        None if noted.hello is None else (noted.hello - start) / 1e6,
        (now() - start) / 1e6,
        judge(done.facts).word,
        noted.sent,
        noted.heard,
    )


def measure(section: Section) -> None:
    """Serves the lab's patched servers; asks each, near and through the relay, in turns."""
    with _lab() as servers:
        measured = asyncio.run(_measure(servers))
    found = rows(measured)
    for what, above in (
        ("before the hello", [row.hello_above for row in found if row.hello_above is not None]),
        (
            "to the verdict, TLS's own taken off",
            [row.whole_above for row in found if row.whole_above is not None],
        ),
    ):
        section.goal(
            f"round trips above the protocol's minimum, {what}, in the worst dialect",
            max(above, default=-1),
            _count,
            at_most=1,
        )
    right = sum(one.verdicts() == PATCHED and one.hello() is not None for one in measured.values())
    section.goal("dialects in which it said *patched*", right, _count, at_least=len(measured))
    section.say(
        "One probe in this process, of a lab server in a process of its own: the recorded OpenSSL 1.0.1g, patched, "
        "behind the server's role of each dialect. *Fewest*: what the protocol's own document asks for between the "
        "connection and the ClientHello. *Before the hello* and *to the verdict* are seconds through a relay that "
        f"holds every byte back for {DELAY * 1000:.0f} ms each way, over {2000 * DELAY:.0f} ms: the middle of "
        f"{FAR_TURNS}. What is above the fewest is rounded to whole round trips; *to the verdict* after those of "
        "direct TLS were taken off. The connection itself is not in it."
    )
    section.say(
        f"*On loopback*: milliseconds from the connection to the verdict without the relay, {TURNS} turns of "
        f"{LOOKS} probes, the middle, and least to most; and over that of direct TLS in the same turn. All but the "
        "direct ones also pass through the process that speaks the words."
    )
    section.table(
        (
            "dialect",
            "fewest",
            "before the hello",
            "above",
            "to the verdict",
            "above",
            "on loopback (ms)",
            "over direct TLS",
            "verdict",
        ),
        [_cells(row, measured) for row in found],
    )
    carriers = [row for row in found if (row.whole_above or 0) > 1 and (row.hello_above or 0) <= 1]
    if carriers:
        section.say(
            "More than one above after the hello, not before it: "
            + "; ".join(f"`{row.dialect.name}`, {_carried(measured[row.dialect.name])}" for row in carriers)
            + f". Direct TLS: {_carried(measured['tls'])}. What carries TLS in packets of its own, as OpenVPN does, "
            "lets so many of them be under way and then waits for word of the first: the more bytes, the more round "
            "trips."
        )
    if any(row.whole_above is None for row in found):
        section.say(
            "DTLS has no words, and its question is another one: datagrams get lost, so that it is asked in turns, and "
            "silence is waited for. Its round trips to the verdict are no measure of a dialect."
        )


def rows(measured: dict[str, Measured]) -> list[Row]:
    """The round trips of each dialect, in the order of fewest and name; that of direct TLS has to be among them."""
    direct = measured["tls"].whole()
    found = []
    for name, one in measured.items():
        dialect, hello, whole = dialects()[name], one.hello(), one.whole()
        fewest = dialect.round_trips
        found.append(
            Row(
                dialect,
                hello,
                whole,
                None if hello is None else round(hello - fewest),
                None if dialect.records == "dtls" else round(whole - direct - fewest),
            )
        )
    return sorted(found, key=lambda row: (row.dialect.round_trips, row.dialect.name))


def _cells(row: Row, measured: dict[str, Measured]) -> list[str]:
    one = measured[row.dialect.name]
    near = spread([1000 * seconds for seconds in one.near])
    return [
        f"`{row.dialect.name}`",
        str(row.dialect.round_trips),
        "–" if row.hello is None else _trips(row.hello),
        "–" if row.hello_above is None else _count(row.hello_above),
        _trips(row.whole),
        "–" if row.whole_above is None else _count(row.whole_above),
        near.show("{:.1f}".format),
        _over(one, measured["tls"]).show("{:.1f} ×".format),
        one.verdicts(),
    ]


def _carried(one: Measured) -> str:
    last = one.far[-1]
    return f"{last.sent:,} bytes of TLS sent and {last.heard:,} heard"


def _over(one: Measured, direct: Measured) -> Spread:
    return ratios(one.near, direct.near)


def _trips(figure: float) -> str:
    return f"{figure:.2f}"


def _count(figure: float) -> str:
    return f"{figure:.0f}"


async def _measure(servers: dict[str, Address]) -> dict[str, Measured]:
    measured = {name: Measured() for name in servers}
    await _in_turn(servers, measured, 1, _near)
    for one in measured.values():
        one.near.clear()  # the first turn pays for imports, here and in the lab
    await _in_turn(servers, measured, TURNS, _near)
    await _in_turn(servers, measured, FAR_TURNS, _far)
    return measured


async def _in_turn(
    servers: dict[str, Address],
    measured: dict[str, Measured],
    turns: int,
    one: Callable[[Dialect, Address, Measured], Awaitable[None]],
) -> None:
    for _ in range(turns):
        for name, address in servers.items():
            await one(dialects()[name], address, measured[name])


async def _near(dialect: Dialect, address: Address, measured: Measured) -> None:
    measured.near.append(median([(await ask(dialect, address)).whole for _ in range(LOOKS)]))


async def _far(dialect: Dialect, address: Address, measured: Measured) -> None:
    async with relayed(address, dialect.transport, DELAY) as far:
        measured.far.append(await ask(dialect, far, round_trip=int(2 * DELAY * 1e6)))


@contextmanager
def _lab() -> Iterator[dict[str, Address]]:
    """The lab's patched server in every dialect there is, in a process of its own, by the dialect's name."""
    names = [_DIRECT.get(name, f"patched-{name}") for name in dialects()]
    argv = [sys.executable, "-m", "hemostat", "lab", "--json", *names]
    with tempfile.TemporaryDirectory() as folder, running(argv, Path(folder) / "lab.log") as started:
        lines = started.await_text("\n\n").splitlines()
        opened = [json.loads(line) for line in lines[: lines.index("")]]
        servers = {each["dialect"]: (_HOST, each["port"]) for each in opened}
        if without := set(dialects()) - set(servers):
            raise Missing(f"the lab has no patched server in {', '.join(sorted(without))}")
        yield servers


BENCH: Final = Bench("every dialect beside the fewest round trips of its protocol", measure)
