"""What a dialect is: a layer between the connection and TLS, from the first byte to the last.

A layer is fed bytes and time and gives back what goes to the peer and what goes up to TLS. It opens nothing
and waits for nothing. For most protocols it speaks some plain words, then passes bytes through; a few
(OpenVPN) wrap all of them, with timers of their own. The base class is the layer of no words at all: TLS from
the first byte.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["Dialect", "Layer", "Step", "Transport"]

Transport = Literal["tcp", "udp"]


class Step(NamedTuple):
    """What a layer wants done.

    `to_peer`: what to send, one item a datagram on UDP. `to_tls`: what TLS gets to read, likewise.
    `wake_at`: when to call `Layer.time` at the latest, in microseconds of the driver's clock; None: never.
    """

    to_peer: tuple[bytes, ...] = ()
    to_tls: tuple[bytes, ...] = ()
    wake_at: int | None = None


_NOTHING = Step()


class Layer:
    """One connection's layer; this one passes everything through. Times are microseconds of the driver's
    clock.

    `ready`: TLS may begin. `refusal`: the service said that there will be no TLS (a code); None while it has
    not.
    """

    __slots__ = ()
    ready: bool = True
    refusal: str | None = None

    def start(self, now: int) -> Step:
        """The connection is there."""
        return _NOTHING

    def from_peer(self, now: int, data: bytes) -> Step:
        """Bytes came from the peer (one datagram on UDP)."""
        return Step((), (data,))

    def from_tls(self, now: int, data: bytes) -> Step:
        """TLS wants to send (one datagram on UDP)."""
        return Step((data,))

    def time(self, now: int) -> Step:
        """The time asked for by `Step.wake_at` has come."""
        return _NOTHING


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a plain connection becomes TLS, for one protocol.

    `schemes`: URL scheme → default port. `flush`: whether the alert that an out-of-turn Finished draws
    reaches the other side; where it doesn't, the probe does without (own bytes, then a control larger than
    any buffer). `asks`: a new layer for the side that asks for TLS. `grants`: one for the side that grants
    it.
    """

    name: str
    transport: Transport
    schemes: dict[str, int]
    asks: Callable[[], Layer]
    grants: Callable[[], Layer]
    flush: bool = True
