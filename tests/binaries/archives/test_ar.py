"""Debian packages."""

import pytest
from hypothesis import given, settings

from hemostat.binaries.archives.ar import members_of_ar
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import a_deb, forward, in_bits, read_all
from tests.wire.damage import garbled

DEB = a_deb({"control.tar.gz": b"odd", "data.tar.xz": b"even"})


@pytest.mark.parametrize("make", [forward, in_bits])
def test_members(make: type) -> None:
    assert read_all(members_of_ar(make(DEB))) == [
        (b"debian-binary", b"2.0\n"),
        (b"control.tar.gz", b"odd"),
        (b"data.tar.xz", b"even"),
    ]


def test_what_was_not_read_is_passed_over() -> None:
    assert [member.name for member in members_of_ar(forward(DEB))][-1] == b"data.tar.xz"


def test_names_with_system_v_s_slash() -> None:
    data = DEB.replace(b"data.tar.xz ", b"data.tar.xz/")
    assert read_all(members_of_ar(forward(data)))[-1] == (b"data.tar.xz", b"even")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DEB[:5], "truncated"),
        (DEB[:40], "truncated"),
        (DEB[:-2], "truncated"),
        (DEB.replace(b"`\n", b"  "), "malformed"),
        (DEB.replace(b"4         `", b"-4        `"), "malformed"),
        (DEB.replace(b"4         `", b"4 4       `"), "malformed"),
    ],
)
def test_damaged(data: bytes, code: str) -> None:
    assert outcome(lambda: read_all(members_of_ar(forward(data)))) == code


@settings(max_examples=60)
@given(garbled(DEB))
def test_garbled(data: bytes) -> None:
    outcome(lambda: read_all(members_of_ar(forward(data))))
