from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.snapshots.times import between, offset_of

HOUR = timedelta(hours=1)


def seconds(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1_000_000


def said(at: str, offset: timedelta | None = None, modified: int | None = None) -> tuple[str, str] | None:
    found = between(at, utc_offset=offset, modified=modified)
    if found is None:
        return None
    return f"{found.earliest:%Y-%m-%d %H:%M:%S}", f"{found.latest:%Y-%m-%d %H:%M:%S}"


def test_a_time_with_its_zone_is_one_second_or_minute() -> None:
    assert said("2019-10-01T10:00:01+0200") == ("2019-10-01 08:00:01", "2019-10-01 08:00:01")
    assert said("2020-06-01T12:00:00Z") == ("2020-06-01 12:00:00", "2020-06-01 12:00:00")
    assert said("2020-06-01T12:00-05:30") == ("2020-06-01 17:30:00", "2020-06-01 17:30:59")
    assert said("1396900000") == ("2014-04-07 19:46:40", "2014-04-07 19:46:40")


def test_local_time_leaves_an_hour_for_summer_time_on_both_sides() -> None:
    assert said("2014-04-08 06:12:44", 2 * HOUR) == ("2014-04-08 03:12:44", "2014-04-08 05:12:44")
    assert said("2014-04-08 09:00", timedelta(0)) == ("2014-04-08 08:00:00", "2014-04-08 10:00:59")


def test_without_a_known_zone_any_is_possible() -> None:
    assert said("2014-04-08 12:00:00") == ("2014-04-07 22:00:00", "2014-04-09 00:00:00")


def test_a_time_without_a_year_is_of_the_year_before_the_log_was_written() -> None:
    def year(at: str, modified: int) -> str | None:
        found = said(at, timedelta(0), modified)
        return found and found[0][:4]

    assert year("Apr 08 06:12:44", seconds(2014, 6, 1)) == "2014"
    assert year("Apr 08 06:12:44", seconds(2014, 2, 1)) == "2013"
    assert year("Dec 31 23:59:59", seconds(2014, 1, 1)) == "2013"
    assert year("Feb 29 06:12:44", seconds(2014, 6, 1)) == "2012"
    # Its own zone may be ahead of UTC: not yet written there, already here.
    assert year("Jan  1 05:00:00", seconds(2014, 1, 1) - 3_600_000_000) == "2014"
    assert said("Apr 08 06:12:44") is None


NO_TIMES = [
    "", "yesterday", "2014-13-01 00:00", "2014-02-30 00:00:00", "Foo 01 00:00:00", "Feb 31 00:00:00",
    "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2014-01-01T00:00:00+9900",
]  # fmt: skip


@pytest.mark.parametrize("at", NO_TIMES)
def test_what_is_no_time_is_none(at: str) -> None:
    assert said(at, modified=seconds(2014, 6, 1)) is None


def test_offsets() -> None:
    assert offset_of("+0200") == 2 * HOUR
    assert offset_of("-0330") == -3.5 * HOUR
    assert offset_of("CET") is offset_of(None) is offset_of("+9900") is None


@given(st.text(max_size=30), st.none() | st.integers(0, 10**18))
def test_any_text_is_two_times_in_their_order_or_none(at: str, modified: int | None) -> None:
    found = between(at, utc_offset=HOUR, modified=modified)
    assert found is None or found.earliest <= found.latest


@given(st.integers(0, 2**32), st.integers(-12, 14))
def test_the_true_moment_is_between(since: int, hours: int) -> None:
    local = datetime.fromtimestamp(since, UTC)
    found = between(f"{local:%Y-%m-%d %H:%M:%S}", utc_offset=hours * HOUR)
    assert found is not None
    assert found.earliest <= local - hours * HOUR <= found.latest
