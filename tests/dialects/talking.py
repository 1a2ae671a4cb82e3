"""Layers talked with by hand, and with one another: without sockets, in pieces of any size."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hemostat.dialects import Dialect
from hemostat.layers import Layer, Setting, Step

__all__ = ["RECORD", "SETTING", "Met", "meet", "say"]

SETTING = Setting("www.example", 4711, random.Random(7).randbytes, 1_700_000_000)
RECORD = b"\x16\x03\x01\x00\x05hello"
"""What TLS might send first: the layers must carry it unchanged, whatever they do with it between."""


@dataclass
class Met:
    """Both sides of a dialect after their words. `to_asks`: all that the asking side heard; `order`: who heard, piece
    by piece; `turns`: how often that passed from one to the other.
    """

    asks: Layer
    grants: Layer
    turns: int = 0
    said: list[bytes] = field(default_factory=list)
    to_asks: list[bytes] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def meet(
    dialect: Dialect, *, cut: int = 0, setting: Setting = SETTING, granting: Setting | None = None
) -> Met:
    """Let both roles of a dialect speak until neither says anything more. `cut`: a stream arrives in pieces of so many
    bytes (0: as it was sent; datagrams are never cut).
    """
    asks, grants = dialect.asks(setting), dialect.grants(granting or setting)
    met = Met(asks, grants)
    pending = [(asks, data) for data in grants.start(0).to_peer] + [
        (grants, data) for data in asks.start(0).to_peer
    ]
    last: Layer | None = None
    while pending:
        assert len(met.said) < 1000, "they never end"
        to, data = pending.pop(0)
        met.said.append(data)
        met.order.append("asks" if to is asks else "grants")
        if to is asks:
            met.to_asks.append(data)
        met.turns += to is not last
        last = to
        other = grants if to is asks else asks
        size = cut if cut and dialect.transport == "tcp" else max(1, len(data))
        for at in range(0, len(data), size):
            pending += [(other, answer) for answer in to.from_peer(0, data[at : at + size]).to_peer]
    return met


def say(layer: Layer, *words: bytes, cut: int = 0) -> Sequence[bytes]:
    """Start a layer (of either side) and tell it what the peer says, one after the other; all that it said to that.

    `cut`: in pieces of so many bytes.
    """
    said = list(layer.start(0).to_peer)
    for each in words:
        size = cut or max(1, len(each))
        for at in range(0, len(each), size):
            step: Step = layer.from_peer(0, each[at : at + size])
            said += step.to_peer
    return said
