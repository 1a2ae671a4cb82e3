"""What happened on one connection, written down as it happens: facts, no names for them (that is `assess`).

Nothing here can hold a byte of the peer but its certificates: answers are counted and compared, then gone.
"""

from typing import Final, Literal

from hemostat.exchange.offers import Offer
from hemostat.wire.protocol import version_name

__all__ = ["CLOSES_NEEDED", "Answer", "Asked", "Connection", "Ended", "Part", "PartName", "could_be_reaction"]

Asked = Literal["burst", "own-bytes", "large-control", "turns", "certificate", "after-handshake"]
PartName = Literal["own-bytes", "control", "large-control", "flush"]
Answer = Literal["equal", "equal-so-far", "different", "none", "alert", "not-a-record"]
Ended = Literal["fin", "reset", "ours", "failed"]
_MOST_MESSAGES: Final = 120
_WHIM: Final = 3_000
CLOSES_NEEDED: Final = 3
"""Orderly ends on own bytes alone that tell something of a peer which does not end a connection on other heartbeats."""


def could_be_reaction(waited: int | None, round_trip: int | None) -> bool:
    """Whether what came so long after a part was sent can be its doing, and not what the peer did anyway.

    Nothing that a part brings about comes sooner than a round trip. Half of one is taken, less a scheduler's whim: what
    was measured held both ends' work too. Microseconds; `round_trip`: None where nothing measured it.
    """
    return waited is not None and (round_trip is None or 2 * (waited + _WHIM) >= round_trip)


class Part:
    """One part of the question: what was sent, when, and what came back."""

    __slots__ = ("answer", "count", "length", "microseconds", "name", "payload", "sent_at")

    def __init__(self, name: PartName, payload: bytes, sent_at: int) -> None:
        self.name: PartName = name
        self.payload = payload
        self.length = len(payload)
        self.sent_at = sent_at
        self.answer: Answer = "none"
        self.count = 0
        """How many of our bytes came back, from the first on."""
        self.microseconds: int | None = None
        """From sending to the answer; where none came, to the end of the connection."""

    def answered(self, answer: Answer, count: int, now: int) -> None:
        """Note the answer and let go of the payload: it is not needed again, and never kept."""
        self.answer = answer
        self.count = count
        self.microseconds = now - self.sent_at
        self.payload = b""

    def give_up(self, now: int) -> None:
        """The connection is over: note how long an answer was waited for, and let go of the payload."""
        if self.answer == "none":
            self.microseconds = now - self.sent_at
        self.payload = b""

    def as_facts(self) -> dict[str, object]:
        """The part as canonical JSON can hold it."""
        return {
            "part": self.name,
            "length": self.length,
            "answer": self.answer,
            "bytes": self.count,
            "microseconds": self.microseconds,
        }


class Connection:
    """One connection (or, on UDP, one association) of a probe."""

    __slots__ = (
        "alerts",
        "asked",
        "certificates",
        "cipher",
        "client_certificate_asked",
        "dialect",
        "ended",
        "ended_at",
        "error",
        "failure",
        "heartbeat",
        "messages",
        "not_tls",
        "nudges",
        "offer",
        "parts",
        "ready",
        "refusal",
        "round_trip",
        "spoke",
        "started",
        "version",
    )

    def __init__(self, asked: Asked, offer: Offer | None, started: int, dialect: str = "tls") -> None:
        self.dialect = dialect
        self.ready = True
        """Whether TLS could begin; not so while, and where, the dialect's words never came to their end."""
        self.spoke: str | None = None
        self.asked: Asked = asked
        self.offer = offer
        self.started = started
        self.ended_at = started
        self.version: int | None = None
        self.cipher: int | None = None
        self.heartbeat: int | None = None
        self.client_certificate_asked = False
        self.certificates: tuple[bytes, ...] = ()
        self.parts: list[Part] = []
        self.nudges = 0
        self.alerts: list[str] = []
        self.ended: Ended = "ours"
        self.failure: str | None = None
        self.not_tls: str | None = None
        self.refusal: str | None = None
        self.error: str | None = None
        self.round_trip: int | None = None
        self.messages: list[tuple[str, str, int]] = []

    def log(self, direction: Literal["<", ">"], name: str, length: int) -> None:
        """Note a message by name and length (its body's bytes). Past the first 120 they are not noted."""
        if len(self.messages) < _MOST_MESSAGES:
            self.messages.append((direction, name, length))

    @property
    def heard(self) -> bool:
        """Whether any message of the peer was read."""
        return any(direction == "<" for direction, _, _ in self.messages)

    @property
    def greeted(self) -> bool:
        """Whether the peer's hello was read."""
        return self.version is not None

    def part(self, name: PartName) -> Part | None:
        """The first part of that name, if it was asked."""
        for part in self.parts:
            if part.name == name:
                return part
        return None

    def as_facts(self, origin: int, digests: dict[bytes, str]) -> dict[str, object]:
        """The connection as canonical JSON can hold it. `origin`: the probe's start; `digests`: SHA-256 of
        each certificate.
        """
        offer = self.offer
        return {
            "dialect": self.dialect,
            "ready": self.ready,
            "asked": self.asked,
            "offered": {
                "versions": list(offer.versions) if offer else [],
                "name": offer.name if offer else None,
                "heartbeat": offer.heartbeat if offer else False,
            },
            "version": None if self.version is None else version_name(self.version),
            "cipher": self.cipher,
            "heartbeat": self.heartbeat,
            "client_certificate_asked": self.client_certificate_asked,
            "certificates": [digests[certificate] for certificate in self.certificates],
            "parts": [part.as_facts() for part in self.parts],
            "nudges": self.nudges,
            "alerts": list(self.alerts),
            "ended": self.ended,
            "failure": self.failure,
            "not_tls": self.not_tls,
            "spoke": self.spoke,
            "refusal": self.refusal,
            "error": self.error,
            "messages": [f"{direction} {name} {length}" for direction, name, length in self.messages],
            "started": self.started - origin,
            "microseconds": self.ended_at - self.started,
            "round_trip": self.round_trip,
        }
