"""gnutls-serv offers heartbeats and answers none before the handshake is over; then what `check` says of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.live.looks import connections, look
from tests.live.peers.gnutls import GnuTls
from tests.live.peers.processes import REPOSITORY, inside
from tests.live.raw_dialogue import UNEXPECTED_MESSAGE
from tests.live.tested import Tested

TESTED = (
    Tested(("tls", "dtls"), "gnutls-serv", "gnutls-bin", "heartbeats on, answered after the handshake alone"),
)

# Run from within the namespace, where gnutls-serv can be reached.
OVER_TLS = """
from tests.live.raw_dialogue import HEARTBEAT_OFFERED, TLS_PAYLOAD, Conversation, heartbeat, record, records
import json, sys
payload, padding = map(int, sys.argv[3:])
with Conversation.begin(sys.argv[1], int(sys.argv[2])) as talk:
    offered = HEARTBEAT_OFFERED in talk.received
    talk.send(record(24, heartbeat(bytes(payload), padding)))
    came = [[kind, body.hex()] for kind, body in records(talk.receive())]
    print(json.dumps([offered, came, talk.ended]))
"""
OVER_DTLS = """
from tests.live.raw_dialogue import HEARTBEAT_OFFERED, DatagramConversation, heartbeat
import json, sys
payload, padding = map(int, sys.argv[3:])
with DatagramConversation.begin(sys.argv[1], int(sys.argv[2])) as talk:
    offered = any(HEARTBEAT_OFFERED in body for _, body in talk.flight)
    talk.send((24, heartbeat(bytes(payload), padding)))
    print(json.dumps([offered, [kind for kind, _ in talk.receive() if kind == 24], None]))
"""


def asked(peer: GnuTls, script: str, port: int, payload: int, padding: int) -> list[object]:
    """Whether heartbeats were offered, what came after one, how the connection ended."""
    argv = [sys.executable, "-c", script, peer.host, str(port), str(payload), str(padding)]
    done = subprocess.run(
        inside(peer.namespace, argv), cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=30
    )
    result: list[object] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(("payload", "padding"), [(8, 16), (16365, 0)], ids=["control", "own-bytes"])
def test_before_the_handshake_is_over_any_heartbeat_draws_an_alert(
    gnutls_peer: GnuTls, payload: int, padding: int
) -> None:
    found = asked(gnutls_peer, OVER_TLS, gnutls_peer.tls_port, payload, padding)
    assert found == [True, [[21, UNEXPECTED_MESSAGE.hex()]], "fin"]


def test_over_dtls_a_heartbeat_in_the_handshake_draws_no_answer(gnutls_peer: GnuTls) -> None:
    assert asked(gnutls_peer, OVER_DTLS, gnutls_peer.dtls_port, 8, 16) == [True, [], None]


def test_it_can_be_reached_from_its_namespace_alone(gnutls_peer: GnuTls) -> None:
    devices = subprocess.run(
        inside(gnutls_peer.namespace, ["ip", "-json", "link"]),
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    assert [device["ifname"] for device in json.loads(devices.stdout)] == ["lo"]


def test_check_finishes_the_handshake_and_proves_that_it_checks_lengths(gnutls_peer: GnuTls) -> None:
    looked = look(f"{gnutls_peer.host}:{gnutls_peer.tls_port}", namespace=gnutls_peer.namespace)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("patched", "own-bytes-refused", 0)
    assert answer["evidence"]["facts"]["form"] == "after-handshake"
    *_, refused, answered = connections(answer)
    own = refused["parts"][0]
    assert (own["part"], own["answer"]) == ("own-bytes", "alert")
    assert [(part["part"], part["answer"]) for part in answered["parts"]] == [("control", "equal")]


def test_check_over_dtls_says_what_it_would_need(gnutls_peer: GnuTls) -> None:
    looked = look(f"dtls://{gnutls_peer.host}:{gnutls_peer.dtls_port}", namespace=gnutls_peer.namespace)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (
        "inconclusive",
        "needs-after-handshake",
        3,
    )
