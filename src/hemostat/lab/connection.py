"""What a replayed connection is to whoever drives it: bytes in, outputs out; no socket, no clock, no
randomness of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hemostat.lab.errors import LabError

__all__ = ["MAX_SENT", "MAX_UNREAD", "Close", "Output", "Random", "ReplayConnection", "Send", "UnreadClose"]

MAX_SENT = 4 * 1024 * 1024
"""Bytes that one connection sends at most; past it, it ends. A probe needs some tens of thousands."""
MAX_UNREAD = 256 * 1024
"""Bytes that a connection holds unread at most (in place of a socket's receive buffer); past it, it ends by a
reset.
"""

Random = Callable[[int], bytes]
"""Gives as many bytes as asked."""

UnreadClose = Literal["recorded", "orderly", "reset"]
"""How a TCP connection that is closed with bytes unread looks to the other side: as recorded on loopback, or
always one way.
"""


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes that leave together: one write, or one datagram."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The TCP connection ends, by a FIN (`orderly`) or by a RST (`reset`)."""

    how: Literal["orderly", "reset"]


Output = Send | Close


class ReplayConnection(ABC):
    """One connection (over UDP: one association) with a replayed peer.

    The caller passes on each `Send` and carries out `Close`, in order. No input raises; what comes after the
    end is ignored.
    """

    closed: bool = False
    """True once nothing more will ever be sent."""
    waits_for_event: bool = False
    """True while the application has stopped reading until something new arrives, whatever lies unread (TCP,
    one record an event).
    """
    awaits_answer: bool = False
    """True while `timeout` would send something."""

    def start(self) -> list[Output]:
        """A client's ClientHello, once; a server starts with nothing."""
        return []

    @abstractmethod
    def receive(self, data: bytes) -> list[Output]:
        """Take what arrived: over TCP any piece of the stream (one call is one network event), over UDP one
        datagram.
        """

    def timeout(self) -> list[Output]:
        """Nothing came for a while: over UDP an unanswered flight is sent again; over TCP nothing happens."""
        return []


def draw(random: Random, length: int) -> bytes:
    """`length` bytes of `random`. Raises LabError where it gives another number."""
    data = random(length)
    if len(data) != length:
        raise LabError(f"{length} random bytes asked for, {len(data)} given")
    return data
