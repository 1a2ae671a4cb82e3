"""Between which two moments a line of a package log was written: logs state local time, some without a year."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

__all__ = ["Between", "between", "offset_of"]

_FULL: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NO_YEAR: Final = re.compile(r"([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_EPOCH: Final = re.compile(r"[0-9]{9,11}")
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_SUMMER_TIME: Final = timedelta(hours=1)
_ANY_ZONE: Final = (timedelta(hours=-12), timedelta(hours=14))


class Between(NamedTuple):
    """It happened at `earliest` or later, and at `latest` or earlier. Both in UTC."""

    earliest: datetime
    latest: datetime


def offset_of(text: str | None) -> timedelta | None:
    """What `date +%z` says: `+0200` is two hours."""
    found = _OFFSET.fullmatch(text or "")
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -length if found[1] == "-" else length


def between(at: str, *, utc_offset: timedelta | None = None, modified: int | None = None) -> Between | None:
    """The bounds of a time as a log has it; None where it is none, or has no year and `modified` is not known.

    at           `2014-04-08 06:12:44`, with seconds or without, with a zone or without; `Apr 08 06:12:44`; seconds
                 since 1970
    utc_offset   the host's local time now. Summer time may have begun or ended since: an hour is left on both sides.
                 Without it, any zone of the earth is possible
    modified     when the log was last written, in microseconds since 1970: a time without a year is of the year before
                 that moment (a log that was longer without a line tells a wrong year; yum's rotate each year)
    """
    try:
        return _between(at.strip(), utc_offset, modified)
    except (ValueError, OverflowError):
        return None


def _between(at: str, utc_offset: timedelta | None, modified: int | None) -> Between | None:
    if _EPOCH.fullmatch(at):
        return _of_a_second(datetime.fromtimestamp(int(at), UTC))
    found = _FULL.fullmatch(at)
    if found:
        year, month, day, hour, minute = map(int, found.groups()[:5])
        length = timedelta(seconds=1) if found[6] else timedelta(minutes=1)
        local = datetime(year, month, day, hour, minute, int(found[6] or 0), tzinfo=UTC)
        if found[7]:
            zone = timedelta(0) if found[7] == "Z" else offset_of(found[7])
            return None if zone is None else _of_a_second(local.replace(tzinfo=timezone(zone)), length)
        return _local(local, length, utc_offset)
    found = _NO_YEAR.fullmatch(at)
    if found is None or modified is None or found[1] not in _MONTHS:
        return None
    last = datetime.fromtimestamp(modified // 1_000_000, UTC)
    day, hour, minute, second = map(int, found.groups()[1:])
    # 29 February is in one year of four, and not in 2100.
    for year in range(last.year + 1, last.year - 9, -1):
        try:
            local = datetime(year, _MONTHS.index(found[1]) + 1, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        if local <= last + _ANY_ZONE[1]:
            return _local(local, timedelta(seconds=1), utc_offset)
    return None


def _of_a_second(moment: datetime, length: timedelta = timedelta(seconds=1)) -> Between:
    start = moment.astimezone(UTC)
    return Between(start, start + length - timedelta(microseconds=1))


def _local(local: datetime, length: timedelta, utc_offset: timedelta | None) -> Between:
    low, high = _ANY_ZONE if utc_offset is None else (utc_offset - _SUMMER_TIME, utc_offset + _SUMMER_TIME)
    return Between(local - high, local - low + length - timedelta(microseconds=1))
