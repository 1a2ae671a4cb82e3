"""When a service was exposed, from what is known of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess.package_history import OnDisk, State
from hemostat.assess.windows import (
    RELEASED,
    Evidence,
    Restart,
    Window,
    from_boot,
    from_disk,
    from_probe,
    from_process,
    restart,
    windows,
)


def at(month: int, day: int, year: int = 2014) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def vulnerable(since: datetime, until: datetime | None = None) -> Evidence:
    return Evidence("vulnerable", since, until or since, "v")


def safe(since: datetime, until: datetime | None = None) -> Evidence:
    return Evidence("safe", since, until or since, "s")


def sign(since: datetime, until: datetime | None = None) -> Evidence:
    return Evidence("sign", since, until or since, "?")


def short(found: tuple[Window, ...]) -> list[tuple[object, datetime, datetime | None]]:
    return [(one.certain, one.possible_since, one.possible_until) for one in found]


def test_the_release_of_1_0_1_is_the_earliest() -> None:
    assert at(3, 14, 2012) == RELEASED


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], []),
        # A peer that was merely not affected, or a safe process, has none.
        ([safe(at(4, 8))], []),
        # One proof, nothing else: possible since 1.0.1 came out, and still.
        ([vulnerable(at(4, 8))], [((at(4, 8), at(4, 8)), RELEASED, None)]),
        # Two proofs with nothing between: all the time between is certain.
        ([vulnerable(at(4, 10)), vulnerable(at(4, 8))], [((at(4, 8), at(4, 10)), RELEASED, None)]),
        # Bounded by the contrary, before and after.
        (
            [safe(at(1, 1)), safe(at(2, 1)), vulnerable(at(4, 8)), safe(at(4, 9)), safe(at(5, 1))],
            [((at(4, 8), at(4, 8)), at(2, 1), at(4, 9))],
        ),
        # The contrary between them: two windows.
        (
            [vulnerable(at(4, 8)), safe(at(4, 9)), vulnerable(at(4, 10))],
            [((at(4, 8), at(4, 8)), RELEASED, at(4, 9)), ((at(4, 10), at(4, 10)), at(4, 9), None)],
        ),
        # A sign alone gives no certainty.
        ([sign(at(4, 8))], [(None, RELEASED, None)]),
        ([sign(at(4, 8)), safe(at(4, 8))], [(None, RELEASED, at(4, 8))]),
        ([safe(at(1, 1)), sign(at(2, 1), at(4, 8)), safe(at(4, 20))], [(None, at(1, 1), at(4, 20))]),
        # A sign and a proof of one time are one window.
        (
            [sign(at(2, 1), at(4, 8)), vulnerable(at(4, 7)), safe(at(4, 9))],
            [((at(4, 7), at(4, 7)), RELEASED, at(4, 9))],
        ),
        # What was safe all the time takes the sign away.
        ([sign(at(2, 1), at(4, 8)), safe(at(1, 1), at(4, 8))], []),
        ([sign(at(2, 1), at(4, 8)), safe(at(1, 1), at(3, 1))], [(None, at(3, 1), None)]),
        ([sign(at(2, 1), at(4, 8)), safe(at(3, 1), at(5, 1))], [(None, RELEASED, at(3, 1))]),
        (
            [sign(at(2, 1), at(4, 8)), safe(at(3, 1), at(3, 2))],
            [(None, RELEASED, at(3, 1)), (None, at(3, 2), None)],
        ),
        # Where both are said of one time, the worse stands.
        ([vulnerable(at(4, 8)), safe(at(4, 1), at(4, 20))], [((at(4, 8), at(4, 8)), RELEASED, None)]),
        (
            [safe(at(1, 1)), vulnerable(at(4, 1), at(4, 8)), safe(at(4, 2), at(4, 20)), vulnerable(at(5, 1))],
            [((at(4, 1), at(5, 1)), at(1, 1), None)],
        ),
        # Nor does what is contradicted take a sign away.
        (
            [safe(at(4, 1), at(4, 20)), sign(at(4, 5), at(4, 15)), vulnerable(at(4, 8)), safe(at(4, 10))],
            [((at(4, 8), at(4, 8)), RELEASED, at(4, 10)), (None, at(4, 10), None)],
        ),
        # Where one ends as the other begins, nothing contradicts.
        (
            [safe(at(1, 1), at(4, 1)), vulnerable(at(4, 1), at(4, 8)), safe(at(4, 8), at(4, 20))],
            [((at(4, 1), at(4, 8)), at(4, 1), at(4, 8))],
        ),
        # Nothing is older than 1.0.1.
        ([safe(at(1, 1, 2011)), vulnerable(at(4, 8))], [((at(4, 8), at(4, 8)), RELEASED, None)]),
    ],
)  # fmt: skip
def test_windows(evidence: list[Evidence], expected: list[tuple[object, datetime, datetime | None]]) -> None:
    assert short(windows(evidence)) == expected
    assert short(windows(evidence[::-1])) == expected


def test_a_window_shows_what_it_rests_on() -> None:
    first, flaw, last = safe(at(1, 1)), vulnerable(at(4, 8)), safe(at(4, 9))
    (window,) = windows([first, flaw, last])
    assert (window.because, window.before, window.after) == ((flaw,), first, last)


def disk(*changes: tuple[State, str, datetime]) -> list[OnDisk]:
    """From what was first there on: (state, version, when it came)."""
    found = []
    for number, (state, version, came) in enumerate(changes):
        went = changes[number + 1][2] if number + 1 < len(changes) else None
        since = None if number == 0 else came
        found.append(OnDisk(state, version, since, since, went, went))
    return found


NOW = at(4, 20)
HISTORY = disk(
    ("safe", "0.9.8", at(1, 1)), ("vulnerable", "1.0.1e-2", at(2, 1)), ("safe", "1.0.1e-2+deb7u5", at(4, 8))
)


def test_a_package_log_alone_bounds_the_beginning_and_not_the_end() -> None:
    """The fix on the disk stops no process that is running."""
    assert short(windows(from_disk(HISTORY, now=NOW))) == [(None, at(2, 1), None)]


def test_a_fix_that_lay_on_the_disk_for_a_time_stopped_no_process_either() -> None:
    states = disk(("vulnerable", "u4", at(1, 1)), ("safe", "u5", at(4, 8)), ("safe", "u6", at(6, 5)))
    assert short(windows(from_disk(states, now=at(7, 1)))) == [(None, RELEASED, None)]
    assert [one.says for one in from_disk(states, now=at(7, 1))] == ["sign"]


def test_the_process_that_started_after_the_fix_ends_it() -> None:
    started = from_process("safe", at(4, 9), NOW, offers_heartbeats=True)
    assert short(windows([*from_disk(HISTORY, now=NOW), *started])) == [(None, at(2, 1), at(4, 9))]


def test_the_process_that_still_runs_the_old_one_is_certain_from_its_start() -> None:
    started = from_process("vulnerable", at(3, 1), NOW)
    assert short(windows([*from_disk(HISTORY, now=NOW), *started])) == [((at(3, 1), NOW), at(2, 1), None)]


def test_a_process_on_an_older_safe_library_had_none_and_must_not_be_restarted() -> None:
    """As on RHEL 6.5: 1.0.0 in memory since before the upgrade, 1.0.1e on the disk."""
    evidence = [*from_disk(HISTORY[:2], now=NOW), *from_process("safe", at(1, 1), NOW)]
    assert windows(evidence) == ()
    assert restart("safe", HISTORY[1].state) == "harmful"


def test_the_start_of_the_host_ends_it_where_a_safe_version_lay_on_the_disk() -> None:
    evidence = from_disk(HISTORY, now=NOW)
    assert short(windows([*evidence, *from_boot(HISTORY, at(4, 10))])) == [(None, at(2, 1), at(4, 10))]
    assert from_boot(HISTORY, at(3, 1)) == ()
    assert from_boot((), at(3, 1)) == ()
    assert from_boot(HISTORY[:1], at(1, 1))[0].says == "safe"


def test_a_boot_while_the_package_changed_tells_nothing() -> None:
    lax = OnDisk("safe", "1", at(4, 7), at(4, 9), None, None)
    assert from_boot([lax], at(4, 8)) == ()
    assert from_boot([lax], at(4, 9)) != ()


def test_where_no_log_tells_what_lay_there_it_goes_back_to_the_release() -> None:
    states = disk(("unknown", "", at(1, 1)), ("safe", "1.0.1e-2+deb7u5", at(4, 8)))
    assert short(windows(from_disk(states, now=NOW))) == [(None, RELEASED, None)]
    assert windows(from_disk(disk(("safe", "1.0.0", at(1, 1))), now=NOW)) == ()


@pytest.mark.parametrize(
    ("word", "offers", "says"),
    [
        ("vulnerable", True, ["vulnerable"]),
        ("patched", True, ["sign", "safe"]),
        ("not-affected", False, ["safe"]),
        ("inconclusive", True, ["sign"]),
        ("inconclusive", False, []),
        ("unreachable", False, []),
    ],
)
def test_what_a_probe_tells(word: str, offers: bool, says: list[str]) -> None:
    found = from_probe(word, at(4, 8), offers_heartbeats=offers, reference="run:1#2")  # type: ignore[arg-type]
    assert [one.says for one in found] == says
    assert all((one.since, one.until, one.reference) == (at(4, 8), at(4, 8), "run:1#2") for one in found)


def test_found_patched_today_it_may_have_been_vulnerable_before() -> None:
    assert short(windows(from_probe("patched", at(4, 20), offers_heartbeats=True))) == [
        (None, RELEASED, at(4, 20))
    ]
    assert windows(from_probe("not-affected", at(4, 20), offers_heartbeats=False)) == ()


def test_what_a_process_tells() -> None:
    assert from_process("unknown", at(4, 8), at(4, 9)) == ()
    for state, says in (("vulnerable", "vulnerable"), ("safe", "safe"), ("absent", "safe")):
        (found,) = from_process(state, at(4, 8), at(4, 9))  # type: ignore[arg-type]
        assert (found.says, found.since, found.until) == (says, at(4, 8), at(4, 9))


@pytest.mark.parametrize(
    ("mapped", "on_disk", "expected"),
    [
        ("vulnerable", "safe", "needed"),
        ("vulnerable", "vulnerable", "needed"),
        ("safe", "vulnerable", "harmful"),
        ("safe", "safe", "not-needed"),
        ("absent", "vulnerable", "not-needed"),
        ("unknown", "safe", "unknown"),
    ],
)
def test_whether_to_restart(mapped: State, on_disk: State, expected: Restart) -> None:
    assert restart(mapped, on_disk) == expected


_DAYS = st.integers(0, 900).map(lambda day: RELEASED + timedelta(days=day))
_EVIDENCE = st.builds(
    lambda says, one, other: Evidence(says, min(one, other), max(one, other), "x"),
    st.sampled_from(["vulnerable", "safe", "sign"]),
    _DAYS,
    _DAYS,
)


@given(st.lists(_EVIDENCE, max_size=8))
def test_whatever_is_known_windows_are_in_order_and_hold_their_certainty(evidence: list[Evidence]) -> None:
    found = windows(evidence)
    for window in found:
        assert window.possible_until is None or window.possible_since <= window.possible_until
        if window.certain is not None:
            since, until = window.certain
            assert window.possible_since <= since <= until
            assert window.possible_until is None or until <= window.possible_until
    for one in evidence:
        if one.says == "vulnerable":
            assert any(w.certain and w.certain[0] <= one.since and one.until <= w.certain[1] for w in found)
    if not any(one.says != "safe" for one in evidence):
        assert found == ()
