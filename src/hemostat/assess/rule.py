"""What a rule is: when it applies, and the verdict that it gives."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from hemostat.assess.reading import Reading

__all__ = ["Rule", "Verdict", "VerdictWord"]

VerdictWord = Literal["vulnerable", "patched", "not-affected", "inconclusive", "unreachable"]


class Verdict(NamedTuple):
    """The answer: one of five words, a reason code, a few sentences for a person, the rule that gave it. `how`: the
    last of the sentences, where they tell how it was asked, and not what the answer means.
    """

    word: VerdictWord
    reason: str
    explanation: str
    rule: str
    how: str = ""


class Rule(NamedTuple):
    """One row. `reason` and `explanation` may hold `{…}`, filled from `details`. `name` is what `why` and the
    docs call it.
    """

    name: str
    word: VerdictWord
    reason: str
    applies: Callable[[Reading], bool]
    explanation: str
    details: Callable[[Reading], Mapping[str, object]] = lambda _: {}
