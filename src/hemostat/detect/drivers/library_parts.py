"""The heartbeats that are asked after a handshake: built, judged, and nothing kept of the answers."""

from hemostat.exchange import LibraryPart
from hemostat.exchange.facts import Answer, PartName
from hemostat.exchange.stream import LEAST_PREFIX
from hemostat.wire import heartbeat
from hemostat.wire.records import LONGEST_PLAINTEXT

__all__ = ["Parts", "whole_request"]


def whole_request(payload: bytes, padding: bytes) -> bytes:
    """The request that carries `payload` and claims its length, looked over before a library sends it."""
    message = heartbeat.request(payload, padding)
    claimed, carried = int.from_bytes(message[1:3], "big"), len(message) - 3 - len(padding)
    if claimed != carried or carried != len(payload) or len(message) > LONGEST_PLAINTEXT:
        raise AssertionError("a heartbeat that claims what it does not carry is never sent")
    return message


class _Asked:
    __slots__ = ("answer", "at", "equal", "microseconds", "part", "payload")

    def __init__(self, part: PartName, payload: bytes, at: float) -> None:
        self.part: PartName = part
        self.payload, self.at = payload, at
        self.answer: Answer = "none"
        self.equal = 0
        self.microseconds: int | None = None

    def settle(self, answer: Answer, equal: int, now: float) -> None:
        self.answer, self.equal, self.microseconds = answer, equal, round((now - self.at) * 1e6)


class Parts:
    """What was asked, in order, and what came back. Times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    def ask(self, part: PartName, payload: bytes, now: float) -> None:
        """`payload` is on its way."""
        self._asked.append(_Asked(part, payload, now))

    def hear(self, body: bytes, now: float) -> bool:
        """Compare the heartbeat message `body` with what was asked. True: no further answer matters.

        An equal answer ends it whichever part it belongs to: the bytes keep their order, so what was asked
        before was passed over, and after own bytes came back the control tells nothing more. A request of the
        peer's, and a response to nothing, are no answers.
        """
        waiting = self._waiting()
        if body[:1] != bytes((heartbeat.RESPONSE,)) or not waiting:
            return False
        for asked in waiting:
            if heartbeat.echoed(body, asked.payload) == len(asked.payload):
                asked.settle("equal", len(asked.payload), now)
                return True
        count = heartbeat.echoed(body, waiting[0].payload)
        if count >= LEAST_PREFIX:  # Its record ends before our bytes do: so far they are ours.
            waiting[0].settle("equal-so-far", count, now)
            return True
        waiting[0].settle("different", 0, now)
        return len(waiting) == 1

    def end(self, answer: Answer, now: float) -> None:
        """The connection ends by `answer` (`alert`, `not-a-record`): that is the first waiting part's."""
        for asked in self._waiting()[:1]:
            asked.settle(answer, 0, now)

    def written(self) -> list[LibraryPart]:
        """How each part stands."""
        return [LibraryPart(a.part, len(a.payload), a.answer, a.equal, a.microseconds) for a in self._asked]

    def _waiting(self) -> list[_Asked]:
        return [asked for asked in self._asked if asked.answer == "none"]
