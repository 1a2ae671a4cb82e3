"""When repetition over UDP is enough, and what counts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.exchange.tally import MOST_ASKED, TURNS_NEEDED, Tally

Row = tuple[str, str, int | None]
WAITED = 200_000
OWN: Row = ("own-bytes", "none", WAITED)
ANSWERED: Row = ("large-control", "equal", 100_000)
LOST: Row = ("large-control", "none", WAITED)
TURN = [OWN, ANSWERED]


def tally(*associations: tuple[str, list[Row]], ended: str = "ours") -> Tally:
    found = Tally()
    for asked, parts in associations:
        found.add(asked, ended, parts)
    return found


def alone(owns: int, answered: int, lost: int = 0) -> Tally:
    return tally(
        *[("own-bytes", [OWN])] * owns,
        *[("large-control", [ANSWERED])] * answered,
        *[("large-control", [LOST])] * lost,
    )


@pytest.mark.parametrize(
    ("asked", "parts", "unanswered", "answered"),
    [
        # Alone: one question, one answer or none.
        ("own-bytes", [OWN], 1, 0),
        ("own-bytes", [("own-bytes", "alert", 1000)], 1, 0),
        ("own-bytes", [], 0, 0),
        ("large-control", [ANSWERED], 0, 1),
        ("large-control", [LOST], 0, 0),
        # In turns: only with an answered turn behind them.
        ("turns", TURN, 0, 1),
        ("turns", TURN * 2, 1, 2),
        ("turns", TURN * 7, 6, 7),
        ("turns", [OWN, LOST, *TURN], 1, 1),
        ("turns", [*TURN, OWN, LOST], 0, 1),
        ("turns", [*TURN, OWN, LOST, *TURN], 2, 2),
        ("turns", [ANSWERED, OWN], 0, 1),
        ("turns", [OWN, LOST, OWN, LOST], 0, 0),
        # A small control is none of those that are counted, nor is a cut one: a datagram comes whole.
        ("turns", [OWN, ("control", "equal", 1), OWN, ("control", "equal", 1)], 0, 0),
        ("turns", [OWN, ("large-control", "equal-so-far", 1), *TURN], 1, 1),
        # An answer that breaks the protocol is no silence.
        ("turns", [("own-bytes", "not-a-record", 5), ANSWERED, *TURN], 0, 2),
        # A burst is of a stream.
        ("burst", [OWN, ("control", "equal", 1)], 0, 0),
    ],
)
def test_what_counts(asked: str, parts: list[Row], unanswered: int, answered: int) -> None:
    found = tally((asked, parts))
    assert (found.owns_unanswered, found.controls_answered) == (unanswered, answered)


@pytest.mark.parametrize("ended", ["reset", "failed", "fin"])
def test_own_bytes_alone_count_where_nothing_but_our_time_ended_it(ended: str) -> None:
    found = tally(("own-bytes", [OWN]), ended=ended)
    assert (found.owns, found.owns_unanswered) == (1, 0)
    assert tally(("own-bytes", [("own-bytes", "alert", 1)]), ended=ended).owns_unanswered == 1


def test_a_silence_is_as_long_as_the_slowest_control() -> None:
    found = alone(owns=8, answered=8)
    assert found.enough
    found.add("large-control", "ours", [("large-control", "equal", WAITED)])
    assert (found.slowest, found.owns_unanswered) == (WAITED, 8)
    found.add("large-control", "ours", [("large-control", "equal", WAITED + 1)])
    assert found.owns_unanswered == 0
    assert not found.enough
    found.add("own-bytes", "ours", [("own-bytes", "none", WAITED + 1)])
    assert found.owns_unanswered == 1


def test_a_silence_of_unknown_length_is_none_where_a_control_took_time() -> None:
    assert (
        tally(("own-bytes", [("own-bytes", "none", None)]), ("large-control", [ANSWERED])).owns_unanswered
        == 0
    )


def test_six_and_six_where_nothing_got_lost() -> None:
    assert TURNS_NEEDED == 6
    assert alone(6, 6).enough
    assert not alone(5, 16).enough
    assert not alone(16, 5).enough
    assert tally(("turns", TURN * 7)).enough
    assert not tally(("turns", TURN * 6)).enough


@pytest.mark.parametrize(
    ("lost", "owns"), [(0, 6), (1, 9), (2, 11), (3, 13), (4, 15), (5, 17), (6, 18), (10, 26)]
)
def test_the_more_gets_lost_the_more_own_bytes_it_takes(lost: int, owns: int) -> None:
    """By hand: (6 + lost + 2)^owns ≥ 8^6 · (lost + 1)^owns, six controls being answered."""
    assert alone(owns, 6, lost).enough
    assert not alone(owns - 1, 6, lost).enough


def test_controls_that_are_answered_make_up_for_those_that_got_lost() -> None:
    assert not alone(8, 6, 1).enough
    assert alone(8, 8, 1).enough


def test_at_no_loss_is_chance_likelier_than_at_six_of_six() -> None:
    """The chance that a vulnerable peer's answers all get lost, controls being answered as they were, however lossy the
    path: alternating as the probe does, until it is enough, at most sixteen of each.
    """
    for percent in range(5, 100, 5):
        p = percent / 100
        states, wrong = {(0, 0): 1.0}, 0.0
        for owns in range(1, MOST_ASKED + 1):
            following: dict[tuple[int, int], float] = {}
            for (answered, lost), chance in states.items():
                for came, gone, likely in ((1, 0, 1 - p), (0, 1, p)):
                    after = (answered + came, lost + gone)
                    weight = chance * p * likely
                    if alone(owns, *after).enough:
                        wrong += weight
                    else:
                        following[after] = following.get(after, 0.0) + weight
            states = following
        assert wrong < 1 / 2000, percent
        if percent <= 10:
            assert wrong < 1e-6


def test_what_got_lost_in_turns_counts_where_the_peer_goes_on() -> None:
    """One that ends the association after a heartbeat owes the control behind own bytes no answer."""
    ends = [OWN, LOST, OWN, LOST]
    found = tally(("turns", ends), ("turns", TURN))
    assert (found.goes_on, found.controls_lost) == (False, 0)
    found.add("large-control", "ours", [LOST])
    assert found.controls_lost == 1
    found.add("turns", "ours", [*TURN, OWN, LOST, *TURN])
    assert (found.goes_on, found.controls_lost) == (True, 4)


def test_own_bytes_back_or_an_answer_that_is_not_ours_settles_it() -> None:
    assert not tally(("turns", TURN * 7)).settled
    for answer in ("equal", "equal-so-far", "different"):
        assert tally(("turns", [("own-bytes", answer, 1), LOST])).settled
    assert tally(("turns", [OWN, ("large-control", "different", 1)])).settled


def test_alerts_are_counted() -> None:
    found = tally(
        ("turns", [("own-bytes", "alert", 1), LOST]), ("large-control", [("large-control", "alert", 1)])
    )
    assert (found.alerts, found.owns, found.controls) == (2, 1, 2)


rows = st.tuples(
    st.sampled_from(("own-bytes", "large-control", "control", "flush")),
    st.sampled_from(("none", "equal", "equal-so-far", "different", "alert", "not-a-record")),
    st.none() | st.integers(0, 10**6),
)
associations = st.tuples(
    st.sampled_from(("turns", "own-bytes", "large-control")),
    st.sampled_from(("ours", "reset")),
    st.lists(rows, max_size=12),
)


@given(st.lists(associations, max_size=6), associations)
def test_one_more_is_the_same_as_another_tally_with_it(
    before: list[tuple[str, str, list[Row]]], more: tuple[str, str, list[Row]]
) -> None:
    found, same = Tally(), Tally()
    for association in before:
        found.add(*association)
        same.add(*association)
    with_it = found.with_association(*more)
    same_before = {name: getattr(found, name) for name in Tally.__slots__}
    assert same_before == {name: getattr(same, name) for name in Tally.__slots__}, "it is left as it was"
    same.add(*more)
    assert {name: getattr(with_it, name) for name in Tally.__slots__} == {
        name: getattr(same, name) for name in Tally.__slots__
    }


@given(st.lists(associations, max_size=8))
def test_counts_hold_together(several: list[tuple[str, str, list[Row]]]) -> None:
    found = Tally()
    steps = []
    for association in several:
        found.add(*association)
        steps.append((found.owns, found.controls, found.controls_answered, found.slowest))
        assert found.owns_unanswered <= found.owns
        assert found.controls_answered + found.controls_lost <= found.controls
        if found.enough:
            assert min(found.owns_unanswered, found.controls_answered) >= TURNS_NEEDED
    assert all(
        earlier <= later for one, other in pairwise(steps) for earlier, later in zip(one, other, strict=True)
    )
