"""Hostile peers on real sockets: each gets its verdict and reason, within the deadline, and leaves nothing behind."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.detect.drivers.library_peer import Behaviour, loopback
from tests.detect.drivers.scripted import closed_port
from tests.detect.network import hostile
from tests.detect.network.looking import QUICK, connections, look_once, verdict_of

SHORT = replace(QUICK, timeout=0.6)
"""For peers that only the deadline ends."""
SLACK = 3_000_000
"""Microseconds by which a busy machine may be late."""

AT_ONCE: list[tuple[Behaviour, str, str]] = [
    (hostile.resets_at_once, "inconclusive", "reset"),
    (hostile.resets_after_the_hello, "inconclusive", "reset"),
    (hostile.closes_at_once, "inconclusive", "closed"),
    (hostile.speaks_http, "not-affected", "plain-http"),
    (hostile.speaks_ssh, "not-affected", "ssh"),
    (hostile.greets_for_ever, "inconclusive", "not-tls"),
    (hostile.speaks_ssl2, "inconclusive", "ssl2"),
    (hostile.sends_records_for_ever, "inconclusive", "too-many-bytes"),
    (hostile.sends_empty_records_for_ever, "inconclusive", "too-many-bytes"),
    (hostile.sends_a_record_of_65535, "inconclusive", "record-overflow"),
    (hostile.sends_a_message_of_16_mib, "inconclusive", "message-overflow"),
    (hostile.sends_hello_requests_for_ever, "inconclusive", "too-many-messages"),
    (hostile.warns_for_ever, "inconclusive", "too-many-messages"),
    (hostile.floods_with_heartbeats, "inconclusive", "too-many-messages"),
    (hostile.repeats_an_extension, "inconclusive", "duplicate-extension"),
    (hostile.refuses_every_hello, "inconclusive", "alert-handshake_failure"),
    (hostile.shows_64_kib_of_certificates, "not-affected", "not-offered"),
    (hostile.shows_too_many_certificates, "not-affected", "not-offered"),
    (hostile.sends_a_byte_a_segment, "not-affected", "not-offered"),
    (hostile.mixes_in_empty_records, "not-affected", "not-offered"),
    (hostile.answers_a_byte_a_segment, "vulnerable", "own-bytes-answered"),
    (hostile.answers_other_bytes, "inconclusive", "answer-differs"),
    (hostile.answers_in_text, "inconclusive", "not-a-record"),
    (hostile.answers_by_a_flood, "inconclusive", "too-many-messages"),
    (hostile.answers_by_a_record_of_65535, "inconclusive", "record-overflow"),
    (hostile.resets_at_the_question, "inconclusive", "reset"),
    (hostile.closes_at_the_question, "inconclusive", "needs-after-handshake"),
    (hostile.refuses_heartbeats, "inconclusive", "needs-after-handshake"),
]
BY_THE_DEADLINE: list[tuple[Behaviour, str, str]] = [
    (hostile.greets_as_mail, "inconclusive", "silent"),
    (hostile.is_silent, "inconclusive", "silent"),
    (hostile.dribbles, "inconclusive", "silent"),
    (hostile.sends_half_a_flight, "inconclusive", "silent"),
    (hostile.is_silent_at_the_question, "inconclusive", "silent"),
]


def name(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("behave", "word", "reason"), AT_ONCE, ids=name)
def test_a_peer_that_ends_it(behave: Behaviour, word: str, reason: str) -> None:
    with loopback(behave) as port:
        seen = look_once(f"127.0.0.1:{port}")
    assert verdict_of(seen)[:2] == (word, reason)
    assert seen.facts is not None
    assert connections(seen)[-1]["started"] + connections(seen)[-1]["microseconds"] < 5_000_000


@pytest.mark.parametrize(("behave", "word", "reason"), BY_THE_DEADLINE, ids=name)
def test_a_peer_that_the_deadline_ends(behave: Behaviour, word: str, reason: str) -> None:
    with loopback(behave) as port:
        seen = look_once(f"127.0.0.1:{port}", SHORT)
    assert verdict_of(seen)[:2] == (word, reason)
    last = connections(seen)[-1]
    assert last["ended"] == "ours"
    assert last["started"] + last["microseconds"] < 600_000 + SLACK


def test_a_port_that_refuses() -> None:
    import socket

    seen = look_once(f"127.0.0.1:{closed_port(socket.SOCK_STREAM)}")
    assert verdict_of(seen)[:2] == ("unreachable", "refused")


def test_a_long_chain_is_kept_whole_and_in_order() -> None:
    with loopback(hostile.shows_64_kib_of_certificates) as port:
        seen = look_once(f"127.0.0.1:{port}")
    shown = [seen.certificates[digest] for digest in connections(seen)[0]["certificates"]]
    assert tuple(shown) == hostile.long_chain()
    assert sum(map(len, shown)) > 1 << 16


def test_an_endless_chain_is_an_error_and_none_of_it_is_kept() -> None:
    with loopback(hostile.shows_too_many_certificates) as port:
        seen = look_once(f"127.0.0.1:{port}")
    assert connections(seen)[0]["error"] == "bad-value"
    assert seen.certificates == {}


@pytest.mark.parametrize(
    "behave",
    [
        hostile.greets_for_ever,
        hostile.sends_records_for_ever,
        hostile.sends_empty_records_for_ever,
        hostile.sends_a_message_of_16_mib,
        hostile.answers_by_a_flood,
        hostile.shows_64_kib_of_certificates,
    ],
    ids=name,
)
def test_memory_is_bounded(behave: Callable[..., None]) -> None:
    with loopback(behave) as port:
        look_once(f"127.0.0.1:{port}")  # Imports are not to count.
        tracemalloc.start()
        try:
            look_once(f"127.0.0.1:{port}", replace(QUICK, timeout=30.0))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 4_000_000
