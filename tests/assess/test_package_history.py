"""What lay on the disk when, from package logs."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess.package_history import OnDisk, history
from hemostat.evidence import KINDS, write_time


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2014, month, day, hour, tzinfo=UTC)


def event(
    when: datetime, before: str | None, after: str | None, *, new: bool = False, **others: Any
) -> dict[str, Any]:
    facts = (
        dict(KINDS["package-event"].example)
        | {"from": before, "to": after, "new": new, "earliest": write_time(when), "latest": write_time(when)}
        | others
    )
    KINDS["package-event"].check(facts)
    return facts


OLD, FLAWED, FIXED = "0.9.8o-4squeeze14", "1.0.1e-2+deb7u4", "1.0.1e-2+deb7u5"


def test_from_an_upgrade_to_the_fix() -> None:
    assert history([event(at(2, 1), OLD, FLAWED), event(at(4, 8), FLAWED, FIXED)]) == (
        OnDisk("safe", OLD, None, None, at(2, 1), at(2, 1)),
        OnDisk("vulnerable", FLAWED, at(2, 1), at(2, 1), at(4, 8), at(4, 8)),
        OnDisk("safe", FIXED, at(4, 8), at(4, 8), None, None),
    )


def test_events_come_in_any_order() -> None:
    events = [event(at(2, 1), OLD, FLAWED), event(at(4, 8), FLAWED, FIXED), event(at(6, 5), FIXED, None)]
    assert history(events[::-1]) == history(events)


def test_a_log_without_a_zone_leaves_bounds() -> None:
    lax = event(at(4, 8), FLAWED, FIXED, earliest=write_time(at(4, 8, 0)), latest=write_time(at(4, 9, 2)))
    before, after = history([lax])
    assert (before.went_earliest, before.went_latest) == (at(4, 8, 0), at(4, 9, 2))
    assert (after.came_earliest, after.came_latest) == (at(4, 8, 0), at(4, 9, 2))


def test_what_was_not_there_before_and_what_nobody_wrote_down_differ() -> None:
    assert history([event(at(2, 1), None, FLAWED, new=True)])[0].state == "absent"
    assert history([event(at(2, 1), None, FLAWED)])[0].state == "unknown"
    assert history([event(at(2, 1), FLAWED, None)])[-1].state == "absent"


def test_a_version_that_no_log_brought_came_in_between() -> None:
    states = history([event(at(2, 1), OLD, FIXED), event(at(6, 5), FLAWED, FIXED)])
    assert [(one.state, one.version) for one in states] == [
        ("safe", OLD),
        ("safe", FIXED),
        ("vulnerable", FLAWED),
        ("safe", FIXED),
    ]
    assert (states[1].went_earliest, states[1].went_latest) == (at(2, 1), at(6, 5))
    assert (states[2].came_earliest, states[2].came_latest) == (at(2, 1), at(6, 5))
    assert (states[2].went_earliest, states[2].went_latest) == (at(6, 5), at(6, 5))


def test_a_version_that_decides_nothing_is_unknown() -> None:
    (_, after) = history([event(at(2, 1), OLD, "1.0.1e-4")])
    assert after.state == "unknown"
    (_, after) = history([event(at(2, 1), OLD, FLAWED, distribution=None)])
    assert after.state == "unknown"
    (_, after) = history([event(at(2, 1), None, "9.1", name="nginx")])
    assert after.state == "unknown"


def test_no_events_no_history() -> None:
    assert history([]) == ()


_EVENTS = st.builds(
    event,
    st.integers(0, 1_000_000).map(lambda minutes: at(1, 1) + timedelta(minutes=minutes)),
    st.sampled_from([None, OLD, FLAWED, FIXED]),
    st.sampled_from([OLD, FLAWED, FIXED]),
)


@given(st.lists(_EVENTS, max_size=8))
def test_a_history_has_no_gaps(events: list[dict[str, Any]]) -> None:
    states = history(events)
    assert bool(states) == bool(events)
    for one, then in pairwise(states):
        assert (one.went_earliest, one.went_latest) == (then.came_earliest, then.came_latest)
    if states:
        assert states[0].came_earliest is None
        assert states[-1].went_latest is None
