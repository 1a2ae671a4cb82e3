"""What is said of repetitions."""

from functools import partial

import pytest

from bench.spread import Spread, per_call, ratios, spread


def test_least_middle_and_most() -> None:
    assert spread([3.0, 1.0, 10.0]) == Spread(1.0, 3.0, 10.0)
    assert Spread(1.0, 3.0, 10.0).show("{:.0f}".format) == "3 (1 to 10)"


def test_ratios_are_of_one_turn_each() -> None:
    assert ratios([10.0, 40.0, 90.0], [10.0, 20.0, 30.0]) == Spread(1.0, 2.0, 3.0)
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0], [1.0, 2.0])


def test_actions_take_turns_and_a_call_costs_its_share() -> None:
    called: list[tuple[str, int]] = []

    def action(name: str, calls: int) -> None:
        called.append((name, calls))
        sum(range(1000 * calls))

    figures = per_call({name: partial(action, name) for name in ("a", "b")}, turns=3, seconds=0.002)
    assert [name for name, _ in called[-6:]] == ["a", "b"] * 3
    assert {name: len(costs) for name, costs in figures.items()} == {"a": 3, "b": 3}
    assert all(cost > 0 for costs in figures.values() for cost in costs)
