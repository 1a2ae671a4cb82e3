from itertools import chain, combinations

import pytest

from hemostat.report import exit_status
from hemostat.report.status import MEANINGS

WORDS = ("vulnerable", "patched", "not-affected", "inconclusive", "unreachable", None)
ALL = [set(some) for some in chain.from_iterable(combinations(WORDS, n) for n in range(len(WORDS) + 1))]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"not-affected"}, 0),
        ({"patched", "not-affected"}, 0),
        ({"vulnerable"}, 1),
        ({"inconclusive"}, 3),
        ({"unreachable", "patched"}, 3),
        ({None, "patched"}, 3),
        ({None}, 2),
        (set(), 2),
    ],
)
def test_it_is_that_of_the_worst(words: set[str | None], status: int) -> None:
    assert exit_status(words) == status


@pytest.mark.parametrize("words", ALL, ids=lambda words: "+".join(sorted(map(str, words))))
def test_only_the_decided_and_harmless_are_nothing_found(words: set[str | None]) -> None:
    assert (exit_status(words) == 0) == (bool(words) and words <= {"patched", "not-affected"})
    assert (exit_status(words) == 1) == ("vulnerable" in words)
    assert exit_status(words, interrupted=True) == (1 if "vulnerable" in words else 130)
    assert exit_status(words) in MEANINGS
    assert exit_status(words, interrupted=True) in MEANINGS
