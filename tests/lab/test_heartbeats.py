import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.heartbeats import LAB_TEXT, MAX_ANSWER, PADDING, Build, answer_without_padding
from tests.lab.asking import heartbeat, over_reading


@pytest.mark.parametrize("build", [Build.VULNERABLE, Build.PATCHED])
def test_a_whole_request_is_answered_with_its_own_payload(build: Build) -> None:
    request = heartbeat(8, 16)
    assert answer_without_padding(build, request) == b"\x02\x00\x08" + request[3:11]


def test_missing_padding_tells_the_builds_apart() -> None:
    request = heartbeat(16365, 0)
    assert answer_without_padding(Build.VULNERABLE, request) == b"\x02\x3f\xed" + request[3:]
    assert answer_without_padding(Build.PATCHED, request) is None
    assert answer_without_padding(Build.PATCHED, heartbeat(100, 15)) is None
    assert answer_without_padding(Build.PATCHED, heartbeat(100, 16)) is not None


@pytest.mark.parametrize(
    "fragment", [b"", b"\x01", b"\x01\x00", b"\x02\x00\x00" + bytes(16), b"\x00\x00\x00" + bytes(16)]
)
def test_what_is_no_request_is_not_answered(fragment: bytes) -> None:
    assert answer_without_padding(Build.VULNERABLE, fragment) is None
    assert answer_without_padding(Build.PATCHED, fragment) is None


def test_a_build_without_heartbeats_answers_none() -> None:
    assert answer_without_padding(Build.WITHOUT, heartbeat(8, 16)) is None


def test_an_over_reading_request_gets_the_claimed_length_in_lab_text() -> None:
    answer = answer_without_padding(Build.VULNERABLE, over_reading(0x4000, b"carried"))
    assert answer is not None
    assert answer[:3] == b"\x02\x40\x00"
    assert len(answer) == 3 + 0x4000
    assert answer[3:10] == b"carried"
    assert answer[10 : 10 + len(LAB_TEXT)] == LAB_TEXT
    assert answer[10:] == (LAB_TEXT * 300)[: 0x4000 - 7]
    assert answer_without_padding(Build.PATCHED, over_reading(0x4000, b"carried")) is None


@given(fragment=st.binary(max_size=300))
def test_an_answer_holds_only_what_was_carried_and_lab_text(fragment: bytes) -> None:
    for build in Build:
        answer = answer_without_padding(build, b"\x01" + fragment)
        if answer is None:
            continue
        claimed = int.from_bytes(fragment[:2], "big")
        assert answer[:3] == b"\x02" + fragment[:2]
        assert len(answer) == 3 + claimed <= MAX_ANSWER - PADDING
        carried = fragment[2 : 2 + claimed]
        assert answer[3:] == carried + (LAB_TEXT * 1000)[: claimed - len(carried)]
        if build is Build.PATCHED:
            assert len(answer) + PADDING <= len(fragment) + 1
