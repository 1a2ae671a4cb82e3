"""The heartbeats asked after a handshake, and how answers are judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.detect.drivers.library_parts import Parts, whole_request
from hemostat.exchange import LibraryPart

OWN = bytes(range(200))
CONTROL = b"controls"


def _response(payload: bytes, declared: int | None = None) -> bytes:
    return b"\2" + (len(payload) if declared is None else declared).to_bytes(2, "big") + payload + bytes(16)


def _asked(*, own: bool = True, control: bool = True) -> Parts:
    parts = Parts()
    if own:
        parts.ask("own-bytes", OWN, 1.0)
    if control:
        parts.ask("control", CONTROL, 2.0)
    return parts


@given(st.binary(max_size=16365), st.binary(max_size=16))
def test_a_request_claims_what_it_carries(payload: bytes, padding: bytes) -> None:
    message = whole_request(payload, padding)
    assert message[0] == 1
    assert int.from_bytes(message[1:3], "big") == len(message) - 3 - len(padding) == len(payload)
    assert message[3:] == payload + padding


def test_own_bytes_back_end_it() -> None:
    parts = _asked()
    assert parts.hear(_response(OWN), 1.5)
    assert parts.written() == [
        LibraryPart("own-bytes", 200, "equal", 200, 500_000),
        LibraryPart("control", 8, "none", 0, None),
    ]


def test_an_answered_control_says_that_own_bytes_were_passed_over() -> None:
    parts = _asked()
    assert parts.hear(_response(CONTROL), 2.25)
    assert parts.written() == [
        LibraryPart("own-bytes", 200, "none", 0, None),
        LibraryPart("control", 8, "equal", 8, 250_000),
    ]


def test_other_bytes_are_different_and_the_control_is_waited_for() -> None:
    parts = _asked()
    assert not parts.hear(_response(OWN[:-1] + b"?"), 3.0)
    assert parts.hear(_response(CONTROL), 3.0)
    assert [part.answer for part in parts.written()] == ["different", "equal"]


@pytest.mark.parametrize(
    ("came", "answer"), [(50, ("equal-so-far", 50)), (16, ("equal-so-far", 16)), (15, ("different", 0))]
)
def test_an_answer_whose_record_ends_early_counts_from_16_bytes_on(
    came: int, answer: tuple[str, int]
) -> None:
    parts = _asked(control=False)
    assert parts.hear(b"\2" + len(OWN).to_bytes(2, "big") + OWN[:came], 3.0)
    assert parts.written()[0][2:4] == answer


def test_a_longer_answer_is_different() -> None:
    parts = _asked(control=False)
    assert parts.hear(_response(OWN + b"memory of the peer"), 3.0)
    assert parts.written()[0][2:4] == ("different", 0)


def test_requests_and_unasked_responses_are_no_answers() -> None:
    parts = _asked()
    assert not parts.hear(b"\1" + _response(OWN)[1:], 3.0)
    assert not Parts().hear(_response(b""), 3.0)
    assert [part.answer for part in parts.written()] == ["none", "none"]


def test_an_end_is_the_first_waiting_parts_alone() -> None:
    parts = _asked()
    parts.end("alert", 3.0)
    assert [part.answer for part in parts.written()] == ["alert", "none"]
    parts.end("not-a-record", 3.0)
    parts.end("alert", 3.0)
    assert [part.answer for part in parts.written()] == ["alert", "not-a-record"]


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(_response(OWN)), st.just(_response(CONTROL)))))
def test_whatever_comes_is_judged_by_the_bytes_alone(bodies: list[bytes]) -> None:
    parts = _asked()
    for body in bodies:
        if parts.hear(body, 3.0):
            break
    own, control = parts.written()
    assert (own.answer == "equal") == (own.equal_bytes == 200)
    if own.answer == "equal":
        assert _response(OWN) in bodies
    if control.answer == "equal":
        assert _response(CONTROL) in bodies
