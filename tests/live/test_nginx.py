"""Debian's nginx in its configurations, seen by plain sockets; then what `check` says of each."""

from __future__ import annotations

import pytest

from tests.live.peers.nginx import Nginx
from tests.live.raw_dialogue import HEARTBEAT_OFFERED, Conversation, records

CERTIFICATE_REQUEST = 13
PROTOCOL_VERSION = 70
UNRECOGNIZED_NAME = 112


def flight(peer: Nginx, port: str) -> bytes:
    """What nginx answers to a hello of TLS 1.2 without a name."""
    with Conversation.begin(peer.host, peer.ports[port]) as talk:
        return bytes(talk.received)


@pytest.mark.parametrize("port", ["tls12", "client_certificate"])
def test_it_speaks_tls12_and_offers_no_heartbeat(nginx_peer: Nginx, port: str) -> None:
    answer = flight(nginx_peer, port)
    assert (answer[0], answer[9:11]) == (22, b"\x03\x03")
    assert HEARTBEAT_OFFERED not in answer
    asked = any(kind == 22 and body[0] == CERTIFICATE_REQUEST for kind, body in records(answer))
    assert asked == (port == "client_certificate")


@pytest.mark.parametrize(("port", "alert"), [("tls13", PROTOCOL_VERSION), ("strict_sni", UNRECOGNIZED_NAME)])
def test_it_refuses_that_hello(nginx_peer: Nginx, port: str, alert: int) -> None:
    assert records(flight(nginx_peer, port)) == [(21, bytes([2, alert]))]


def test_it_answers_that_hello_in_an_older_version(nginx_peer: Nginx) -> None:
    assert flight(nginx_peer, "old")[9:11] == b"\x03\x02"


def test_it_answers_http_to_a_hello(nginx_peer: Nginx) -> None:
    assert flight(nginx_peer, "http").startswith(b"HTTP/1.1 400")
