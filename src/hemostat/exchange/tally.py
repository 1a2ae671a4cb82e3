"""What repetition has shown over UDP, where datagrams get lost and silence alone means nothing.

One count for who asks (`course`: is it enough?) and for who judges (`assess`: was it enough?).
"""

from collections.abc import Iterable
from typing import Final

__all__ = ["MOST_ASKED", "TURNS_NEEDED", "Tally"]

TURNS_NEEDED: Final = 6
"""Own bytes left unanswered, and large controls answered, before silence counts at all."""
MOST_ASKED: Final = 16
"""How often own bytes, and how often the large control, are asked at most."""
_SILENT: Final = ("none", "alert")


class Tally:
    """Own bytes and large controls of all associations of one probe.

    Own bytes count as unanswered only where an answer would have come: asked alone, on an association that lasted
    until their time was over; or followed by another turn whose control was answered, which shows that the association
    went on. And only where they were given as long as the slowest control took.
    """

    __slots__ = (
        "_lost_alone",
        "_lost_in_turns",
        "_waits",
        "alerts",
        "controls",
        "controls_answered",
        "goes_on",
        "owns",
        "settled",
        "slowest",
    )

    def __init__(self) -> None:
        self._waits: list[int] = []
        self._lost_alone = self._lost_in_turns = 0
        self.owns = 0
        """Own bytes asked."""
        self.controls = 0
        """Large controls asked."""
        self.controls_answered = 0
        self.goes_on = False
        """Two controls were answered on one association: the peer keeps it after a heartbeat."""
        self.slowest = 0
        """Microseconds that the slowest control took to be answered."""
        self.alerts = 0
        """Parts that drew an alert."""
        self.settled = False
        """Own bytes came back, or a heartbeat that is not ours: silence has nothing more to tell."""

    def with_association(
        self, asked: str, ended: str, parts: Iterable[tuple[str, str, int | None]]
    ) -> "Tally":
        """Another tally: this one and one association more."""
        other = Tally()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other._waits = list(self._waits)
        other.add(asked, ended, parts)
        return other

    def add(self, asked: str, ended: str, parts: Iterable[tuple[str, str, int | None]]) -> None:
        """Count one association: what it was for, how it ended, and its parts, each by name, answer and microseconds
        waited.
        """
        owns: list[tuple[int, str, int]] = []
        answered: list[int] = []
        controls = 0
        for at, (name, answer, microseconds) in enumerate(parts):
            waited = microseconds or 0
            self.alerts += answer == "alert"
            if name == "own-bytes":
                owns.append((at, answer, waited))
            elif name == "large-control":
                controls += 1
                if answer == "equal":
                    answered.append(at)
                    self.slowest = max(self.slowest, waited)
            if answer == "different" or (name == "own-bytes" and answer not in (*_SILENT, "not-a-record")):
                self.settled = True
        self.owns += len(owns)
        self.controls += controls
        self.controls_answered += len(answered)
        self.goes_on = self.goes_on or len(answered) > 1
        if asked == "turns":
            self._lost_in_turns += controls - len(answered)
        else:
            self._lost_alone += controls - len(answered)
        if asked != "own-bytes":
            before = [own for own in owns if answered and own[0] < answered[-1]]
            owns = before[:-1]
        elif ended != "ours":
            owns = [own for own in owns if own[1] == "alert"]
        self._waits += [waited for _, answer, waited in owns if answer in _SILENT]

    @property
    def controls_lost(self) -> int:
        """Large controls that were unanswered where an answer was to come. A peer that ends the association after a
        heartbeat owes none to a control asked after own bytes.
        """
        return self._lost_alone + (self._lost_in_turns if self.goes_on else 0)

    @property
    def owns_unanswered(self) -> int:
        """How many own bytes count as unanswered."""
        return sum(waited >= self.slowest for waited in self._waits)

    @property
    def enough(self) -> bool:
        """Whether loss can't explain the silence.

        At least six and six; and the more controls get lost, the more own bytes it takes: all of them unanswered is to
        be as unlikely as six are where none of six controls got lost. The likelihood of a loss is taken as
        (lost + 1) / (asked + 2), Laplace's estimate.
        """
        owns, answered, lost = self.owns_unanswered, self.controls_answered, self.controls_lost
        if owns < TURNS_NEEDED or answered < TURNS_NEEDED:
            return False
        telling: int = (answered + lost + 2) ** owns
        needed: int = (TURNS_NEEDED + 2) ** TURNS_NEEDED * (lost + 1) ** owns
        return telling >= needed
