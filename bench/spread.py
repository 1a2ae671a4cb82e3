"""Repetitions: how things that are compared take turns, and what is said of the figures that come of it."""

import time
from collections.abc import Callable, Hashable, Mapping
from statistics import median
from typing import NamedTuple, TypeVar

__all__ = ["Spread", "per_call", "ratios", "spread"]

_Key = TypeVar("_Key", bound=Hashable)


class Spread(NamedTuple):
    """Least, middle and greatest of some repetitions."""

    least: float
    middle: float
    most: float

    def show(self, form: Callable[[float], str]) -> str:
        """`middle (least to most)`, each written by `form`."""
        return f"{form(self.middle)} ({form(self.least)} to {form(self.most)})"


def spread(figures: list[float]) -> Spread:
    """Of at least one figure (ValueError)."""
    return Spread(min(figures), median(figures), max(figures))


def ratios(over: list[float], under: list[float]) -> Spread:
    """`over` / `under`, turn by turn: each pair was measured in the same turn (ValueError: not as many)."""
    return spread([one / other for one, other in zip(over, under, strict=True)])


def per_call(
    actions: Mapping[_Key, Callable[[int], object]], *, turns: int, seconds: float
) -> dict[_Key, list[float]]:
    """Microseconds of CPU that one call of each action takes: a figure a turn, all actions in turn each time.

    An action is called with how many calls to make; how many fill `seconds` is found out first. CPU time of this
    process, not the clock on the wall: an action waits for nothing, and another process on the machine is no part of
    what it costs.
    """
    counts = {key: _calls(action, seconds) for key, action in actions.items()}
    figures: dict[_Key, list[float]] = {key: [] for key in actions}
    for _ in range(turns):
        for key, action in actions.items():
            figures[key].append(_cost(action, counts[key]) / counts[key] / 1000)
    return figures


def _cost(action: Callable[[int], object], calls: int) -> int:
    start = time.process_time_ns()
    action(calls)
    return time.process_time_ns() - start


def _calls(action: Callable[[int], object], seconds: float) -> int:
    calls = 1
    while (cost := _cost(action, calls)) < seconds * 1e9 / 10:
        calls *= 2
    return max(1, round(calls * seconds * 1e9 / cost))
