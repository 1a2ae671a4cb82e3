"""The core alone, fed from memory on one core: how many probes a second hemostat itself can make.

Recorded peers answer (`memory.py`), with everything that they say prepared ahead; randomness is the system's, drawn as
the drivers draw it. No socket, no event loop: what is left is `exchange`, `wire` and `dialects`.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from bench.memory import Play, rehearse
from bench.results import Bench, Section, rate
from bench.spread import Spread, per_call, spread
from bench.stages import stages_of

__all__ = ["BENCH", "CHAIN", "kinds"]

TURNS: Final = 15
SECONDS: Final = 0.1
"""How long one kind's part of a turn takes."""
MICROSECONDS: Final = 1_000_000
CHAIN: Final = tuple(bytes(length) for length in (1900, 1300, 900))
"""Three certificates by their lengths: the core passes DER on unread."""

COMMON: Final = "heartbeats not offered"
PATCHED: Final = "patched"
VULNERABLE: Final = "vulnerable"
_WITHOUT: Final = "openssl-1.0.1f-no-heartbeats"
_FIXED: Final = "openssl-1.0.1g"
_HOLE: Final = "openssl-1.0.1f"


def kinds() -> dict[str, Play]:
    """The dialogues that are timed, by what RESULTS.md calls them."""
    plain = f"{_WITHOUT}/server/tcp/TLS1.2/rsa/s_server-standard-input-at-its-end"
    return {
        COMMON: rehearse(plain),
        "the same, with a chain of 4,100 bytes": rehearse(plain, chain=CHAIN),
        "that chain, in segments of 1,460 bytes": rehearse(plain, chain=CHAIN, segment=1460),
        PATCHED: rehearse(f"{_FIXED}/server/tcp/TLS1.2/rsa/apache"),
        "patched, one record an event": rehearse(f"{_FIXED}/server/tcp/TLS1.2/rsa/nginx"),
        "patched, closes after a heartbeat": rehearse(
            f"{_FIXED}/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe"
        ),
        VULNERABLE: rehearse(f"{_HOLE}/server/tcp/TLS1.2/rsa/apache"),
        "DTLS, heartbeats not offered": rehearse(
            f"{_WITHOUT}/server/udp/DTLS1.0/rsa/closes-after-a-heartbeat"
        ),
        "DTLS, patched": rehearse(f"{_FIXED}/server/udp/DTLS1.0/rsa/retries-after-a-heartbeat"),
        "DTLS, vulnerable": rehearse(f"{_HOLE}/server/udp/DTLS1.0/rsa/retries-after-a-heartbeat"),
    }


def measure(section: Section) -> None:
    """Times every kind through `Probe` and, where it is one connection, through the dialogue; then the stages."""
    plays = kinds()
    actions: dict[tuple[str, str], Callable[[int], object]] = {}
    for kind, play in plays.items():
        actions[kind, "probe"] = partial(_again, play.probe)
        if play.connections == 1:
            actions[kind, "dialogue"] = partial(_again, play.dialogue)
    costs = per_call(actions, turns=TURNS, seconds=SECONDS)
    rates = {key: spread([MICROSECONDS / cost for cost in figures]) for key, figures in costs.items()}
    section.goal(
        "dialogues a second of a core, heartbeats not offered, certificate read",
        rates[COMMON, "probe"].middle,
        rate,
        at_least=20_000,
    )
    section.goal(
        "dialogues a second of a core, patched, 16 KiB each way",
        rates[PATCHED, "probe"].middle,
        rate,
        at_least=6_000,
    )
    section.say(
        "Whole probes, from the target to the facts: `Probe` with its hello, the peer's first flight, the question, "
        "SHA-256 of the certificates and the facts for the ledger. Beside it the one connection alone "
        "(`StreamDialogue`, `DatagramDialogue`). What peers say is prepared ahead; randomness is `os.urandom`. "
        f"Seconds are of one core's CPU time; all kinds take turns, {TURNS} times; the middle of these, and least to "
        "most."
    )
    section.table(
        (
            "dialogue",
            "sent, received (bytes)",
            "connections",
            "probes a second",
            "its connection alone, a second",
        ),
        [_row(kind, play, rates) for kind, play in plays.items()],
    )
    _say_where_the_time_goes(section, {kind: plays[kind] for kind in (COMMON, PATCHED, VULNERABLE)})


def _row(kind: str, play: Play, rates: dict[tuple[str, str], Spread]) -> list[str]:
    alone = rates.get((kind, "dialogue"))
    return [
        kind,
        f"{play.sent:,}, {play.received:,}",
        str(play.connections),
        rates[kind, "probe"].show(rate),
        alone.show(rate) if alone else "–",
    ]


def _say_where_the_time_goes(section: Section, plays: dict[str, Play]) -> None:
    actions: dict[tuple[str, str], Callable[[int], object]] = {}
    for kind, play in plays.items():
        actions[kind, ""] = partial(_again, play.probe)
        for stage, action in stages_of(play).items():
            actions[kind, stage] = partial(_again, action)
    costs = {
        key: spread(figures).middle for key, figures in per_call(actions, turns=TURNS, seconds=0.03).items()
    }
    stages = [stage for kind, stage in costs if kind == COMMON and stage]
    section.say(
        "Where the time goes, in microseconds of a probe: each stage timed by itself on the bytes of that probe, and "
        "what the whole probe takes beyond the sum of them."
    )
    rows = [[stage, *(f"{costs[kind, stage]:.1f}" for kind in plays)] for stage in stages]
    rest = {kind: costs[kind, ""] - sum(costs[kind, stage] for stage in stages) for kind in plays}
    rows.append(["the rest: course, commands, events, notes", *(f"{rest[kind]:.1f}" for kind in plays)])
    rows.append(["**whole probe**", *(f"**{costs[kind, '']:.1f}**" for kind in plays)])
    section.table(("stage", *plays), rows)


def _again(action: Callable[[], object], times: int) -> None:
    for _ in range(times):
        action()


BENCH: Final = Bench("the core alone, fed from memory on one core", measure)
