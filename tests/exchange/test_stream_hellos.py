"""Dialogues up to the question: whose hello leads to which, and what is no hello at all."""

import pytest

from hemostat.exchange.stream import (
    LONGEST_WAIT,
    MOST_HEARTBEATS,
    UNKNOWN_WAIT,
)
from tests.exchange.speech import (
    SSL30,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    alert,
    certificate,
    client_hello,
    extension,
    flight,
    handshake,
    heartbeat_response,
    hello_retry_request,
    server_hello,
    server_hello_done,
    tls,
)
from tests.exchange.talks import BURST, ROUND_TRIP, StreamTalk, alone, burst

# -- hellos --------------------------------------------------------------------------------------------------


def test_heartbeats_not_offered_ends_it_with_the_flight() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(flight(heartbeat=None)) == []
    assert talk.over
    assert (talk.facts.version, talk.facts.cipher, talk.facts.heartbeat) == (TLS12, 0xC02F, None)
    assert len(talk.facts.certificates) == 1
    assert talk.facts.ended == "ours"


def test_requests_declined_are_asked_all_the_same() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(flight(heartbeat=2)) == BURST
    assert talk.facts.heartbeat == 2


def test_over_ssl_3_0_the_question_needs_no_offer() -> None:
    talk = StreamTalk(form="ssl30")
    talk.starts()
    assert b"\x00\x0f\x00\x01" not in talk.sent[0]
    assert talk.hears(flight(SSL30, heartbeat=None)) == BURST


def test_a_client_certificate_that_is_asked_for_is_noted_and_not_given() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(flight(asks_client=True)) == BURST
    assert talk.facts.client_certificate_asked


@pytest.mark.parametrize("hello", [server_hello(TLS13), hello_retry_request()])
def test_tls_1_3_ends_it_with_the_hello(hello: bytes) -> None:
    talk = StreamTalk(form="tls13")
    talk.starts()
    assert talk.hears(hello) == []
    assert talk.over
    assert talk.facts.version == TLS13


@pytest.mark.parametrize("version", [0x0305, 0x8302, 0xFEFF])
def test_a_version_that_is_none_of_these_is_noted_and_asked_nothing(version: int) -> None:
    talk = StreamTalk()
    talk.starts()
    assert (
        talk.hears(
            server_hello().replace(b"\3\3SSSS", version.to_bytes(2, "big") + b"SSSS") + server_hello_done()
        )
        == []
    )
    assert talk.over
    assert (talk.facts.version, talk.facts.parts) == (version, [])


def test_nothing_is_asked_before_the_flight_is_over() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(server_hello() + certificate()) == []
    assert talk.dialogue.wake_at is None
    assert talk.hears(server_hello_done()) == BURST


def test_a_chain_may_span_records_and_records_hold_many_messages() -> None:
    talk = StreamTalk()
    talk.starts()
    messages = b"".join(
        part[5:] for part in (server_hello(), certificate(b"a" * 30_000), server_hello_done())
    )
    pieces = [tls(22, messages[at : at + 7000]) for at in range(0, len(messages), 7000)]
    assert talk.hears(b"".join(pieces)) == BURST
    assert [len(der) for der in talk.facts.certificates] == [30_000]


def test_what_comes_before_the_question_is_no_answer() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(tls(24, heartbeat_response(b"x" * 16))) == []
    assert talk.hears(flight()) == BURST
    assert talk.answers == {"own-bytes": "none", "control": "none", "flush": "none"}


def test_a_handshake_that_goes_on_after_the_question_asks_nothing_anew() -> None:
    talk = burst()
    assert talk.hears(server_hello_done() + flight()) == []
    assert len(talk.facts.parts) == 3


def test_an_alert_before_the_hello_ends_it() -> None:
    talk = StreamTalk()
    talk.starts()
    talk.hears(alert(112))
    assert talk.over
    assert talk.facts.alerts == ["fatal unrecognized_name"]
    assert talk.facts.version is None


@pytest.mark.parametrize(
    ("bytes_", "what"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "http"),
        (b"220 ready\r\n", "text"),
        (bytes.fromhex("800300020000"), "ssl2"),
        (b"\xff" * 20, "binary"),
        (b"\xff", "binary"),
        (b"\x16\x02", "binary"),
    ],
)
def test_what_is_not_tls_is_told_apart(bytes_: bytes, what: str) -> None:
    talk = StreamTalk()
    talk.starts()
    talk.hears(bytes_)
    talk.ends("fin")
    assert talk.facts.not_tls == what
    assert talk.facts.error is None


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
@pytest.mark.parametrize("end", ["fin", "ours"])
def test_a_records_header_that_was_cut_is_no_other_protocol(cut: int, end: str) -> None:
    talk = StreamTalk()
    talk.starts()
    talk.hears(server_hello()[:cut])
    if end == "fin":
        talk.ends("fin")
    else:
        talk.dialogue.give_up(talk.now)
    assert talk.facts.not_tls is None


