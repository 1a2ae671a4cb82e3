"""Dates of a certificate's validity (RFC 5280 section 4.1.2.5)."""

import re
from datetime import datetime
from typing import Final

from hemostat.certificates.der import Element

__all__ = ["read_date"]

_FORMS: Final = {
    0x17: re.compile(rb"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?Z"),  # UTCTime
    0x18: re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?Z"),  # GeneralizedTime
}
_LONGEST: Final = 15


def read_date(element: Element) -> str | None:
    """A UTCTime or GeneralizedTime as RFC 3339 with microseconds, `2026-11-24T04:30:00.000000Z`.

    A UTCTime's years are 1950 to 2049. The seconds may be missing, as in certificates of the last century.
    None for every other form (fractions, zones), for years past 9999 and for dates that do not exist.
    """
    form = _FORMS.get(element.tag)
    if form is None or element.end - element.inner > _LONGEST:
        return None
    match = form.fullmatch(element.contents())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(digits or 0) for digits in match.groups())
    if element.tag == 0x17:
        year += 2000 if year < 50 else 1900
    try:
        date = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- UTC, written below
    except ValueError:
        return None
    return f"{date.isoformat(timespec='microseconds')}Z"
