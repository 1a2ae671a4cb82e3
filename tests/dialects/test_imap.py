"""IMAP's STARTTLS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.imap import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

OFFER = b"* OK [CAPABILITY IMAP4rev1 LITERAL+ STARTTLS LOGINDISABLED] Dovecot ready.\r\n"
BARE = b"* OK IMAP4 ready\r\n"
LIST = b"* CAPABILITY IMAP4rev1 StartTLS LOGINDISABLED\r\na OK done\r\n"
WITHOUT = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK done\r\n"


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.said[1] == b"b STARTTLS\r\n"
    assert met.said[2].startswith(b"b OK ")
    assert met.order.count("asks") == DIALECT.round_trips == 2
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((OFFER, b"b OK Begin TLS\r\n"), [b"b"]),
        ((b"* ok [capability imap4rev1 starttls] hi\r\n", b"b ok go\r\n"), [b"b"]),
        ((BARE, LIST, b"b OK\r\n"), [b"a", b"b"]),
        ((BARE, b"a OK [CAPABILITY IMAP4 STARTTLS] done\r\n", b"b OK go\r\n"), [b"a", b"b"]),
        ((BARE, b"* CAPABILITY IMAP4 STARTTLS\r\n* OK more\r\na OK done\r\n", b"b OK go\r\n"), [b"a", b"b"]),
        ((BARE, b"* OK still here\r\n" + LIST, b"* OK about to\r\nb OK go\r\n"), [b"a", b"b"]),
        ((b"* OK [CAPABILITY IMAP4rev1] short\r\n", LIST, b"b OK go\r\n"), [b"a", b"b"]),
    ],
)
def test_it_comes_to_tls(words: tuple[bytes, ...], said: list[bytes], cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert [each.split()[0] for each in say(layer, *words, cut=cut)] == said
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((b"+OK POP3 ready\r\n",), "other-protocol"),
        ((b"* HELLO\r\n",), "other-protocol"),
        ((b"220 mx ESMTP\r\n",), "other-protocol"),
        ((b"* PREAUTH IMAP4rev1 server logged in as Smith\r\n",), "refused-by-policy"),
        ((b"* BYE Autologout\r\n",), "refused-by-policy"),
        ((b"* BYE [UNAVAILABLE] Too many connections\r\n",), "tls-unavailable"),
        ((BARE, WITHOUT, b"b BAD Unknown command\r\n"), "no-tls"),
        ((BARE, WITHOUT, b"b BAD XXXXXXXX?\r\n"), "stripped"),
        ((BARE, WITHOUT, b"b NO not you\r\n"), "refused-by-policy"),
        ((BARE, WITHOUT, b"b NO Error in IMAP command received by server.\r\n"), "no-tls"),
        ((BARE, WITHOUT, b"b BAD [LIMIT] try later\r\n"), "tls-unavailable"),
        ((BARE, WITHOUT, b"b BAD not allowed from your address\r\n"), "refused-by-policy"),
        ((b"* OK [CAPABILITY IMAP4rev1] x\r\n", WITHOUT, b"b BAD no\r\n"), "no-tls"),
        ((BARE, b"a OK done\r\n"), "broken-words"),
        ((BARE, b"a BAD what?\r\n"), "broken-words"),
        ((BARE, b"a NO not you\r\n"), "refused-by-policy"),
        ((BARE, b"a MAYBE\r\n"), "broken-words"),
        ((BARE, b"+ go on\r\n"), "broken-words"),
        ((BARE, b"* BYE shutting down\r\n"), "refused-by-policy"),
        ((OFFER, b"b NO TLS is not configured\r\n"), "tls-unavailable"),
        ((OFFER, b"b BAD what?\r\n"), "refused-by-policy"),
        ((OFFER, b"* BYE [UNAVAILABLE] later\r\n"), "tls-unavailable"),
        ((OFFER, b"b OK go\r\n* CAPABILITY IMAP4rev1\r\n"), "text-before-tls"),
        ((OFFER, b"* OK wait\r\n" * 7000), "too-long"),
        ((b"* OK" + b"x" * 5000,), "too-long"),
    ],
)
def test_what_servers_say_instead(words: tuple[bytes, ...], refusal: str, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, *words, cut=cut)
    assert layer.refusal == refusal


def test_a_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, OFFER)
    assert layer.from_peer(0, b"b OK go\r\n" + RECORD).to_tls == (RECORD,)


def test_the_server_answers_as_the_protocol_wants() -> None:
    layer = DIALECT.grants(SETTING)
    asked = [b"1 capability", b"2 NOOP", b"3 LOGIN a b", b"4 SELECT x", b"5", b"", b"* NOOP", b"6 STARTTLS x"]
    said = say(layer, *(each + b"\r\n" for each in asked))
    assert b" STARTTLS " in said[0]
    assert said[1].endswith(b"\r\n1 OK Done\r\n")
    starts = [each.split(b" ")[:2] for each in said[2:]]
    assert starts == [
        [b"2", b"OK"],
        [b"3", b"NO"],
        [b"4", b"BAD"],
        [b"*", b"BAD"],
        [b"*", b"BAD"],
        [b"*", b"BAD"],
        [b"6", b"BAD"],
    ]
    assert list(layer.from_peer(0, b". starttls\r\n").to_peer) == [b". OK Begin TLS negotiation now\r\n"]
    assert layer.ready


def test_the_server_takes_no_command_for_tls_lets_go_and_does_not_listen_for_ever() -> None:
    injected, leaving, tireless = (DIALECT.grants(SETTING) for _ in range(3))
    say(injected, b"a STARTTLS\r\nb LOGIN x y\r\n")
    assert injected.refusal == "text-before-tls"
    assert say(leaving, b"a LOGOUT\r\n")[-1].startswith(b"* BYE ")
    assert leaving.refusal == "refused-by-policy"
    assert say(tireless, b"a NOOP\r\n" * 100)[-1].startswith(b"* BYE ")
    assert tireless.refusal == "refused-by-policy"


words = st.sampled_from(
    [OFFER, BARE, LIST, WITHOUT, b"b OK\r\n", b"a STARTTLS\r\n", b"* BYE\r\n", b"a NOOP\r\n"]
)


@given(st.lists(words | st.binary(max_size=20), max_size=8).map(b"".join), st.integers(1, 30), st.booleans())
def test_whatever_is_said_means_the_same_in_pieces(data: bytes, cut: int, asks_it: bool) -> None:
    make = DIALECT.asks if asks_it else DIALECT.grants
    whole, pieces = make(SETTING), make(SETTING)
    assert b"".join(say(whole, data)) == b"".join(say(pieces, data, cut=cut))
    assert whole.refusal == pieces.refusal
