"""Debian's coturn over TLS and DTLS, seen by plain sockets; then what `check` says of it."""

from __future__ import annotations

import pytest

from tests.live.looks import look
from tests.live.peers.coturn import Coturn
from tests.live.raw_dialogue import HEARTBEAT_OFFERED, Conversation, DatagramConversation
from tests.live.tested import Tested

TESTED = (Tested(("tls", "dtls"), "coturn (TURN)", "coturn", "TLS and DTLS, new and old versions"),)
INTERNAL_ERROR = 80
"""What Debian's OpenSSL 3 says of a version that its security level forbids."""


def test_it_speaks_tls_without_heartbeats(coturn_peer: Coturn) -> None:
    with Conversation.begin(coturn_peer.host, coturn_peer.port) as talk:
        assert (talk.received[0], bytes(talk.received[9:11])) == (22, b"\x03\x03")
        assert HEARTBEAT_OFFERED not in talk.received


def test_it_asks_for_a_cookie_and_then_refuses_a_hello_of_dtls_10_alone(coturn_peer: Coturn) -> None:
    with DatagramConversation.begin(coturn_peer.host, coturn_peer.port) as talk:
        assert talk.flight == [(21, bytes([2, INTERNAL_ERROR]))]


@pytest.mark.parametrize("scheme", ["tls", "dtls"])
def test_check_says_not_affected(coturn_peer: Coturn, scheme: str) -> None:
    looked = look(f"{scheme}://{coturn_peer.host}:{coturn_peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["dialect"] == scheme
    assert answer["certificate"]["names"][0] == "coturn.test"
