"""LDAP's StartTLS, byte for byte: messages of OpenLDAP 2.5's slapd and of others that say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.ldap import DIALECT
from hemostat.layers import Layer
from hemostat.layers.ber import encode, encode_integer
from tests.dialects.talking import RECORD, SETTING, meet, say

REQUEST = bytes.fromhex("301d 0201 01 7718 8016") + b"1.3.6.1.4.1.1466.20037"
SUCCESS = bytes.fromhex("300c 0201 01 7807 0a0100 0400 0400")
"""slapd's: without a name."""
UNSUPPORTED = bytes.fromhex("302a 0201 01 7825 0a0102 0400 041e") + b"unsupported extended operation"
"""slapd's, without a certificate."""
NOTICE = b"1.3.6.1.4.1.1466.20036"


def asking() -> Layer:
    return DIALECT.asks(SETTING)


def granting() -> Layer:
    return DIALECT.grants(SETTING)


def answer(code: int, *, number: int = 1, tag: int = 0x78, text: bytes = b"", name: bytes = b"") -> bytes:
    result = encode_integer(0x0A, code) + encode(0x04) + encode(0x04, text)
    return message(number, encode(tag, result, encode(0x8A, name) if name else b""))


def message(number: int, operation: bytes) -> bytes:
    return encode(0x30, encode_integer(0x02, number), operation)


@pytest.mark.parametrize("cut", [0, 1, 5])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.asks.ready
    assert met.grants.ready
    assert met.said[0] == REQUEST
    assert met.asks.from_peer(0, RECORD).to_tls == (RECORD,)


def test_round_trips_are_those_of_the_words() -> None:
    assert meet(DIALECT).turns == 2 * DIALECT.round_trips


# -- the side that asks


