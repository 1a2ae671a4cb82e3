"""rpm packages."""

import pytest
from hypothesis import given, settings

from hemostat.binaries.archives.rpm import payload_of_rpm
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import an_rpm, forward, in_bits
from tests.wire.damage import garbled

RPM = an_rpm(b"the payload")


@pytest.mark.parametrize("make", [forward, in_bits])
def test_the_payload_stands_behind_both_headers(make: type) -> None:
    assert b"".join(payload_of_rpm(make(RPM)).chunks()) == b"the payload"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (RPM[:50], "truncated"),
        (RPM[:100], "truncated"),
        (RPM[:150], "truncated"),
        (RPM.replace(b"\x8e\xad\xe8\x01", b"\x8e\xad\xe8\x02"), "malformed"),
        (RPM[:104] + b"\xff" * 8 + RPM[112:], "malformed"),
    ],
)
def test_damaged(data: bytes, code: str) -> None:
    assert outcome(payload_of_rpm, forward(data)) == code


@settings(max_examples=60)
@given(garbled(RPM))
def test_garbled(data: bytes) -> None:
    outcome(payload_of_rpm, forward(data))
