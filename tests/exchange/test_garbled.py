"""Recorded flights with accidents in them: bits flipped, bytes altered, added, left out. Never a wrong word.

A hello that was garbled into another may well be not-affected. But no accident makes a vulnerable peer patched, or any
other vulnerable.
"""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.lab import RecordedPeer, recorded_peers
from hemostat.lab.heartbeats import Build
from tests.exchange.replayed import Replayed, connecting, verdict
from tests.exchange.simulator import Outcome, simulate
from tests.exchange.ways import End, Path

SEEDS = 60


class Garbling:
    """A replayed connection of which some answers come damaged; `damage` does it."""

    def __init__(self, inner: Replayed, damage: Any) -> None:
        self.inner, self.damage = inner, damage

    def open(self) -> list[bytes | End]:
        return self.garble(self.inner.open())

    def receive(self, data: bytes) -> list[bytes | End]:
        return self.garble(self.inner.receive(data))

    def timeout(self) -> list[bytes | End]:
        return self.garble(self.inner.timeout())

    def garble(self, words: list[bytes | End]) -> list[bytes | End]:
        return [self.damage(word) if isinstance(word, bytes) else word for word in words]


def kinds() -> list[RecordedPeer]:
    """One recorded peer of each build, role, transport, application."""
    found: dict[tuple[object, ...], RecordedPeer] = {}
    for peer in recorded_peers():
        found.setdefault((peer.build, peer.role, peer.transport, peer.application_name), peer)
    return list(found.values())


KINDS = kinds()


def look_at(peer: RecordedPeer, damage: Any) -> Outcome:
    connect = connecting(peer)
    dialect = "tls" if peer.transport == "tcp" else "dtls"
    return simulate(
        lambda number: Garbling(connect(number), damage), role=peer.role, dialect=dialect, path=Path()
    )


def not_wrong(peer: RecordedPeer, outcome: Outcome) -> bool:
    word = verdict(outcome).word
    return word != "patched" if peer.build is Build.VULNERABLE else word != "vulnerable"


def accident(chance: random.Random, data: bytes, *, head: bool) -> bytes:
    """One accident; `head`: among the first bytes, where records say what they are."""
    at = chance.randrange(min(len(data), 12) if head else len(data))
    kind = chance.choice(("flip", "write", "insert", "remove"))
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    if kind == "write":
        return data[:at] + chance.randbytes(1) + data[at + 1 :]
    if kind == "insert":
        return data[:at] + chance.randbytes(chance.randint(1, 6)) + data[at:]
    return data[:at] + data[at + chance.randint(1, 6) :]


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("peer", KINDS, ids=lambda peer: str(peer.id))
def test_accidents_prove_nothing_wrong(peer: RecordedPeer, head: bool) -> None:
    for seed in range(SEEDS):
        chance = random.Random(seed)
        likely = chance.choice((0.2, 0.5, 0.9))

        def damage(data: bytes, chance: random.Random = chance, likely: float = likely) -> bytes:
            return accident(chance, data, head=head) if chance.random() < likely else data

        outcome = look_at(peer, damage)
        assert not_wrong(peer, outcome), (seed, verdict(outcome))


@settings(max_examples=200)
@given(
    st.sampled_from([peer for peer in KINDS if peer.build is Build.VULNERABLE and peer.transport == "tcp"]),
    st.integers(0, 15),
    st.integers(0, 255),
)
def test_no_single_byte_at_the_head_of_an_answer_makes_it_silence(
    peer: RecordedPeer, at: int, octet: int
) -> None:
    """The answer to own bytes, each byte of whose head is anything: type, version, length, type, length, payload."""

    def damage(data: bytes) -> bytes:
        if data[:1] == b"\x18" and len(data) > 16:
            return data[:at] + bytes([octet]) + data[at + 1 :]
        return data

    assert not_wrong(peer, look_at(peer, damage))
