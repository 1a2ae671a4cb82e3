"""MySQL's and MariaDB's upgrade to TLS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import greeted_by
from hemostat.dialects.mysql import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

SSL, PROTOCOL_41 = 0x800, 0x200


def packet(payload: bytes, number: int = 0) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def greeting(
    capabilities: int, *, rest: bytes = bytes(31), version: bytes = b"5.5.5-10.11.6-MariaDB"
) -> bytes:
    """A server's first packet, of protocol 10."""
    low = capabilities.to_bytes(2, "little")
    return packet(b"\x0a" + version + b"\0" + (7).to_bytes(4, "little") + b"12345678\0" + low + rest)


def error(code: int, text: bytes) -> bytes:
    return packet(b"\xff" + code.to_bytes(2, "little") + text)


BLOCKED = error(1129, b"Host '192.0.2.1' is blocked because of many connection errors")


@pytest.mark.parametrize("cut", [0, 1, 3])
def test_since_4_1_the_request_has_32_bytes(cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    (request,) = say(layer, greeting(SSL | PROTOCOL_41), cut=cut)
    assert request[:4] == b"\x20\0\0\1"
    assert len(request) == 36
    assert int.from_bytes(request[4:8], "little") & (SSL | PROTOCOL_41) == SSL | PROTOCOL_41
    assert request[-23:] == bytes(23)
    assert layer.ready, "nothing answers it"


def test_before_4_1_it_has_five() -> None:
    layer = DIALECT.asks(SETTING)
    (request,) = say(layer, greeting(SSL, rest=b"", version=b"4.0.27"))
    assert request[:4] == b"\x05\0\0\1"
    assert int.from_bytes(request[4:6], "little") & SSL
    assert len(request) == 9
    assert layer.ready


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (greeting(PROTOCOL_41), "no-tls"),
        (packet(b"\x093.20.30\0" + bytes(13)), "no-tls"),
        (BLOCKED, "refused-by-policy"),
        (error(1130, b"Host 'x' is not allowed to connect to this MariaDB server"), "refused-by-policy"),
        (error(1040, b"Too many connections"), "tls-unavailable"),
        (error(1053, b"#08S01Server shutdown in progress"), "tls-unavailable"),
        (packet(b"\x0a8.0.36"), "broken-words"),
        (packet(b"\x0a8.0.36\0" + bytes(14)), "broken-words"),
        (packet(b"\x0a\0" + bytes(20)), "broken-words"),
        (greeting(SSL | PROTOCOL_41)[:3] + b"\x05" + greeting(SSL)[4:] + bytes(40), "other-protocol"),
        (b"220 mail.example ESMTP Postfix\r\n", "other-protocol"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "other-protocol"),
        (bytes(8), "other-protocol"),
        (packet(b"\x0b" + bytes(30)), "other-protocol"),
    ],
)
def test_what_else_may_come_first(words: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, words)) == []
    assert layer.refusal == refusal


def test_an_error_in_place_of_tls_is_none() -> None:
    layer = DIALECT.asks(SETTING)
    say(
        layer,
        greeting(SSL | PROTOCOL_41),
        b"\x48\0\0\2\xff" + (1043).to_bytes(2, "little") + b"Bad handshake",
    )
    assert layer.refusal == "text-before-tls"


def test_a_record_is_carried() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, greeting(SSL | PROTOCOL_41))
    assert layer.from_peer(0, RECORD).to_tls == (RECORD,)


@pytest.mark.parametrize(
    "request_",
    [
        packet((SSL | PROTOCOL_41).to_bytes(4, "little") + bytes(28), 1),
        packet((SSL | 1).to_bytes(2, "little") + bytes(3), 1),
    ],
)
def test_the_server_takes_requests_of_both_generations(request_: bytes) -> None:
    layer = DIALECT.grants(SETTING)
    say(layer, request_)
    assert layer.ready
    assert layer.from_peer(0, RECORD).to_tls == (RECORD,)


def test_the_server_takes_no_login_in_the_clear() -> None:
    layer = DIALECT.grants(SETTING)
    hello, refused = say(layer, packet(PROTOCOL_41.to_bytes(4, "little") + bytes(28) + b"root\0\0", 1))
    assert DIALECT.greets(hello)
    assert refused[4] == 0xFF
    assert b"insecure transport" in refused
    assert layer.refusal == "refused-by-policy"


def test_what_the_server_draws_holds_no_zero() -> None:
    (hello,) = DIALECT.grants(SETTING._replace(draw=bytes)).start(0).to_peer
    version, nul, rest = hello[5:].partition(b"\0")
    assert (version, nul) == (b"8.0.0-lab", b"\0")
    assert 0 not in rest[4:12]


def test_its_greeting_and_its_refusals_are_known() -> None:
    for words in (greeting(SSL), greeting(0), BLOCKED):
        found = greeted_by(words)
        assert found is not None
        assert found.name == "mysql"
    assert greeted_by(greeting(SSL)[:7]) is None
    assert greeted_by(error(9999, b"of nobody")) is None


def test_both_sides() -> None:
    met = meet(DIALECT)
    assert met.asks.ready
    assert met.grants.ready


@given(st.binary(max_size=300), st.integers(0, 80))
def test_whatever_is_said_raises_nothing(noise: bytes, at: int) -> None:
    for side, words in ((DIALECT.asks, greeting(SSL | PROTOCOL_41)), (DIALECT.grants, packet(bytes(32), 1))):
        say(side(SETTING), noise)
        say(side(SETTING), words[:at] + noise)
