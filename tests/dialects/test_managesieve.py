"""ManageSieve's STARTTLS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.managesieve import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

NAME = b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"SIEVE" "fileinto"\r\n'
OFFER = NAME + b'"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "Dovecot ready."\r\n'
LITERAL = b'"IMPLEMENTATION" {13}\r\nOK "\r\nBYE {3}\r\n"starttls"\r\nOK\r\n'


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.said[1] == b"STARTTLS\r\n"
    assert met.order.count("asks") <= DIALECT.round_trips == 2
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("greeting", [OFFER, LITERAL])
@pytest.mark.parametrize(
    "answer", [b"OK\r\n", b'OK "Begin TLS negotiation now."\r\n', b"ok (X) {3}\r\nabc\r\n"]
)
def test_it_comes_to_tls(greeting: bytes, answer: bytes, cut: int) -> None:
    """What a literal is made of is no line of the greeting's (RFC 5804 section 4)."""
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting, answer, cut=cut)) == [b"STARTTLS\r\n"]
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((b"OK MPD 0.23.5\r\n",), "other-protocol"),
        ((b"* OK IMAP\r\n",), "other-protocol"),
        ((b"NOTICE\r\n",), "other-protocol"),
        ((b"BYE\r\n",), "refused-by-policy"),
        ((b'NO "not you"\r\n',), "refused-by-policy"),
        ((b'BYE (TRYLATER) "busy"\r\n',), "tls-unavailable"),
        ((NAME + b"OK\r\n", b"NO\r\n"), "no-tls"),
        ((NAME + b"OK\r\n", b'NO "XXXXXXXX?"\r\n'), "stripped"),
        ((NAME + b"OK\r\n", b"NO (TRYLATER)\r\n"), "tls-unavailable"),
        ((NAME + b"OK\r\n", b'NO "TLS support isn\'t enabled."\r\n'), "no-tls"),
        ((NAME + b"OK\r\n", b'NO "TLS is not offered to your address"\r\n'), "refused-by-policy"),
        ((NAME + b'BYE (TRYLATER) "busy"\r\n',), "tls-unavailable"),
        ((NAME + b'{10}\r\nSTARTTLS"x\r\nOK\r\n', b"NO\r\n"), "no-tls"),
        ((NAME + b"hello\r\n",), "broken-words"),
        ((OFFER, b'NO "TLS is not configured"\r\n'), "tls-unavailable"),
        ((OFFER, b"BYE\r\n"), "refused-by-policy"),
        ((OFFER, b'BYE (TRYLATER) "busy"\r\n'), "tls-unavailable"),
        ((OFFER, b"what?\r\n"), "broken-words"),
        ((OFFER, b"OK\r\nOK\r\n"), "text-before-tls"),
        ((b'"A" {99999}\r\n' + b"x" * 70000,), "too-long"),
        ((b'"A" ' + b"{0}\r\n" * 9 + b"\r\n",), "too-long"),
        ((NAME * 2000,), "too-long"),
    ],
)
def test_what_servers_say_instead(words: tuple[bytes, ...], refusal: str, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, *words, cut=cut)
    assert layer.refusal == refusal


def test_a_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, OFFER)
    assert layer.from_peer(0, b"OK\r\n" + RECORD).to_tls == (RECORD,)


def test_the_server_answers_as_the_protocol_wants() -> None:
    layer = DIALECT.grants(SETTING)
    said = say(
        layer,
        b"capability\r\n",
        b"NOOP\r\n",
        b'AUTHENTICATE "PLAIN" {10+}\r\nSTARTTLS\r\n\r\n',
        b"LISTSCRIPTS\r\n",
        b"\r\n",
        b"STARTTLS x\r\n",
        b"starttls\r\n",
    )
    assert said[0] == said[1]
    assert [each.split()[0] for each in said[2:]] == [b"OK", b"NO", b"NO", b"NO", b"NO", b"OK"]
    assert b"(ENCRYPT-NEEDED)" in said[3]
    assert layer.ready


def test_the_server_takes_no_command_for_tls_lets_go_and_does_not_listen_for_ever() -> None:
    injected, leaving, tireless = (DIALECT.grants(SETTING) for _ in range(3))
    say(injected, b"STARTTLS\r\nNOOP\r\n")
    assert injected.refusal == "text-before-tls"
    assert say(leaving, b"LOGOUT\r\n")[-1].startswith(b"OK")
    assert leaving.refusal == "refused-by-policy"
    assert say(tireless, b"NOOP\r\n" * 100)[-1].startswith(b"BYE")
    assert tireless.refusal == "refused-by-policy"


words = st.sampled_from(
    [OFFER, NAME, LITERAL, b"OK\r\n", b"STARTTLS\r\n", b"{3}\r\n", b"BYE\r\n", b"NOOP\r\n"]
)


@given(st.lists(words | st.binary(max_size=20), max_size=8).map(b"".join), st.integers(1, 30), st.booleans())
def test_whatever_is_said_means_the_same_in_pieces(data: bytes, cut: int, asks_it: bool) -> None:
    make = DIALECT.asks if asks_it else DIALECT.grants
    whole, pieces = make(SETTING), make(SETTING)
    assert b"".join(say(whole, data)) == b"".join(say(pieces, data, cut=cut))
    assert whole.refusal == pieces.refusal
