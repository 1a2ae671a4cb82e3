"""Dates of validity."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.certificates.dates import read_date
from hemostat.certificates.der import read_element
from hemostat.evidence import write_time
from tests.certificates.making import tlv

UTC_TIME, GENERALIZED_TIME = 0x17, 0x18


def date(tag: int, text: bytes) -> str | None:
    data = tlv(tag, text)
    return read_date(read_element(data, 0, len(data)))


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (UTC_TIME, b"140407193000Z", "2014-04-07T19:30:00.000000Z"),
        (UTC_TIME, b"500101000000Z", "1950-01-01T00:00:00.000000Z"),
        (UTC_TIME, b"491231235959Z", "2049-12-31T23:59:59.000000Z"),
        (UTC_TIME, b"9912312359Z", "1999-12-31T23:59:00.000000Z"),
        (GENERALIZED_TIME, b"20500101000000Z", "2050-01-01T00:00:00.000000Z"),
        (GENERALIZED_TIME, b"99991231235959Z", "9999-12-31T23:59:59.000000Z"),
        (GENERALIZED_TIME, b"00010101000000Z", "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_a_date_is_read(tag: int, text: bytes, expected: str) -> None:
    assert date(tag, text) == expected


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (UTC_TIME, b"141307193000Z"),
        (UTC_TIME, b"140229000000Z"),
        (UTC_TIME, b"140407246000Z"),
        (UTC_TIME, b"140407193060Z"),
        (UTC_TIME, b"140407193000"),
        (UTC_TIME, b"140407193000+0100"),
        (UTC_TIME, b"20140407193000Z"),
        (UTC_TIME, b""),
        (UTC_TIME, b"1404071930\xb2\xb2Z"),
        (UTC_TIME, b"140407193000Z" * 100_000),
        (GENERALIZED_TIME, b"00000101000000Z"),
        (GENERALIZED_TIME, b"100000101000000Z"),
        (GENERALIZED_TIME, b"20140407193000.5Z"),
        (0x0C, b"140407193000Z"),
        (0x02, b"\x01"),
    ],
)
def test_another_form_and_a_date_that_does_not_exist_is_none(tag: int, text: bytes) -> None:
    assert date(tag, text) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_date_is_written_as_evidence_writes_times(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    digits = f"{moment.year:04}{moment:%m%d%H%M%S}Z"
    assert date(GENERALIZED_TIME, digits.encode()) == write_time(moment)


@given(st.sampled_from([UTC_TIME, GENERALIZED_TIME]), st.binary(max_size=20))
def test_any_bytes_are_a_date_or_none(tag: int, text: bytes) -> None:
    found = date(tag, text)
    assert found is None or len(found) == 27
