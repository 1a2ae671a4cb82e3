"""Signs on one connection, over plain values."""

import pytest

from hemostat.exchange.signs import ignored, no_heartbeats_over_ssl30

OWN = ("own-bytes", "none", 30_000)


def test_own_bytes_alone_and_an_orderly_close_in_its_time() -> None:
    assert ignored([OWN], "fin", None, 20_000)
    assert ignored([OWN], "fin", None, None)


@pytest.mark.parametrize(
    ("parts", "ended", "error", "round_trip"),
    [
        ([], "fin", None, 20_000),
        ([OWN, ("control", "none", 1)], "fin", None, 20_000),
        ([("own-bytes", "alert", 30_000)], "fin", None, 20_000),
        ([("control", "none", 30_000)], "fin", None, 20_000),
        ([OWN], "reset", None, 20_000),
        ([OWN], "ours", None, 20_000),
        ([OWN], "fin", "truncated", 20_000),
        ([OWN], "fin", None, 200_000),
        ([("own-bytes", "none", None)], "fin", None, 20_000),
    ],
)
def test_anything_else_is_no_such_sign(
    parts: list[tuple[str, str, int | None]], ended: str, error: str | None, round_trip: int
) -> None:
    assert not ignored(parts, ended, error, round_trip)


def test_over_ssl30_a_flush_answered_behind_a_control_that_was_not() -> None:
    parts = [OWN, ("control", "none", 1), ("flush", "alert", 1)]
    assert no_heartbeats_over_ssl30(parts, "SSL3.0")
    assert not no_heartbeats_over_ssl30(parts, "TLS1.0")
    assert not no_heartbeats_over_ssl30(parts[:2], "SSL3.0")
    assert not no_heartbeats_over_ssl30([OWN, ("flush", "alert", 1)], "SSL3.0")
    for number in (0, 1):
        answered = list(parts)
        answered[number] = (parts[number][0], "equal", 1)
        assert not no_heartbeats_over_ssl30(answered, "SSL3.0")
