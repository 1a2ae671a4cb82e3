"""What the real OpenSSL 1.0.2q does in each kind of application, and what `check` says of it."""

from __future__ import annotations

import os
import socket
import struct
import time

import pytest

from tests.live.conftest import ServerOf102q
from tests.live.looks import connections, look, none_by_timeout
from tests.live.peers import openssl102q
from tests.live.peers.openssl102q_servers import TLS_KINDS
from tests.live.raw_dialogue import (
    CLIENT_HELLO,
    DTLS_PAYLOAD,
    FINISHED,
    HEARTBEAT_OFFERED,
    SSL3_CLIENT_HELLO,
    TLS_PAYLOAD,
    UNEXPECTED_MESSAGE,
    Conversation,
    DatagramConversation,
    heartbeat,
    record,
    records,
)

CERTIFICATE_REQUEST = 13
HELLO_OF = {
    "SSL3.0": SSL3_CLIENT_HELLO,
    "TLS1.0": CLIENT_HELLO.replace(b"\x03\x03", b"\x03\x01", 1),
    "TLS1.1": CLIENT_HELLO.replace(b"\x03\x03", b"\x03\x02", 1),
    "TLS1.2": CLIENT_HELLO,
}
WIRE = {"SSL3.0": b"\x03\x00", "TLS1.0": b"\x03\x01", "TLS1.1": b"\x03\x02", "TLS1.2": b"\x03\x03"}
ALERT = (21, UNEXPECTED_MESSAGE)

# A payload of random bytes makes an answer that is ours unmistakable.
OWN = os.urandom(TLS_PAYLOAD)
OWN_OVER_DTLS = os.urandom(DTLS_PAYLOAD)


def parts(version: str = "TLS1.2") -> tuple[bytes, bytes, bytes, bytes]:
    """Own bytes, control, flush and large control, as records of the version."""
    wire = WIRE[version]
    return (
        record(24, heartbeat(OWN, 0), wire),
        record(24, heartbeat(b"8 bytes!", 16), wire),
        record(22, FINISHED, wire),
        record(24, heartbeat(OWN, 16), wire),
    )


