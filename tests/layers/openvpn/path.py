"""Two sides of a session joined by a path that loses, doubles and delays datagrams, on a simulated clock."""

import heapq
import random
from dataclasses import dataclass, field

from hemostat.layers import Layer, Step

__all__ = ["Path"]

DELAY = 20_000
"""Microseconds that a datagram is under way."""


@dataclass
class Path:
    """`loss`, `doubling`, `swapping`: how many of a hundred datagrams. `stream`: nothing of that, and bytes come in
    pieces of any size. What TLS was given on either side is in `got`.
    """

    sides: tuple[Layer, Layer]
    dice: random.Random
    loss: int = 0
    doubling: int = 0
    swapping: int = 0
    stream: bool = False
    now: int = 0
    sent: int = 0
    got: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    largest: int = 0
    _under_way: list[tuple[int, int, int, bytes]] = field(default_factory=list)
    _wakes: list[int | None] = field(default_factory=lambda: [None, None])

    def begin(self) -> None:
        for side in (1, 0):
            self._carry(side, self.sides[side].start(self.now))

    def say(self, side: int, data: bytes) -> None:
        """TLS of a side wants this sent."""
        self._carry(side, self.sides[side].from_tls(self.now, data))

    def run(self, until: int = 3_600_000_000) -> None:
        """Carry what is under way, and wake who wants to be woken, until nothing is left or the time (microseconds)."""
        while True:
            wakes = [(at, side) for side, at in enumerate(self._wakes) if at is not None]
            wake = min(wakes, default=(until, 2))
            arrival = self._under_way[0][0] if self._under_way else until
            if min(wake[0], arrival) >= until:
                self.now = until
                return
            if arrival <= wake[0]:
                self.now, _, side, data = heapq.heappop(self._under_way)
                self._carry(side, self.sides[side].from_peer(self.now, data))
            else:
                self.now, side = max(self.now, wake[0]), wake[1]
                self._carry(side, self.sides[side].time(self.now))

    def _carry(self, side: int, step: Step) -> None:
        self._wakes[side] = step.wake_at
        for data in step.to_tls:
            self.got[side].extend(data)
        for data in step.to_peer:
            self.largest = max(self.largest, len(data))
            if self.stream:
                self._pieces(1 - side, data)
            else:
                self._datagram(1 - side, data)

    def _pieces(self, to: int, data: bytes) -> None:
        at = 0
        while at < len(data):
            end = at + self.dice.randint(1, 3000)
            self._send(to, data[at:end], DELAY)
            at = end

    def _datagram(self, to: int, data: bytes) -> None:
        for _ in range(1 + (self.dice.randrange(100) < self.doubling)):
            if self.dice.randrange(100) >= self.loss:
                late = self.dice.randrange(100) < self.swapping
                self._send(to, data, DELAY + late * self.dice.randint(1, 2 * DELAY))

    def _send(self, to: int, data: bytes, delay: int) -> None:
        self.sent += 1
        heapq.heappush(self._under_way, (self.now + delay, self.sent, to, data))
