"""Hostile peers over DTLS on real sockets: each gets its verdict and reason, and leaves nothing behind."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.detect.drivers.scripted import closed_port, datagram_server
from tests.detect.network import hostile_datagrams as hostile
from tests.detect.network.looking import QUICK, connections, look_once, verdict_of

Answer = Callable[[socket.socket, bytes, Any], None]

SHORT = replace(QUICK, timeout=0.7)
"""For peers that only the deadline ends."""

AT_ONCE: list[tuple[Answer, str, str]] = [
    (hostile.floods, "inconclusive", "too-many-bytes"),
    (hostile.warns_for_ever, "inconclusive", "too-many-messages"),
    (hostile.offers_no_heartbeats, "not-affected", "not-offered"),
    (hostile.answers_other_bytes, "inconclusive", "answer-differs"),
    (hostile.refuses_heartbeats, "inconclusive", "needs-after-handshake"),
    (hostile.answers_own_bytes, "vulnerable", "own-bytes-answered"),
]
BY_THE_DEADLINE: list[tuple[Answer, str, str]] = [
    (hostile.is_silent, "inconclusive", "silent"),
    (hostile.speaks_text, "inconclusive", "not-tls"),
    (hostile.sends_nothing_much, "inconclusive", "silent"),
    (hostile.counts_wrongly, "inconclusive", "silent"),
    (hostile.asks_for_cookies_for_ever, "inconclusive", "silent"),
    (hostile.contradicts_itself, "inconclusive", "bad-fragment"),
    (hostile.promises_16_mib, "inconclusive", "message-overflow"),
    (hostile.repeats_an_extension, "inconclusive", "duplicate-extension"),
]


def name(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("answer", "word", "reason"), AT_ONCE, ids=name)
def test_a_peer_that_ends_it(answer: Answer, word: str, reason: str) -> None:
    with datagram_server(answer) as port:
        seen = look_once(f"dtls://127.0.0.1:{port}")
    assert verdict_of(seen)[:2] == (word, reason)


@pytest.mark.parametrize(("answer", "word", "reason"), BY_THE_DEADLINE, ids=name)
def test_a_peer_that_the_deadline_ends(answer: Answer, word: str, reason: str) -> None:
    with datagram_server(answer) as port:
        seen = look_once(f"dtls://127.0.0.1:{port}", SHORT)
    assert verdict_of(seen)[:2] == (word, reason)


def test_no_library_finishes_a_handshake_over_dtls() -> None:
    with datagram_server(hostile.refuses_heartbeats) as port:
        seen = look_once(f"dtls://127.0.0.1:{port}")
    last = connections(seen)[-1]
    assert (last["asked"], last["failure"]) == ("after-handshake", "no-library")


def test_a_port_where_nobody_listens() -> None:
    seen = look_once(f"dtls://127.0.0.1:{closed_port(socket.SOCK_DGRAM)}")
    assert verdict_of(seen)[:2] == ("unreachable", "refused")


def test_a_peer_that_the_network_says_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    class OutOfReach(socket.socket):
        def recv(self, *arguments: Any) -> bytes:
            if self.type == socket.SOCK_DGRAM:
                raise OSError(errno.EHOSTUNREACH, "administratively prohibited")
            return super().recv(*arguments)

    with datagram_server(hostile.speaks_text) as port:
        monkeypatch.setattr(socket, "socket", OutOfReach)
        seen = look_once(f"dtls://127.0.0.1:{port}")
        monkeypatch.undo()
    assert verdict_of(seen)[:2] == ("unreachable", "unreachable")
    assert [connection["ended"] for connection in connections(seen)] == ["failed"]


def test_a_peer_that_goes_away_in_the_middle() -> None:
    def goes_away(own: socket.socket, data: bytes, sender: Any) -> None:
        if data[0] == 24:
            own.close()
        else:
            hostile.answers_other_bytes(own, data, sender)

    with datagram_server(goes_away) as port:
        seen = look_once(f"dtls://127.0.0.1:{port}")
    assert verdict_of(seen)[:2] == ("inconclusive", "refused")
    first, *later = connections(seen)
    assert first["ended"] == "reset"
    assert [connection["failure"] for connection in later] == ["refused"]
