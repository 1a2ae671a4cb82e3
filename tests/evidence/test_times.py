"""Times as evidence keeps them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import EvidenceError, read_time, write_time
from hemostat.evidence.times import AHEAD, is_ahead

MOMENTS = st.datetimes(timezones=st.just(UTC))
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS)
def test_reading_gives_what_was_written(moment: datetime) -> None:
    text = write_time(moment)
    assert read_time(text) == moment
    assert read_time(text).tzinfo is UTC
    assert len(text) == 27


@given(MOMENTS, MOMENTS)
def test_texts_sort_as_times_do(one: datetime, other: datetime) -> None:
    assert (write_time(one) < write_time(other)) == (one < other)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES))  # noqa: DTZ001 -- Hypothesis wants them so
def test_other_zones_are_written_in_utc(moment: datetime) -> None:
    assert read_time(write_time(moment)) == moment


def test_the_form() -> None:
    assert write_time(datetime(2026, 11, 24, 4, 30, 0, 123456, UTC)) == "2026-11-24T04:30:00.123456Z"
    assert write_time(datetime(2026, 11, 24, tzinfo=UTC)) == "2026-11-24T00:00:00.000000Z"
    assert write_time(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(EvidenceError, match="zone"):
        write_time(datetime(2026, 11, 24))  # noqa: DTZ001 -- the point of it


def test_a_time_that_has_no_year_in_utc_is_refused() -> None:
    with pytest.raises(EvidenceError, match="years"):
        write_time(datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T04:30:00Z",
        "2026-11-24T04:30:00.123Z",
        "2026-11-24T04:30:00.1234567Z",
        "2026-11-24T04:30:00.123456",
        "2026-11-24T04:30:00.123456z",
        "2026-11-24T04:30:00.123456+00:00",
        "2026-11-24 04:30:00.123456Z",
        "2026-11-24T04:30:00,123456Z",
        "20261124T043000.123456Z",
        "2026-W48-2T04:30:00.123456Z",
        " 2026-11-24T04:30:00.123456Z",
        "2026-11-24T04:30:00.123456Z\n",
        "２026-11-24T04:30:00.123456Z",
        "2026-13-24T04:30:00.123456Z",
        "2026-02-29T04:30:00.123456Z",
        "0000-11-24T04:30:00.123456Z",
        "2026-11-24T24:00:00.000000Z",
        "2026-11-24T25:00:00.000000Z",
        "2026-11-24T23:60:00.000000Z",
        "2026-11-24T23:59:60.000000Z",
    ],
)
def test_another_form_and_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        read_time(text)


@given(
    st.text(max_size=30)
    | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z\Z")
)
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        moment = read_time(text)
    except EvidenceError:
        return
    assert write_time(moment) == text


@given(MOMENTS, st.timedeltas(-AHEAD * 2, AHEAD * 2))
def test_ahead_is_more_than_five_minutes_after_the_recording(recorded: datetime, later: timedelta) -> None:
    try:
        observed = recorded + later
    except OverflowError:
        return
    assert is_ahead(write_time(observed), write_time(recorded)) is (later > timedelta(minutes=5))


def test_ahead_of_what_is_no_time_is_refused() -> None:
    with pytest.raises(EvidenceError):
        is_ahead("z", "2026-11-24T04:30:00.123456Z")
