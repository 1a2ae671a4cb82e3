"""FTP's AUTH TLS, by hand: what real servers say, and what nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import greeted_by
from hemostat.dialects.ftp import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

GREETING = b"220 (vsFTPd 3.0.3)\r\n"
READY = b"234 Proceed with negotiation.\r\n"


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_come_to_tls_in_the_round_trips_that_it_declares(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert (met.asks.ready, met.grants.ready, met.asks.refusal, met.grants.refusal) == (
        True,
        True,
        None,
        None,
    )
    assert [line for line in met.said if not line.startswith(b"2")] == [b"AUTH TLS\r\n"]
    assert sum(line.startswith(b"2") for line in met.said) == DIALECT.round_trips


@pytest.mark.parametrize(
    "greeting",
    [
        GREETING,
        (
            b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-Local time is now 10:00.\r\n"
            b"   free text - of any kind\r\n230 is none of its ends\r\n\r\n220 You will be disconnected.\r\n"
        ),
        b"120 Service ready in 1 minute.\r\n220 Service ready for new user.\r\n",
        b"220 Microsoft FTP Service\n",
        b"220 ready\r\n",
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_a_greeting_has_as_many_lines_and_words_as_it_likes(greeting: bytes, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting, READY, cut=cut)) == [b"AUTH TLS\r\n"]
    assert layer.ready


@pytest.mark.parametrize(
    ("greeting", "refusal"),
    [
        (b"421 Too many connections (8) from this IP\r\n", "tls-unavailable"),
        (b"421-Too many users\r\n421 Come back later\r\n", "tls-unavailable"),
        (b"530 Sorry, the maximum number of clients is connected\r\n", "refused-by-policy"),
        (b"500 Sorry, connections from your IP address are not allowed\r\n", "refused-by-policy"),
        (b"220 mx.example ESMTP Postfix\r\n", "other-protocol"),
        (b"220 mail.example LMTP ready\r\n", "other-protocol"),
        (b"200 news.example NNTP\r\n", "other-protocol"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "other-protocol"),
        (b"* OK IMAP4rev1\r\n", "other-protocol"),
    ],
)
def test_who_does_not_greet_as_ready_is_asked_for_nothing(greeting: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting)) == []
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"500 AUTH not understood\r\n", "no-tls"),
        (b"502 Command not implemented.\r\n", "no-tls"),
        (b"500 'XXXX XXX': command not understood\r\n", "stripped"),
        (b"534 Local policy on server does not allow TLS secure connections.\r\n", "refused-by-policy"),
        (b"431 Necessary security resource temporarily unavailable\r\n", "tls-unavailable"),
        (b"421 Service not available\r\n", "tls-unavailable"),
        (b"501 Bad argument\r\n", "refused-by-policy"),
        (b"200 Fine\r\n", "broken-words"),
        (b"hello\r\n", "other-protocol"),
    ],
)
def test_what_a_server_says_in_place_of_yes(answer: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, GREETING, answer)) == [b"AUTH TLS\r\n"]
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("greeting", "answer", "refusal"),
    [
        (b"220 hello\r\n", b"500 What?\r\n", "other-protocol"),
        (b"220 mx.example ready\r\n", b"502 5.5.2 Error: command not recognized\r\n", "other-protocol"),
        (b"220 hello\r\n", b"215 UNIX Type: L8\r\n", "no-tls"),
    ],
)
def test_one_that_does_not_call_itself_ftp_has_to_show_it(
    greeting: bytes, answer: bytes, refusal: str
) -> None:
    """Mail servers greet with the same number and know no AUTH TLS either, which says nothing of their TLS."""
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting, b"500 What?\r\n", answer)) == [b"AUTH TLS\r\n", b"SYST\r\n"]
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("answer", "ready", "refusal"),
    [
        (b"234 AUTH SSL successful\r\n", True, None),
        (b"334 SSLv23/TLSv1\r\n", True, None),
        (b"504 Unknown security mechanism\r\n", False, "no-tls"),
    ],
)
def test_a_server_from_before_the_rfc_may_know_tls_by_its_older_name(
    answer: bytes, ready: bool, refusal: str | None
) -> None:
    layer = DIALECT.asks(SETTING)
    said = say(layer, GREETING, b"504 AUTH TLS unsupported\r\n", answer)
    assert list(said) == [b"AUTH TLS\r\n", b"AUTH SSL\r\n"]
    assert (layer.ready, layer.refusal) == (ready, refusal)


@pytest.mark.parametrize(
    ("features", "refusal"),
    [
        (b"211-Features:\r\n EPRT\r\n MDTM\r\n REST STREAM\r\n211 End\r\n", "no-tls"),
        (b"211-Features:\r\n AUTH GSSAPI\r\n211 End\r\n", "no-tls"),
        (b"211-Features:\r\n AUTH TLS\r\n211 End\r\n", "tls-after-login"),
        (b"211-Features:\r\n211-AUTH SSL;TLS-P\r\n211 End\r\n", "tls-after-login"),
        (b"211 none\r\n", "tls-after-login"),
        (b"530 Please login with USER and PASS.\r\n", "tls-after-login"),
        (b"530-Please login\r\n with USER\r\n530 and PASS.\r\n", "tls-after-login"),
        (b"500 What?\r\n", "tls-after-login"),
    ],
)
def test_login_first_is_no_word_on_tls_but_the_list_of_features_is(features: bytes, refusal: str) -> None:
    """vsftpd without ssl_enable gives 530 to AUTH; RFC 4217 section 6: AUTH is listed by whoever has it."""
    layer = DIALECT.asks(SETTING)
    said = say(layer, GREETING, b"530 Please login with USER and PASS.\r\n", features)
    assert list(said) == [b"AUTH TLS\r\n", b"FEAT\r\n"]
    assert (layer.ready, layer.refusal) == (False, refusal)


def test_a_first_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING)
    assert layer.from_peer(0, READY + RECORD).to_tls == (RECORD,)
    assert layer.refusal is None


def test_text_behind_ready_goes_to_nobody() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING)
    assert layer.from_peer(0, READY + b"230 You are in\r\n").to_tls == ()
    assert layer.refusal == "text-before-tls"


def test_an_endless_greeting_is_too_long() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, b"220-hello\r\n" * 300)
    assert layer.refusal == "too-long"
    waiting = DIALECT.asks(SETTING)
    say(waiting, *[b"120 wait\r\n" * 100] * 100)
    assert waiting.refusal == "too-long"


@pytest.mark.parametrize("words", [(GREETING, READY), (b"220-a\r\nb\r\n220 c\r\n", READY)])
def test_cut_anywhere_it_is_not_ready(words: tuple[bytes, ...]) -> None:
    whole = b"".join(words)
    for end in range(len(whole)):
        layer = DIALECT.asks(SETTING)
        say(layer, whole[:end])
        assert (layer.ready, layer.refusal) == (False, None)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"AUTH GSSAPI\r\n", b"504 "),
        (b"AUTH\r\n", b"504 "),
        (b"FEAT\r\n", b"211-"),
        (b"USER anonymous\r\n", b"530 "),
        (b"\r\n", b"530 "),
        (b"SYST\r\n", b"215 "),
        (b"NOOP\r\n", b"200 "),
    ],
)
def test_the_server_answers_what_else_a_client_asks_and_waits_on(command: bytes, answer: bytes) -> None:
    layer = DIALECT.grants(SETTING)
    said = say(layer, command)
    assert said[0] == b"220 www.example FTP server ready\r\n"
    assert said[1].startswith(answer)
    assert (layer.ready, layer.refusal) == (False, None)
    assert [step[:4] for step in layer.from_peer(0, b"auth ssl\r\n").to_peer] == [b"234 "]
    assert layer.ready


def test_the_features_that_it_lists_offer_tls_to_one_who_looks_for_it_there() -> None:
    features = say(DIALECT.grants(SETTING), b"FEAT\r\n")[1]
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING, b"530 login\r\n", features)
    assert layer.refusal == "tls-after-login"


def test_a_client_that_quits_gets_its_goodbye() -> None:
    layer = DIALECT.grants(SETTING)
    assert say(layer, b"QUIT\r\n")[1] == b"221 Goodbye\r\n"
    assert layer.refusal == "refused-by-policy"


@pytest.mark.parametrize(
    "greeting",
    [
        GREETING,
        b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n",
        b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n",
        b"220 FileZilla Server 1.7.3\r\n",
        b"220 Microsoft FTP Service\r\n",
    ],
)
def test_it_is_known_by_its_greeting(greeting: bytes) -> None:
    assert greeted_by(greeting) is DIALECT


@pytest.mark.parametrize("heard", [b"220", b"220 ready\r\n", b"220 ftp.example ESMTP\r\n", b"530 FTP\r\n"])
def test_what_is_not_certain_is_not_claimed(heard: bytes) -> None:
    assert not DIALECT.greets(heard)


@given(
    st.lists(
        st.binary(max_size=40) | st.sampled_from([GREETING, READY, b"530 x\r\n", b"211-\r\n"]), max_size=8
    )
)
def test_garbage_makes_neither_side_fail(words: list[bytes]) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        layer = side(SETTING)
        say(layer, *words)
        assert not (layer.ready and b"234" not in b"".join(words) and side is DIALECT.asks)
