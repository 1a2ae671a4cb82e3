"""The reliability layer: numbered packets, acknowledged one by one, in order. No bytes of the wire here.

How far each side may run ahead is what every release takes: a receiver holds 8 packets (2.2 to 2.4) or 12 (2.5, 2.6)
from the next that it waits for, and forgets what lies beyond (TLS_RELIABLE_N_REC_BUFFERS).
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

__all__ = ["RECEIVE_WINDOW", "SEND_WINDOW", "Receiver", "Sender", "Sending"]

SEND_WINDOW: Final = 8
"""Packets from the oldest unacknowledged one that may be under way."""
RECEIVE_WINDOW: Final = 12
"""Packets from the next one wanted that are kept."""
FIRST_TIMEOUT: Final = 1_000_000
"""Microseconds until a packet is sent again, before anything was measured (RFC 6298 section 2)."""
LEAST_TIMEOUT: Final = 200_000
MOST_TIMEOUT: Final = 8_000_000
_PASSED: Final = 3
"""Later packets acknowledged before one is taken for lost (RFC 5681 section 3.2; OpenVPN's N_ACK_RETRANSMIT)."""


class Sending(NamedTuple):
    """One packet that has to go out, perhaps again."""

    number: int
    opcode: int
    payload: bytes


@dataclass(slots=True)
class _UnderWay:
    sending: Sending
    sent_at: int
    timeout: int
    passed: int = 0
    again: bool = False


class Sender:
    """Gives numbers, keeps what is not acknowledged, and says what to send again and when.

    `timed`: whether packets get lost; over TCP they don't. Times are microseconds.
    """

    __slots__ = ("_deviation", "_next", "_round_trip", "_timed", "_under_way")

    def __init__(self, *, timed: bool) -> None:
        self._timed = timed
        self._next = 0
        self._under_way: dict[int, _UnderWay] = {}
        self._round_trip: int | None = None
        self._deviation = 0

    @property
    def open(self) -> bool:
        """Whether one more packet may go out."""
        oldest = next(iter(self._under_way), self._next)
        return self._next < oldest + SEND_WINDOW

    @property
    def wake_at(self) -> int | None:
        """When the next packet is due again; None: none is."""
        if not self._timed:
            return None
        return min((each.sent_at + each.timeout for each in self._under_way.values()), default=None)

    def send(self, now: int, opcode: int, payload: bytes) -> Sending:
        """Number one more packet; only while `open`."""
        sending = Sending(self._next, opcode, payload)
        self._next += 1
        self._under_way[sending.number] = _UnderWay(sending, now, self._timeout())
        return sending

    def acknowledged(self, now: int, numbers: tuple[int, ...]) -> list[Sending]:
        """The other side has got these; what must have been lost before them, to be sent again at once."""
        lost: list[Sending] = []
        for number in numbers:
            arrived = self._under_way.pop(number, None)
            if arrived is None:
                continue
            if not arrived.again:
                # Of a packet sent twice nobody knows which one was answered (Karn).
                self._measured(now - arrived.sent_at)
            for each in self._under_way.values():
                if each.sending.number > number:
                    break
                each.passed += 1
                if each.passed == _PASSED and self._timed:
                    lost.append(self._again(each, now))
        return lost

    def due(self, now: int) -> list[Sending]:
        """What has waited for too long, to be sent again; each time it waits twice as long."""
        if not self._timed:
            return []
        late = [each for each in self._under_way.values() if each.sent_at + each.timeout <= now]
        for each in late:
            each.timeout = min(2 * each.timeout, MOST_TIMEOUT)
        return [self._again(each, now) for each in late]

    @staticmethod
    def _again(each: _UnderWay, now: int) -> Sending:
        each.sent_at, each.again = now, True
        return each.sending

    def _measured(self, took: int) -> None:
        """One round trip, smoothed (RFC 6298 section 2)."""
        if self._round_trip is None:
            self._round_trip, self._deviation = took, took // 2
        else:
            self._deviation = (3 * self._deviation + abs(self._round_trip - took)) // 4
            self._round_trip = (7 * self._round_trip + took) // 8

    def _timeout(self) -> int:
        if self._round_trip is None:
            return FIRST_TIMEOUT
        return min(max(LEAST_TIMEOUT, self._round_trip + 4 * self._deviation), MOST_TIMEOUT)


class Receiver:
    """Takes packets in any order, gives them in order, and notes what to acknowledge."""

    __slots__ = ("_kept", "_owed", "_recent", "_wanted")

    def __init__(self) -> None:
        self._wanted = 0
        self._kept: dict[int, tuple[int, bytes]] = {}
        self._owed: list[int] = []
        self._recent: list[int] = []

    @property
    def owing(self) -> bool:
        """Whether something came that is not acknowledged yet."""
        return bool(self._owed)

    def take(self, number: int, opcode: int, payload: bytes) -> list[tuple[int, bytes]]:
        """One packet came; those (opcode, payload) that are now in order. What lies beyond the window was never here;
        what came before is acknowledged anew, since the word of that may have been lost.
        """
        if number >= self._wanted + RECEIVE_WINDOW:
            return []
        if number not in self._owed:
            self._owed.append(number)
        if number >= self._wanted:
            self._kept.setdefault(number, (opcode, payload))
        ordered = []
        while self._wanted in self._kept:
            ordered.append(self._kept.pop(self._wanted))
            self._wanted += 1
        return ordered

    def acknowledge(self, most: int, *, repeat: bool) -> tuple[int, ...]:
        """Up to `most` ids to tell the other side of. `repeat`: those told before fill what room is left, newest first:
        every word of them may have been lost, and a server of 2.6 knows our packets by nothing else at first.
        """
        told, self._owed = self._owed[:most], self._owed[most:]
        older = [number for number in self._recent if number not in told]
        self._recent = [*reversed(told), *older][:most]
        return tuple(self._recent if repeat else told)
