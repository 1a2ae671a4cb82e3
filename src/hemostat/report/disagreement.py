"""Where one target came to several verdicts: by its addresses, or by looks at one of them. The worse stands."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from hemostat.assess.rule import VerdictWord
from hemostat.report.answer import Answer
from hemostat.report.prose import counted
from hemostat.targets import shown

__all__ = ["SEVERITY", "Disagreements", "worst"]

SEVERITY: Final[tuple[VerdictWord, ...]] = (
    "vulnerable",
    "inconclusive",
    "unreachable",
    "patched",
    "not-affected",
)
"""The verdicts, the worst first. What was not decided is worse than what was, unless that is vulnerable."""

_WHAT_STANDS: Final[dict[VerdictWord, str]] = {
    "vulnerable": "The worst counts: vulnerable.",
    "inconclusive": "The worst counts: what was not decided may be vulnerable.",
    "unreachable": "The worst counts: what could not be reached may be vulnerable.",
    "patched": "None is vulnerable, but not all run the same software.",
}
_MOST_NAMED: Final = 5

_Words = Counter[VerdictWord]


def worst(words: Iterable[VerdictWord]) -> VerdictWord:
    """The one that stands. Raises ValueError where there is none."""
    return min(words, key=SEVERITY.index)


class Disagreements:
    """Keeps of each answer who was asked and the word, counted: one entry for all equal ones."""

    def __init__(self) -> None:
        self._said: Counter[tuple[str, str, VerdictWord]] = Counter()

    def note(self, answer: Answer) -> None:
        """Add an answer. One without a verdict is about nobody, and so agrees with all."""
        if answer.verdict is not None:
            self._said[answer.target, answer.place, answer.verdict] += 1

    def sentences(self) -> Iterator[tuple[VerdictWord, str]]:
        """What stands and a sentence, for each address whose looks, and each target whose addresses, disagree; the
        worst first.
        """
        found: list[tuple[VerdictWord, str]] = []
        for target, places in self._mixed().items():
            found.extend(_of_looks(target, places))
            found.extend(_of_addresses(target, places))
        yield from sorted(found, key=lambda each: SEVERITY.index(each[0]))

    def _mixed(self) -> dict[str, dict[str, _Words]]:
        """Target → place → how often each word was said, for targets with more than one word."""
        first: dict[str, VerdictWord] = {}
        mixed = {target for target, _, word in self._said if first.setdefault(target, word) != word}
        places: dict[str, dict[str, _Words]] = {}
        for (target, place, word), times in self._said.items():
            if target in mixed:
                places.setdefault(target, {}).setdefault(place, Counter())[word] = times
        return places


def _of_looks(target: str, places: dict[str, _Words]) -> Iterator[tuple[VerdictWord, str]]:
    for place, words in places.items():
        if len(words) > 1:
            listed = ", ".join(f"{words[word]} {word}" for word in SEVERITY if words[word])
            word = worst(words)
            yield (
                word,
                (
                    f"{shown(target)}: {counted(words.total(), 'look')} at {place} disagree: {listed}. "
                    f"Several servers may stand behind it. {_WHAT_STANDS[word]}"
                ),
            )


def _of_addresses(target: str, places: dict[str, _Words]) -> Iterator[tuple[VerdictWord, str]]:
    by_word: dict[VerdictWord, list[str]] = {}
    for place, words in places.items():
        by_word.setdefault(worst(words), []).append(place)
    if len(by_word) > 1:
        listed = "; ".join(f"{word} at {_named(by_word[word])}" for word in SEVERITY if word in by_word)
        word = worst(by_word)
        yield word, f"{shown(target)}: its addresses disagree: {listed}. {_WHAT_STANDS[word]}"


def _named(places: list[str]) -> str:
    named = ", ".join(places[:_MOST_NAMED])
    return named if len(places) <= _MOST_NAMED else f"{named} and {len(places) - _MOST_NAMED} more"
