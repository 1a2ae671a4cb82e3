"""How the round trips of a dialect come of times, and that a probe's times are those of its hello and its end."""

import asyncio

import pytest

from bench.dialects import DELAY, Asked, Measured, Noted, TimedLayer, ask, rows
from bench.relay import relayed
from hemostat.dialects import dialects
from hemostat.lab import select_endpoints, serve
from hemostat.layers import Layer, Setting

ROUND_TRIP = 2 * DELAY


def measured(*trips: tuple[float | None, float]) -> Measured:
    """Probes whose hello and verdict came after so many round trips."""
    return Measured(
        [
            Asked(None if hello is None else hello * ROUND_TRIP, whole * ROUND_TRIP, "patched")
            for hello, whole in trips
        ]
    )


def test_what_is_above_the_fewest_is_counted_before_the_hello_and_to_the_verdict() -> None:
    found = rows(
        {
            "smtp": measured((3.04, 5.1), (4.6, 8.2), (3.03, 5.08)),
            "ldap": measured((2.9, 6.1), (2.9, 6.1)),
            "dtls": measured((0.0, 13.3), (0.0, 13.3)),
            "tls": measured((0.0, 2.03), (0.0, 2.04)),
        }
    )
    assert [(row.dialect.name, row.hello_above, row.whole_above) for row in found] == [
        ("dtls", 0, None),
        ("tls", 0, 0),
        ("ldap", 2, 3),
        ("smtp", 0, 0),
    ]


def test_a_probe_that_sent_no_hello_is_not_one_of_none() -> None:
    [row] = rows({"tls": measured((0.0, 2.0), (None, 1.0))})
    assert row.hello is None
    assert row.hello_above is None


def test_all_that_came_of_the_probes_is_said() -> None:
    one = Measured([Asked(0.0, 0.1, word) for word in ("patched", "inconclusive", "patched")])
    assert one.verdicts() == "inconclusive, patched"


def test_a_timed_layer_says_what_the_layer_says_and_notes_the_first_times_and_all_bytes() -> None:
    setting = Setting("mail.example", 25, bytes)
    plain, noted = dialects()["smtp"].asks(setting), Noted()
    timed = TimedLayer(dialects()["smtp"].asks(setting), noted)
    lines = (b"220 mail.example\r\n", b"250-mail.example\r\n250 STARTTLS\r\n", b"220 go ahead\r\n")
    assert timed.start(5) == plain.start(5)
    for at, line in enumerate(lines, start=10):
        assert timed.from_peer(at, line) == plain.from_peer(at, line)
        assert (timed.ready, timed.refusal, timed.heard) == (plain.ready, plain.refusal, plain.heard)
    assert timed.ready
    assert noted == Noted(5, None, 0, 0)
    assert timed.from_tls(20, b"hello").to_peer == (b"hello",)
    timed.from_tls(30, b"more")
    timed.from_peer(40, b"\x16\x03\x03")
    assert noted == Noted(5, 20, 9, 3)


def test_a_layer_that_refuses_is_not_ready() -> None:
    setting = Setting("mail.example", 25, bytes)
    timed: Layer = TimedLayer(dialects()["smtp"].asks(setting), Noted())
    timed.start(0)
    timed.from_peer(1, b"220 mail.example\r\n")
    timed.from_peer(2, b"250 mail.example\r\n")
    timed.from_peer(3, b"502 not known here\r\n")
    assert (timed.ready, timed.refusal) == (False, "no-tls")


@pytest.mark.parametrize("name", ["tls", "smtp", "openvpn"])
def test_through_a_relay_a_hello_takes_no_fewer_round_trips_than_the_protocol_has(name: str) -> None:
    delay = 0.02

    async def probe() -> Asked:
        endpoint = "patched-reads-on" if name == "tls" else f"patched-{name}"
        async with serve(select_endpoints([endpoint])) as [opened]:
            dialect = dialects()[name]
            async with relayed((opened.host, opened.port), dialect.transport, delay) as far:
                return await ask(dialect, far, round_trip=int(2 * delay * 1e6))

    asked = asyncio.run(probe())
    assert asked.verdict == "patched"
    assert asked.hello is not None
    assert asked.hello >= dialects()[name].round_trips * 2 * delay
    assert asked.whole >= asked.hello + 2 * 2 * delay
    assert asked.sent > dialects()[name].payload, "the question went through the relay"
    assert asked.heard > 0
