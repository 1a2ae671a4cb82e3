"""Times as evidence keeps them: RFC 3339, UTC, six digits of a second, `2026-11-24T04:30:00.123456Z`.

One width and one zone, so that texts sort as times do. No leap seconds: `datetime` has none; no hour 24, which only
some releases of Python read.
"""

import re
from datetime import UTC, datetime, timedelta

from hemostat.evidence.errors import EvidenceError

__all__ = ["AHEAD", "is_ahead", "read_time", "write_time"]

AHEAD = timedelta(minutes=5)
"""An observation dated later than its recording by more than this is marked, and never the newest."""

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def write_time(time: datetime) -> str:
    """The text of a time that knows its zone. Raises EvidenceError for one that doesn't."""
    if time.tzinfo is not UTC:
        if time.utcoffset() is None:
            raise EvidenceError("a time without a zone")
        try:
            time = time.astimezone(UTC)
        except OverflowError as error:
            raise EvidenceError("a time outside the years 1 to 9999") from error
    return time.isoformat(timespec="microseconds")[:26] + "Z"


def read_time(text: str) -> datetime:
    """The time of a text, in UTC. Raises EvidenceError for any other form and for dates that don't exist."""
    if not _FORM.fullmatch(text):
        raise EvidenceError("a time that is not like 2026-11-24T04:30:00.123456Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise EvidenceError("a date or time of day that does not exist") from error


def is_ahead(observed_at: str, recorded_at: str) -> bool:
    """Whether `observed_at` lies more than AHEAD after `recorded_at` (both as texts). Raises
    EvidenceError.
    """
    if observed_at <= recorded_at:
        return False
    return read_time(observed_at) - read_time(recorded_at) > AHEAD
