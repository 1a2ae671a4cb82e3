"""POP3's STLS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.pop3 import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

HELLO = b"+OK Dovecot ready.\r\n"
LIST = b"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nstls\r\n.\r\n"
WITHOUT = b"+OK\r\nCAPA\r\nTOP\r\n.\r\n"
NO = b"-ERR unknown command\r\n"


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.said[1::2] == [b"CAPA\r\n", b"STLS\r\n"]
    assert met.order.count("asks") == DIALECT.round_trips == 3
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    "words", [(HELLO, LIST), (HELLO, WITHOUT), (b"+OK\r\n", NO), (b"+OK <1.2@mx.example>\r\n", LIST)]
)
def test_it_comes_to_tls(words: tuple[bytes, ...], cut: int) -> None:
    """RFC 2449 section 4 lets a server do without CAPA; some hide STLS and take it all the same."""
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, *words, b"+OK Begin TLS\r\n", cut=cut)) == [b"CAPA\r\n", b"STLS\r\n"]
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((b"* OK IMAP\r\n",), "other-protocol"),
        ((b"+OKAY\r\n",), "other-protocol"),
        ((b"\r\n",), "other-protocol"),
        ((b"-ERR not you\r\n",), "refused-by-policy"),
        ((b"-ERR [SYS/TEMP] try later\r\n",), "tls-unavailable"),
        ((HELLO, WITHOUT, NO), "no-tls"),
        ((HELLO, b"+OK\r\n.\r\n", b"-ERR Unknown command.\r\n"), "no-tls"),
        ((HELLO, WITHOUT, b"-ERR not here\r\n"), "refused-by-policy"),
        ((HELLO, WITHOUT, b"-ERR TLS support isn't enabled.\r\n"), "no-tls"),
        ((HELLO, WITHOUT, b"-ERR Server too busy, try again later\r\n"), "tls-unavailable"),
        ((HELLO, WITHOUT, b"-ERR must log in first\r\n"), "tls-after-login"),
        ((HELLO, NO, b"-ERR STLS refused: bad client address\r\n"), "refused-by-policy"),
        ((HELLO, WITHOUT, b"-ERR [SYS/TEMP] not now\r\n"), "tls-unavailable"),
        ((HELLO, NO, NO), "no-tls"),
        ((HELLO, NO, b"-ERR Unknown AUTHORIZATION state command\r\n"), "no-tls"),
        ((HELLO, NO, b"-ERR Command not recognized\r\n"), "no-tls"),
        ((HELLO, NO, b"-ERR [SYS/TEMP] not now\r\n"), "tls-unavailable"),
        ((HELLO, NO, b"-ERR TLS temporarily unavailable\r\n"), "tls-unavailable"),
        ((HELLO, NO, b"-ERR Too many connections, try later\r\n"), "tls-unavailable"),
        ((HELLO, NO, b"-ERR Log in first\r\n"), "tls-after-login"),
        ((HELLO, NO, b"-ERR go away\r\n"), "refused-by-policy"),
        ((HELLO, NO, b"-ERR\r\n"), "refused-by-policy"),
        ((HELLO, b"-ERR Invalid command XXXX\r\n", b"-ERR Invalid command\r\n"), "stripped"),
        ((HELLO, NO, b"-ERR Invalid command XXXX\r\n"), "stripped"),
        ((HELLO, b"+OK\r\nUSER\r\nXXXX\r\n.\r\n", NO), "stripped"),
        ((HELLO, WITHOUT, b"-ERR XXXX?\r\n"), "stripped"),
        ((HELLO, LIST, b"-ERR TLS is not available\r\n"), "tls-unavailable"),
        ((HELLO, b"what?\r\n"), "broken-words"),
        ((HELLO, LIST, b"what?\r\n"), "broken-words"),
        ((HELLO, b"+OK\r\n" + b"X\r\n" * 30000), "too-long"),
        ((HELLO, LIST, b"+OK go\r\n+OK injected\r\n"), "text-before-tls"),
    ],
)
def test_what_servers_say_instead(words: tuple[bytes, ...], refusal: str, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, *words, cut=cut)
    assert layer.refusal == refusal


def test_a_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, HELLO, LIST)
    assert layer.from_peer(0, b"+OK go\r\n" + RECORD).to_tls == (RECORD,)


def test_the_server_answers_as_the_protocol_wants() -> None:
    layer = DIALECT.grants(SETTING)
    said = say(layer, b"capa\r\n", b"USER x\r\n", b"NOOP\r\n", b"\r\n", b"STLS now\r\n", b"stls\r\n")
    assert b"\r\nSTLS\r\n" in said[1]
    assert said[1].endswith(b"\r\n.\r\n")
    assert [each.split()[0] for each in said] == [b"+OK", b"+OK", b"-ERR", b"-ERR", b"-ERR", b"-ERR", b"+OK"]
    assert layer.ready


def test_the_server_takes_no_command_for_tls_lets_go_and_does_not_listen_for_ever() -> None:
    injected, leaving, tireless = (DIALECT.grants(SETTING) for _ in range(3))
    say(injected, b"STLS\r\nUSER x\r\n")
    assert injected.refusal == "text-before-tls"
    assert say(leaving, b"QUIT\r\n")[-1].startswith(b"+OK ")
    assert leaving.refusal == "refused-by-policy"
    assert len(say(tireless, b"CAPA\r\n" * 100)) == 66
    assert tireless.refusal == "refused-by-policy"


words = st.sampled_from([HELLO, LIST, WITHOUT, NO, b"STLS\r\n", b"CAPA\r\n", b"QUIT\r\n", b".\r\n"])


@given(st.lists(words | st.binary(max_size=20), max_size=8).map(b"".join), st.integers(1, 30), st.booleans())
def test_whatever_is_said_means_the_same_in_pieces(data: bytes, cut: int, asks_it: bool) -> None:
    make = DIALECT.asks if asks_it else DIALECT.grants
    whole, pieces = make(SETTING), make(SETTING)
    assert b"".join(say(whole, data)) == b"".join(say(pieces, data, cut=cut))
    assert whole.refusal == pieces.refusal
