"""PostgreSQL's SSLRequest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.postgresql import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

REQUEST = bytes.fromhex("00000008 04d2162f")
GSS_REQUEST = bytes.fromhex("00000008 04d21630")
STARTUP = bytes.fromhex("00000016 00030000") + b"user\0alice\0\0\0\0"


def error(state: bytes, text: bytes) -> bytes:
    """An ErrorResponse of protocol 3."""
    fields = b"SFATAL\0C" + state + b"\0M" + text + b"\0\0"
    return b"E" + (4 + len(fields)).to_bytes(4, "big") + fields


def test_eight_bytes_and_one() -> None:
    met = meet(DIALECT, cut=1)
    assert met.said == [REQUEST, b"S"]
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"N", "no-tls"),
        (error(b"53300", b"sorry, too many clients already"), "tls-unavailable"),
        (error(b"57P03", b"the database system is starting up"), "tls-unavailable"),
        (error(b"28000", b"no pg_hba.conf entry for host"), "refused-by-policy"),
        (error(b"0A000", b"unsupported frontend protocol 1234.5679"), "no-tls"),
        (b"EFATAL:  unsupported frontend protocol 1234.5679\n\0", "no-tls"),
        (b"ESorry, too many clients already\n\0", "tls-unavailable"),
        (b"E\0\0\0\4", "broken-words"),
        (b"E\0\xff\xff\xff", "broken-words"),
        (b"220 mail.example ESMTP\r\n", "other-protocol"),
        (b"H", "other-protocol"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "text-before-tls"),
        (b"SE\0\0\0\x20", "text-before-tls"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_else_may_be_answered(answer: bytes, refusal: str, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, answer, cut=cut)) == [REQUEST]
    assert layer.refusal == refusal


def test_an_error_without_end_is_too_long() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, b"E" + b"x" * 20_000)
    assert layer.refusal == "too-long"


def test_a_record_behind_the_answer_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    layer.start(0)
    assert layer.from_peer(0, b"S" + RECORD).to_tls == (RECORD,)


def test_the_server_has_no_gss_and_takes_no_login_in_the_clear() -> None:
    layer = DIALECT.grants(SETTING)
    assert list(say(layer, GSS_REQUEST, REQUEST)) == [b"N", b"S"]
    assert layer.ready
    refusing = DIALECT.grants(SETTING)
    (refused,) = say(refusing, STARTUP)
    assert refused.startswith(b"E\0\0")
    assert b"C28000\0" in refused
    assert refusing.refusal == "refused-by-policy"


def test_the_server_is_not_asked_for_ever() -> None:
    layer = DIALECT.grants(SETTING)
    assert list(say(layer, *[GSS_REQUEST] * 10))[:4] == [b"N"] * 4
    assert layer.refusal is not None


@pytest.mark.parametrize("words", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01\x00"])
def test_who_speaks_otherwise_is_left(words: bytes) -> None:
    layer = DIALECT.grants(SETTING)
    say(layer, words)
    assert layer.refusal == "other-protocol"


@given(st.binary(max_size=300))
def test_whatever_is_said_raises_nothing(noise: bytes) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        say(side(SETTING), noise)
    say(DIALECT.asks(SETTING), b"E" + noise)
