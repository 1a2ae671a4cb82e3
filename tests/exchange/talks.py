"""One connection of a probe, played by hand: what is heard, when, and what is said to it."""

import random
from typing import Any, Literal

from hemostat.exchange.datagram import DatagramDialogue, Timing
from hemostat.exchange.facts import Asked, Connection
from hemostat.exchange.offers import Form, Offer
from hemostat.exchange.stream import Role, StreamDialogue
from hemostat.exchange.tally import Tally
from tests.exchange.speech import answers, flight, said, said_in_datagrams

__all__ = ["BURST", "ROUND_TRIP", "DatagramTalk", "StreamTalk", "alone", "burst"]

ROUND_TRIP = 20_000


class StreamTalk:
    """A `StreamDialogue` whose connection took a round trip. Times are microseconds since it was asked for."""

    def __init__(
        self,
        asked: Asked = "burst",
        *,
        role: Role = "server",
        form: Form = "tls12",
        flush: bool = True,
        patience: int = 4,
        round_trip: int | None = ROUND_TRIP,
    ) -> None:
        self.facts = Connection(asked, Offer(form, "www.example") if role == "server" else None, 0)
        self.facts.round_trip = round_trip if role == "server" else None
        self.now = round_trip or 0
        self.dialogue = StreamDialogue(
            self.facts, role, random.Random(7).randbytes, flush=flush, patience=patience
        )
        self.sent: list[bytes] = []

    def _note(self, word: bytes) -> list[str]:
        if word:
            self.sent.append(word)
        return said(word)

    def starts(self) -> list[str]:
        return self._note(self.dialogue.start(self.now))

    def hears(self, data: bytes, after: int = ROUND_TRIP) -> list[str]:
        """Bytes of the peer, so many microseconds later."""
        self.now += after
        return self._note(self.dialogue.data(self.now, data))

    def waits(self) -> list[str]:
        """Nothing is heard until it wants to be woken."""
        assert self.dialogue.wake_at is not None
        assert self.dialogue.wake_at > self.now
        self.now = self.dialogue.wake_at
        return self._note(self.dialogue.time(self.now))

    def ends(self, how: Literal["fin", "reset"] = "fin", after: int = ROUND_TRIP) -> None:
        self.now += after
        self.dialogue.closed(self.now, how)

    def answered(self, *names: str, version: int = 0x0303) -> bytes:
        """The peer's answers to parts that we sent."""
        return answers(b"".join(self.sent), *names, version=version)

    @property
    def over(self) -> bool:
        return self.dialogue.over

    @property
    def answers(self) -> dict[str, str]:
        """Parts and their answers."""
        return {part.name: part.answer for part in self.facts.parts}


class DatagramTalk:
    """A `DatagramDialogue`."""

    def __init__(
        self,
        asked: Asked = "turns",
        *,
        role: Role = "server",
        timing: Timing | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.facts = Connection(asked, Offer("dtls12", "www.example") if role == "server" else None, 0)
        self.now = 0
        self.timing = timing or Timing()
        self.dialogue = DatagramDialogue(
            self.facts, role, random.Random(7).randbytes, self.timing, tally=tally
        )
        self.sent: list[bytes] = []

    def _note(self, words: list[bytes]) -> list[str]:
        self.sent += words
        return said_in_datagrams(words)

    def starts(self) -> list[str]:
        return self._note(self.dialogue.start(self.now))

    def hears(self, data: bytes, after: int = ROUND_TRIP) -> list[str]:
        self.now += after
        return self._note(self.dialogue.datagram(self.now, data))

    def waits(self) -> list[str]:
        assert self.dialogue.wake_at is not None
        assert self.dialogue.wake_at > self.now
        self.now = self.dialogue.wake_at
        return self._note(self.dialogue.time(self.now))

    @property
    def over(self) -> bool:
        return self.dialogue.over

    @property
    def answers(self) -> list[str]:
        """The answers to the parts, in order."""
        return [part.answer for part in self.facts.parts]


BURST = ["own-bytes", "control", "finished"]


def burst(**how: Any) -> StreamTalk:
    """A talk up to the question."""
    talk = StreamTalk(**how)
    assert talk.starts() == ["client-hello"]
    assert talk.hears(flight()) == BURST
    return talk


def alone(asked: Any = "own-bytes", **how: Any) -> StreamTalk:
    """The same for a question put alone."""
    talk = StreamTalk(asked, **how)
    assert talk.starts() == ["client-hello"]
    assert talk.hears(flight()) == [asked]
    return talk