def keep_sending(talk: Conversation, data: bytes, seconds: float = 5.0) -> None:
    """Again and again: a reset may be right behind a FIN, but a word of ours faster."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        talk.send(data)
        time.sleep(0.01)


def is_control_answer(part: tuple[int, bytes]) -> bool:
    kind, body = part
    return kind == 24 and len(body) == 27 and body[:11] == b"\x02\x00\x088 bytes!"


def test_control_is_answered_and_own_bytes_are_not(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on")
    own, control, flush, _ = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        assert HEARTBEAT_OFFERED in talk.received
        talk.send(own, control, flush)
        answer, alert = records(talk.receive())
        assert is_control_answer(answer)
        assert alert == ALERT
        assert talk.ended == "fin"


@pytest.mark.parametrize("version", list(HELLO_OF))
@pytest.mark.parametrize("certificate", ["rsa", "ecdsa"])
def test_every_version_with_either_key(server_102q: ServerOf102q, version: str, certificate: str) -> None:
    peer = server_102q("reads-on", versions=tuple(HELLO_OF), certificate=certificate)
    own, control, flush, _ = parts(version)
    with Conversation.begin(peer.host, peer.port, HELLO_OF[version]) as talk:
        assert talk.received[9:11] == WIRE[version]
        assert (HEARTBEAT_OFFERED in talk.received) == (version != "SSL3.0")
        talk.send(own, control, flush)
        answer, alert = records(talk.receive())
        assert is_control_answer(answer)
        assert alert == ALERT


def test_a_version_that_is_not_spoken_is_refused_without_a_word(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on", versions=("TLS1.2",))
    # It reads the head of the hello, which tells it the version, sends no alert, and closes on the rest: a
    # reset.
    with Conversation.begin(peer.host, peer.port, HELLO_OF["TLS1.0"]) as talk:
        assert (bytes(talk.received), talk.ended) == (b"", "reset")


def test_a_server_of_ssl3_alone_answers_a_newer_hello_in_its_own_version(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on", versions=("SSL3.0",))
    with Conversation.begin(peer.host, peer.port) as talk:
        assert talk.received[9:11] == WIRE["SSL3.0"]


def test_a_client_certificate_is_asked_for(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on", asks_client_certificate=True)
    own, control, flush, _ = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        assert any(
            kind == 22 and body[0] == CERTIFICATE_REQUEST for kind, body in records(bytes(talk.received))
        )
        talk.send(own, control, flush)
        answer, alert = records(talk.receive())
        assert is_control_answer(answer)
        assert alert == ALERT


@pytest.mark.parametrize("kind", TLS_KINDS)
def test_own_bytes_alone_draw_nothing_and_large_control_alone_is_answered(
    server_102q: ServerOf102q, kind: str
) -> None:
    peer = server_102q(kind)
    own, _, _, large = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        talk.send(own)
        assert talk.receive() == b""
        assert talk.ended == ("fin" if "closes" in kind else None)
    with Conversation.begin(peer.host, peer.port) as talk:
        talk.send(large)
        ((content_type, body),) = records(talk.receive())
        assert (content_type, len(body), body[:3]) == (24, 16384, b"\x02\x3f\xed")
        assert body[3 : 3 + TLS_PAYLOAD] == OWN
        assert talk.ended == ("fin" if "closes" in kind else None)


def test_one_record_an_event_stalls_until_nudged(server_102q: ServerOf102q) -> None:
    peer = server_102q("one-record-an-event")
    own, control, flush, _ = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        talk.send(own, control, flush)
        assert talk.receive(silence=1.0) == b"", "the burst was read in more than one go"
        nudges = 0
        came: list[tuple[int, bytes]] = []
        while not came and nudges < 5:
            talk.send(flush)
            nudges += 1
            came = records(talk.receive())
        answer, alert = came
        assert is_control_answer(answer)
        assert alert == ALERT
        assert nudges in (1, 2), "one nudge for each record that the burst left lying"


def test_closes_with_our_bytes_unread_which_is_a_reset(server_102q: ServerOf102q) -> None:
    peer = server_102q("closes")
    own, control, flush, _ = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        talk.send(own, control, flush)
        assert talk.receive() == b""
        assert talk.ended == "reset"


def test_shuts_down_and_closes_which_is_an_orderly_end_and_then_a_reset(server_102q: ServerOf102q) -> None:
    peer = server_102q("shuts-down-and-closes")
    own, control, flush, _ = parts()
    with Conversation.begin(peer.host, peer.port) as talk:
        talk.send(own, control, flush)
        assert talk.receive() == b""
        assert talk.ended == "fin"
        with pytest.raises(ConnectionError):
            keep_sending(talk, flush)


def test_many_connections_at_once(server_102q: ServerOf102q) -> None:
    peer = server_102q("closes")
    _, _, _, large = parts()
    talks = [Conversation.begin(peer.host, peer.port) for _ in range(100)]
    try:
        for talk in talks:
            talk.send(large)
        for talk in talks:
            ((content_type, body),) = records(talk.receive())
            assert (content_type, body[3 : 3 + TLS_PAYLOAD]) == (24, OWN)
            assert talk.ended == "fin"
    finally:
        for talk in talks:
            talk.close()


def test_a_peer_that_resets_does_not_end_the_server(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on")
    connection = socket.create_connection((peer.host, peer.port), timeout=5)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(CLIENT_HELLO)
    connection.close()
    with Conversation.begin(peer.host, peer.port) as talk:
        assert HEARTBEAT_OFFERED in talk.received


def test_dtls_that_retries_answers_the_control_and_the_flush(server_102q: ServerOf102q) -> None:
    peer = server_102q("retries", dtls=True)
    with DatagramConversation.begin(peer.host, peer.port) as talk:
        assert any(HEARTBEAT_OFFERED in body for _, body in talk.flight)
        finished = talk.handshake(20, bytes(12))
        talk.send((24, heartbeat(OWN_OVER_DTLS, 0)), (24, heartbeat(b"8 bytes!", 16)), (22, finished))
        answer, alert = talk.receive(wanted=2)
        assert is_control_answer(answer)
        assert alert == ALERT


def test_dtls_that_closes_answers_neither_control_nor_flush(server_102q: ServerOf102q) -> None:
    peer = server_102q("closes", dtls=True)
    with DatagramConversation.begin(peer.host, peer.port) as talk:
        finished = talk.handshake(20, bytes(12))
        talk.send((24, heartbeat(OWN_OVER_DTLS, 0)), (24, heartbeat(b"8 bytes!", 16)), (22, finished))
        assert talk.receive() == []


@pytest.mark.parametrize("kind", ["retries", "closes"])
def test_dtls_own_bytes_draw_nothing_and_the_large_control_is_answered(
    server_102q: ServerOf102q, kind: str
) -> None:
    peer = server_102q(kind, dtls=True)
    with DatagramConversation.begin(peer.host, peer.port) as talk:
        talk.send((24, heartbeat(OWN_OVER_DTLS, 0)))
        assert talk.receive() == []
    with DatagramConversation.begin(peer.host, peer.port) as talk:
        talk.send((24, heartbeat(OWN_OVER_DTLS, 16)))
        ((content_type, body),) = talk.receive(wanted=1)
        assert (content_type, body[:3]) == (24, b"\x02\x10\x00")
        assert body[3 : 3 + DTLS_PAYLOAD] == OWN_OVER_DTLS


def test_dtls_repeats_its_flight_when_nothing_comes(server_102q: ServerOf102q) -> None:
    peer = server_102q("retries", dtls=True)
    with DatagramConversation.begin(peer.host, peer.port) as talk:
        again = talk.receive(until=14)
        assert next(body[0] for kind, body in again if kind == 22) == 2, "a ServerHello, once more"


def test_dtls_many_peers_at_once(server_102q: ServerOf102q) -> None:
    peer = server_102q("retries", dtls=True)
    talks = [DatagramConversation.begin(peer.host, peer.port) for _ in range(50)]
    try:
        for talk in talks:
            talk.send((24, heartbeat(OWN_OVER_DTLS, 16)))
        for talk in talks:
            answers = [body for kind, body in talk.receive(wanted=1) if kind == 24]
            assert [body[3 : 3 + DTLS_PAYLOAD] for body in answers] == [OWN_OVER_DTLS]
    finally:
        for talk in talks:
            talk.close()


@pytest.mark.parametrize(("dtls", "version"), [(False, "TLSv1.2"), (True, "DTLSv1.2")])
def test_the_client_finishes_a_handshake(server_102q: ServerOf102q, dtls: bool, version: str) -> None:
    peer = server_102q("retries" if dtls else "reads-on", dtls=dtls)
    outcome = openssl102q.connect_client(peer.host, peer.port, dtls)
    assert outcome == openssl102q.ClientOutcome(connected=True, version=version, error="")


PATCHED = ("patched", "own-bytes-ignored")


@pytest.mark.parametrize(
    ("kind", "count"),
    [("reads-on", 1), ("one-record-an-event", 1), ("closes", 3), ("shuts-down-and-closes", 3)],
)
@pytest.mark.parametrize("certificate", ["rsa", "ecdsa"])
def test_check_proves_it_patched(server_102q: ServerOf102q, kind: str, count: int, certificate: str) -> None:
    """In one connection, or three where the application closes after a heartbeat."""
    peer = server_102q(kind, certificate=certificate)
    looked = look(f"{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*PATCHED, 0)
    assert len(connections(answer)) == count
    assert none_by_timeout(answer)
    assert answer["certificate"]["names"][0] == "openssl102q.test"


def test_check_nudges_the_application_that_reads_one_record_an_event(server_102q: ServerOf102q) -> None:
    peer = server_102q("one-record-an-event")
    (connection,) = connections(look(f"{peer.host}:{peer.port}").one())
    assert connection["nudges"] in (1, 2)
    assert [part["answer"] for part in connection["parts"]][:2] == ["none", "equal"]


@pytest.mark.parametrize("version", list(HELLO_OF))
def test_check_in_every_version(server_102q: ServerOf102q, version: str) -> None:
    peer = server_102q("reads-on", versions=(version,))
    answer = look(f"{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == PATCHED
    assert connections(answer)[-1]["version"] == version


def test_check_of_one_that_asks_for_a_client_certificate(server_102q: ServerOf102q) -> None:
    peer = server_102q("reads-on", asks_client_certificate=True)
    answer = look(f"{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == PATCHED
    assert connections(answer)[0]["client_certificate_asked"] is True


@pytest.mark.parametrize("kind", ["retries", "closes"])
@pytest.mark.parametrize("version", ["DTLS1.0", "DTLS1.2"])
def test_check_over_dtls(server_102q: ServerOf102q, kind: str, version: str) -> None:
    peer = server_102q(kind, dtls=True, versions=(version,))
    looked = look(f"dtls://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*PATCHED, 0)
    assert {each["version"] for each in connections(answer)} == {version}
    assert answer["certificate"]["names"][0] == "openssl102q.test"


@pytest.mark.parametrize("kind", TLS_KINDS)
def test_check_of_forty_looks_at_once(server_102q: ServerOf102q, kind: str) -> None:
    peer = server_102q(kind)
    looked = look(f"{peer.host}:{peer.port}", "--looks", "40")
    assert looked.verdicts() == {PATCHED: 40}