@pytest.mark.parametrize(
    "success",
    [
        SUCCESS,
        answer(0, name=b"1.3.6.1.4.1.1466.20037"),
        answer(0, text=b"x" * 200),
        # Microsoft's directory writes lengths in four bytes, and names the operation.
        bytes.fromhex("308400000028 020101 78840000001f 0a0100 0400 0400 8a16") + b"1.3.6.1.4.1.1466.20037",
        # With controls behind it.
        encode(0x30, SUCCESS[2:], encode(0xA0, b"")),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_success(success: bytes, cut: int) -> None:
    layer = asking()
    assert list(say(layer, success, cut=cut)) == [REQUEST]
    assert layer.ready


def test_a_record_behind_success() -> None:
    layer = asking()
    layer.start(0)
    assert layer.from_peer(0, SUCCESS + RECORD).to_tls == (RECORD,)


def test_more_words_behind_success_go_to_nobody() -> None:
    layer = asking()
    layer.start(0)
    assert layer.from_peer(0, SUCCESS + SUCCESS).to_tls == ()
    assert layer.refusal == "text-before-tls"


REFUSALS = {
    "slapd without a certificate": (UNSUPPORTED, "no-tls"),
    "another without": (answer(2), "no-tls"),
    "operationsError": (answer(1, text=b"TLS already started"), "refused-by-policy"),
    "strongerAuthRequired": (answer(8), "tls-after-login"),
    "referral": (answer(10), "refused-by-policy"),
    "confidentialityRequired": (answer(13), "refused-by-policy"),
    "insufficientAccessRights": (answer(50), "refused-by-policy"),
    "busy": (answer(51), "tls-unavailable"),
    "unavailable, as Active Directory without a certificate": (
        answer(
            52, text=b"00000000: LdapErr: DSID-0C0910A0, comment: Error initializing SSL/TLS, data 0, v3839"
        ),
        "tls-unavailable",
    ),
    "unwillingToPerform": (answer(53), "refused-by-policy"),
    "a result of later days": (answer(4096), "refused-by-policy"),
    "going down": (answer(52, number=0, name=NOTICE), "tls-unavailable"),
    "not understood": (answer(2, number=0, name=NOTICE), "refused-by-policy"),
    "no answer to this": (answer(0, number=2), "broken-words"),
    "an answer to a bind": (answer(0, tag=0x61), "broken-words"),
    "an answer without a result": (message(1, encode(0x78)), "broken-words"),
    "an answer without a text": (
        message(1, encode(0x78, encode_integer(0x0A, 0), encode(0x04))),
        "broken-words",
    ),
    "a result of no number": (message(1, encode(0x78, b"\x0a\x00\x04\x00\x04\x00")), "broken-words"),
    "no operation": (encode(0x30, encode_integer(0x02, 1)), "broken-words"),
    "no message": (encode(0x30, encode(0x04), encode(0x78)), "broken-words"),
    "a message numbered in text": (encode(0x30, encode(0x04, b"\x01"), SUCCESS[5:]), "broken-words"),
    "an indefinite length": (b"\x30\x80\x02\x01\x01", "broken-words"),
    "a length past the message": (b"\x30\x05\x02\x01\x01\x78\x07", "broken-words"),
    "a message of 4 GiB": (b"\x30\x84\xff\xff\xff\xff", "too-long"),
    "a message of more than 16 KiB": (b"\x30\x82\x40\x01", "too-long"),
    "notifications for ever": (answer(0, number=0, name=b"1.2.3") * 16, "too-long"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2p1\r\n", "other-protocol"),
    "SMTP": (b"220 mx.example ESMTP\r\n", "other-protocol"),
    "TLS": (RECORD, "other-protocol"),
}


@pytest.mark.parametrize(("words", "code"), REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("cut", [0, 1])
def test_why_there_will_be_no_tls(words: bytes, code: str, cut: int) -> None:
    layer = asking()
    say(layer, words, cut=cut)
    assert layer.refusal == code
    assert not layer.ready


def test_a_notification_of_something_else_is_passed_over() -> None:
    """RFC 4511 section 4.4: what is not known there is ignored."""
    layer = asking()
    say(layer, answer(0, number=0, name=b"1.2.3"), SUCCESS)
    assert layer.ready


@given(st.integers(0, 40))
def test_cut_anywhere_it_waits(end: int) -> None:
    for whole in (SUCCESS, UNSUPPORTED):
        layer = asking()
        say(layer, whole[: min(end, len(whole) - 1)])
        assert (layer.ready, layer.refusal) == (False, None)


# -- the side that grants


def test_it_answers_the_number_it_was_asked() -> None:
    layer = granting()
    (said,) = say(layer, message(0x7FFFFFFF, encode(0x77, encode(0x80, b"1.3.6.1.4.1.1466.20037"))))
    assert said == answer(0, number=0x7FFFFFFF, name=b"1.3.6.1.4.1.1466.20037")
    assert layer.ready


@pytest.mark.parametrize(
    ("request_tag", "response_tag"),
    [(0x60, 0x61), (0x63, 0x65), (0x66, 0x67), (0x68, 0x69), (0x4A, 0x6B), (0x6C, 0x6D), (0x6E, 0x6F)],
)
def test_nothing_else_is_answered_in_the_clear(request_tag: int, response_tag: int) -> None:
    layer = granting()
    said = say(layer, message(1, encode(request_tag, b"")), message(2, REQUEST[5:]))
    assert said[0] == answer(13, tag=response_tag)
    assert said[1] == answer(0, number=2, name=b"1.3.6.1.4.1.1466.20037")
    assert layer.ready


@pytest.mark.parametrize(
    "operation", [encode(0x80, b"1.3.6.1.4.1.4203.1.11.3"), encode(0x80, b"1.3.6.1.4.1.1466.20037") * 2, b""]
)
def test_other_extended_operations_are_not_known(operation: bytes) -> None:
    layer = granting()
    assert list(say(layer, message(5, encode(0x77, operation)))) == [answer(2, number=5)]
    assert (layer.ready, layer.refusal) == (False, None)


def test_an_operation_abandoned_is_not_answered() -> None:
    layer = granting()
    assert list(say(layer, message(2, b"\x50\x01\x01"))) == []
    assert layer.refusal is None


def test_who_unbinds_has_ended_it() -> None:
    layer = granting()
    assert list(say(layer, message(2, b"\x42\x00"))) == []
    assert layer.refusal == "refused-by-policy"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "other-protocol"),
        (RECORD, "other-protocol"),
        (b"\x30\x80", "broken-words"),
        (b"\x30\x83\x01\x00\x00", "too-long"),
        (message(0, REQUEST[5:]), "broken-words"),
        (encode(0x30, b"\x02\x01\xff", REQUEST[5:]), "broken-words"),
        (message(1, b"\x78\x00"), "broken-words"),
        (message(1, b"\x77\x02\x80\x05"), "broken-words"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_who_breaks_the_protocol_is_told_so(words: bytes, code: str, cut: int) -> None:
    """By a Notice of Disconnection (RFC 4511 section 4.4.1)."""
    layer = granting()
    assert list(say(layer, words, cut=cut)) == [answer(2, number=0, name=NOTICE)]
    assert layer.refusal == code


def test_it_does_not_listen_for_ever() -> None:
    layer = granting()
    say(layer, message(1, encode(0x60, bytes(1000))) * 70)
    assert layer.refusal == "too-long"


# -- both


def test_a_server_is_known_by_its_notice_of_disconnection_alone() -> None:
    notice = answer(52, number=0, name=NOTICE, text=b"Server Shutdown")
    assert DIALECT.greets(notice)
    assert DIALECT.greets(b"\x30\x84\x00\x00\x00" + notice[1:])
    assert not DIALECT.greets(SUCCESS)
    assert not DIALECT.greets(answer(0, number=0, name=b"1.2.3"))
    assert not DIALECT.greets(notice[:20])
    assert not DIALECT.greets(b"")


pieces_of_ldap = st.lists(
    st.sampled_from(
        [REQUEST, SUCCESS, answer(0, number=0, name=b"1.2.3"), message(1, b"\x60\x00"), b"\x30", b"\x82"]
    ),
    max_size=8,
).map(b"".join)


@given(
    st.one_of(
        pieces_of_ldap, st.binary(max_size=80), st.binary(max_size=40).map(lambda data: encode(0x30, data))
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_whatever_a_peer_says_means_the_same_in_pieces(data: bytes, cut: int, asks: bool) -> None:
    whole, pieces = (asking(), asking()) if asks else (granting(), granting())
    assert b"".join(say(whole, data)) == b"".join(say(pieces, data, cut=cut))
    assert whole.refusal == pieces.refusal
    assert whole.ready == pieces.ready or whole.refusal == "text-before-tls"
