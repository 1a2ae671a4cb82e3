import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers.openvpn.reliability import (
    FIRST_TIMEOUT,
    LEAST_TIMEOUT,
    MOST_TIMEOUT,
    RECEIVE_WINDOW,
    SEND_WINDOW,
    Receiver,
    Sender,
    Sending,
)


def sender(*, timed: bool = True) -> Sender:
    return Sender(timed=timed)


def filled(*, timed: bool = True) -> Sender:
    one = sender(timed=timed)
    while one.open:
        one.send(0, 4, b"")
    return one


def numbers(sendings: list[Sending]) -> list[int]:
    return [number for number, _, _ in sendings]


# -- sending ---------------------------------------------------------------------------------------------------


def test_eight_from_the_oldest_unacknowledged_may_be_under_way() -> None:
    one = sender()
    assert [one.send(0, 4, b"x").number for _ in range(SEND_WINDOW)] == list(range(8))
    assert not one.open
    one.acknowledged(0, (3, 5))
    assert not one.open
    one.acknowledged(0, (0, 1))
    assert [one.send(0, 4, b"x").number for _ in range(2)] == [8, 9]
    assert not one.open


def test_what_is_not_acknowledged_goes_again_and_waits_twice_as_long_each_time() -> None:
    one = sender()
    sent = one.send(0, 7, b"first")
    now, waits = 0, []
    for _ in range(6):
        at = one.wake_at
        assert at is not None
        assert one.due(at - 1) == []
        assert one.due(at) == [sent]
        waits.append(at - now)
        now = at
    assert waits == [min(FIRST_TIMEOUT << turn, MOST_TIMEOUT) for turn in range(6)]
    one.acknowledged(now, (0,))
    assert one.wake_at is None
    assert one.due(now + MOST_TIMEOUT) == []


@pytest.mark.parametrize(
    ("round_trip", "timeout"), [(1_000, LEAST_TIMEOUT), (150_000, 450_000), (60_000_000, MOST_TIMEOUT)]
)
def test_the_round_trip_makes_the_timeout_within_bounds(round_trip: int, timeout: int) -> None:
    one = sender()
    one.send(0, 4, b"")
    one.acknowledged(round_trip, (0,))
    one.send(round_trip, 4, b"")
    assert one.wake_at == round_trip + timeout


def test_a_packet_sent_twice_measures_nothing() -> None:
    one = sender()
    one.send(0, 4, b"")
    one.due(FIRST_TIMEOUT)
    one.acknowledged(FIRST_TIMEOUT + 5, (0,))
    one.send(0, 4, b"")
    assert one.wake_at == FIRST_TIMEOUT


def test_three_later_ones_acknowledged_and_it_is_lost() -> None:
    one = filled()
    assert one.acknowledged(1, (1, 2)) == []
    assert numbers(one.acknowledged(2, (3, 4))) == [0]
    assert one.acknowledged(3, (5, 6, 7)) == []


def test_an_acknowledgement_of_what_was_never_sent_or_twice_is_nothing() -> None:
    one = filled()
    assert one.acknowledged(0, (8, 77, 1 << 31)) == []
    one.acknowledged(0, (1, 1, 1, 1))
    assert one.acknowledged(0, (1, 2)) == []
    assert not one.open


def test_nothing_is_lost_over_tcp() -> None:
    one = filled(timed=False)
    assert one.wake_at is None
    assert one.acknowledged(0, (1, 2, 3, 4, 5)) == []
    assert one.due(1 << 60) == []


# -- receiving -------------------------------------------------------------------------------------------------


@given(st.permutations(range(RECEIVE_WINDOW)), st.integers(0, 1 << 16))
def test_any_order_within_the_window_becomes_the_right_one(order: list[int], seed: int) -> None:
    one = Receiver()
    got = [payload for number in order for _, payload in one.take(number, 4, bytes([number]))]
    assert got == [bytes([number]) for number in range(RECEIVE_WINDOW)]
    told = one.acknowledge(8, repeat=False) + one.acknowledge(8, repeat=False)
    assert list(told) == list(order)
    assert not one.owing


def test_what_lies_beyond_the_window_was_never_here() -> None:
    one = Receiver()
    assert one.take(RECEIVE_WINDOW, 4, b"") == []
    assert one.take((1 << 32) - 1, 4, b"") == []
    assert not one.owing


def test_what_came_before_is_acknowledged_anew_and_given_once() -> None:
    one = Receiver()
    assert one.take(0, 4, b"a") == [(4, b"a")]
    one.acknowledge(8, repeat=False)
    assert one.take(0, 4, b"b") == []
    assert one.acknowledge(8, repeat=False) == (0,)


def test_what_came_twice_is_acknowledged_once_and_told_once() -> None:
    one = Receiver()
    for _ in range(3):
        one.take(1, 4, b"")
    assert one.acknowledge(8, repeat=False) == (1,)
    one.take(1, 4, b"")
    assert one.acknowledge(4, repeat=True) == (1,)


def test_what_was_given_is_not_kept() -> None:
    one = Receiver()
    for number in [*range(20), *range(20)]:
        one.take(number, 4, b"")
    assert one._kept == {}


def test_the_first_of_two_with_one_number_counts() -> None:
    one = Receiver()
    one.take(1, 4, b"first")
    one.take(1, 4, b"second")
    assert one.take(0, 4, b"") == [(4, b""), (4, b"first")]


def test_those_told_before_are_repeated_newest_first() -> None:
    one = Receiver()
    for number in range(3):
        one.take(number, 4, b"")
    assert one.acknowledge(4, repeat=True) == (2, 1, 0)
    one.take(3, 4, b"")
    one.take(4, 4, b"")
    assert one.acknowledge(4, repeat=True) == (4, 3, 2, 1)
    assert one.acknowledge(4, repeat=True) == (4, 3, 2, 1)
    assert one.acknowledge(4, repeat=False) == ()


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=3)), max_size=200))
def test_it_keeps_no_more_than_its_window(came: list[tuple[int, bytes]]) -> None:
    one, given_up, first = Receiver(), list[bytes](), dict[int, bytes]()
    for number, payload in came:
        if number < len(given_up) + RECEIVE_WINDOW:
            first.setdefault(number, payload)
        given_up += [payload for _, payload in one.take(number, 4, payload)]
        assert len(one._kept) < RECEIVE_WINDOW
        one.acknowledge(8, repeat=False)
    assert given_up == [first[number] for number in range(len(given_up))]
