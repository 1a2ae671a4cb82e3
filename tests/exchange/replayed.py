"""The recorded peers as far sides of a simulated path, and the verdict on what a probe made of them."""

import random
from collections.abc import Callable
from typing import Any

from hemostat.assess import Verdict, judge
from hemostat.lab import RecordedPeer, ReplayConnection, ReplayPeer, Send
from hemostat.lab.connection import Output, UnreadClose
from tests.exchange.simulator import Outcome, simulate
from tests.exchange.ways import End

__all__ = ["Replayed", "connecting", "look", "verdict"]


class Replayed:
    """One connection of a replayed peer."""

    def __init__(self, connection: ReplayConnection) -> None:
        self.connection = connection

    def open(self) -> list[bytes | End]:
        return _words(self.connection.start())

    def receive(self, data: bytes) -> list[bytes | End]:
        return _words(self.connection.receive(data))

    def timeout(self) -> list[bytes | End]:
        return _words(self.connection.timeout())


def _words(outputs: list[Output]) -> list[bytes | End]:
    words: list[bytes | End] = []
    for output in outputs:
        if isinstance(output, Send):
            words.append(output.data)
        else:
            words.append("fin" if output.how == "orderly" else "reset")
    return words


def connecting(
    peer: RecordedPeer, *, unread_close: UnreadClose = "recorded", seed: int = 5
) -> Callable[[int], Replayed]:
    """The far side of each connection to that peer."""
    chance = random.Random(seed)
    replay = ReplayPeer(peer, unread_close=unread_close)
    return lambda _: Replayed(replay.connect(chance.randbytes))


def look(peer: RecordedPeer, *, unread_close: UnreadClose = "recorded", **how: Any) -> Outcome:
    """One probe of a recorded peer."""
    dialect = "tls" if peer.transport == "tcp" else "dtls"
    connect = connecting(peer, unread_close=unread_close, seed=how.get("seed", 5))
    return simulate(connect, role=peer.role, dialect=dialect, **how)


def verdict(outcome: Outcome) -> Verdict:
    """What is said of it."""
    return judge(outcome.facts)