@pytest.mark.parametrize(
    ("bytes_", "code"),
    [
        (tls(22, b"\2\0\0\1x"), "truncated"),
        (handshake(2, b"\3\3" + bytes(32) + b"\0\0\x2f\0" + b"\0\1\0"), "truncated"),
        (server_hello(more=extension(15, b"\1")), "duplicate-extension"),
        (tls(22, b"\2\xff\xff\xff"), "message-overflow"),
        (b"\x16\3\3\xff\xff", "record-overflow"),
        (tls(21, b"\2"), "truncated"),
        (server_hello() + handshake(99, b"") * 64, "too-many-messages"),
        (alert(level=1) * 9, "too-many-messages"),
        (tls(24, b"\1") * (MOST_HEARTBEATS + 1), "too-many-messages"),
        (tls(23, bytes(1 << 14)) * 65, "too-many-bytes"),
    ],
)
def test_a_breach_of_the_protocol_ends_it(bytes_: bytes, code: str) -> None:
    talk = StreamTalk()
    talk.starts()
    talk.hears(bytes_)
    assert talk.over
    assert talk.facts.error == code
    assert talk.facts.parts == []


def test_after_the_end_nothing_is_taken_or_said() -> None:
    talk = burst()
    talk.hears(talk.answered("control"))
    digests = dict.fromkeys(talk.facts.certificates, "0" * 64)
    before = talk.facts.as_facts(0, digests)
    assert talk.dialogue.data(talk.now, talk.answered("own-bytes")) == b""
    assert talk.dialogue.time(talk.now + 10**9) == b""
    talk.dialogue.closed(talk.now, "reset")
    talk.dialogue.give_up(talk.now)
    assert talk.facts.as_facts(0, digests) == before


def test_time_that_has_not_come_changes_nothing() -> None:
    talk = burst()
    assert talk.dialogue.time(talk.now + 2 * ROUND_TRIP - 1) == b""
    assert talk.facts.nudges == 0
    assert talk.dialogue.time(talk.now + 2 * ROUND_TRIP) != b""


# -- a dialect without flush ---------------------------------------------------------------------------------


def test_without_a_flush_own_bytes_and_the_large_control() -> None:
    talk = StreamTalk(flush=False)
    talk.starts()
    assert talk.hears(flight()) == ["own-bytes", "large-control"]
    talk.hears(talk.answered("large-control"))
    assert talk.answers == {"own-bytes": "none", "large-control": "equal"}


def test_without_a_flush_nothing_is_nudged_and_the_wait_is_long() -> None:
    talk = StreamTalk(flush=False)
    talk.starts()
    talk.hears(flight())
    asked_at = talk.now
    assert talk.waits() == []
    assert (talk.over, talk.facts.nudges, talk.now - asked_at) == (True, 0, LONGEST_WAIT)


def test_without_a_flush_own_bytes_alone_are_followed_by_the_large_control() -> None:
    talk = alone(flush=False)
    assert talk.waits() == ["large-control"]
    asked_at = talk.now
    assert talk.waits() == []
    assert (talk.over, talk.now - asked_at) == (True, LONGEST_WAIT)
    assert "flush" not in talk.answers


# -- clients -------------------------------------------------------------------------------------------------


def test_a_client_is_asked_right_behind_our_hello() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    assert talk.starts() == []
    assert talk.hears(client_hello(), 0) == ["server-hello", *BURST]
    hello = talk.sent[0]
    assert hello[:3] == bytes.fromhex("16 0303")
    assert bytes.fromhex("000f 0001 01") in hello[:100]
    assert talk.facts.cipher == 0xC02F
    talk.sent = [hello[5 + int.from_bytes(hello[3:5], "big") :]]
    talk.hears(talk.answered("own-bytes"))
    assert talk.answers["own-bytes"] == "equal"


def test_what_is_said_to_a_client_and_by_it_is_noted() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    talk.hears(client_hello(), 0)
    talk.hears(handshake(20, bytes(12)), 0)
    names = [(direction, name) for direction, name, _ in talk.facts.messages]
    assert names == [
        ("<", "client-hello"),
        (">", "server-hello"),
        (">", "own-bytes"),
        (">", "control"),
        (">", "finished"),
        ("<", "finished"),
    ]


def test_nothing_has_measured_the_way_to_a_client() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    talk.hears(client_hello(), 0)
    asked_at = talk.now
    assert talk.waits() == ["finished"]
    assert talk.now - asked_at == 2 * UNKNOWN_WAIT


def test_a_client_without_heartbeats_is_told_nothing() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    assert talk.hears(client_hello(heartbeat=None), 0) == []
    assert talk.over
    assert (talk.facts.version, talk.facts.heartbeat) == (TLS12, None)


def test_a_client_of_ssl_3_0_is_asked() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    assert talk.hears(client_hello(SSL30, heartbeat=None), 0) == ["server-hello", *BURST]
    assert talk.sent[0][:3] == bytes.fromhex("16 0300")
    assert bytes.fromhex("000f 0001") not in talk.sent[0][:60]


def test_a_client_that_knows_1_3_is_answered_in_its_best_version_before() -> None:
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    assert talk.hears(client_hello(versions=(TLS13, TLS11, TLS10)), 0) == ["server-hello", *BURST]
    assert talk.sent[0][:3] == bytes.fromhex("16 0302")
    talk = StreamTalk(role="client", round_trip=0)
    talk.starts()
    assert talk.hears(client_hello(versions=(TLS13,)), 0) == []
    assert talk.over
    assert talk.facts.version == TLS13
