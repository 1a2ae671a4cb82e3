"""SMTP's words, and LMTP's: what servers answer, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import Spoken
from hemostat.layers.smtp import LMTP, SMTP, asks, grants
from tests.dialects.talking import RECORD, SETTING, say

HELLO = b"220 mx.example ESMTP Postfix\r\n"
OFFER = b"250-mx.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
STARRED = b"220 ****************************0*0*2*\r\n"
PLAIN = b"250-mx.example\r\n250 SIZE 10240000\r\n"


def asking(hello: bytes = SMTP) -> Spoken:
    return Spoken(asks(hello)(SETTING))


def granting(hello: bytes = SMTP) -> Spoken:
    return Spoken(grants(hello)(SETTING))


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    "greeting",
    [
        HELLO,
        b"220 mx.example\r\n",
        b"220\r\n",
        b"220-mx.example ESMTP Exim 4.96\r\n220-We do not authorize the use\r\n220 of this system\r\n",
        b"220-mx.example ESMTP postscreen's teaser\r\n220 mx.example ESMTP Postfix\r\n",
        b"220 ftp.example ESMTP Postfix\r\n",
        STARRED,
    ],
)
def test_it_comes_to_tls(greeting: bytes, cut: int) -> None:
    layer = asking()
    said = say(layer, greeting, OFFER, b"220 2.0.0 Ready to start TLS\r\n", cut=cut)
    assert list(said) == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((b"421 4.3.2 All server ports are busy\r\n",), "tls-unavailable"),
        ((b"450 4.7.1 grey-listed\r\n",), "tls-unavailable"),
        ((b"521 5.7.1 Blocked by DNSBL\r\n",), "refused-by-policy"),
        ((b"554-mx.example\r\n554 No SMTP service here\r\n",), "refused-by-policy"),
        ((b"200 news.example InterNetNews NNRP server ready\r\n",), "other-protocol"),
        ((b"220 ProFTPD Server ready\r\n",), "other-protocol"),
        ((b"220 mail.example Cyrus LMTP v2 ready\r\n",), "other-protocol"),
        ((b"SSH-2.0-OpenSSH_9.2p1\r\n",), "other-protocol"),
        ((b"+OK ready\r\n",), "other-protocol"),
        ((b"220-mx\r\nhello\r\n",), "broken-words"),
        ((b"220-x\r\n" * 300,), "too-long"),
        ((HELLO, PLAIN, b"502 5.5.1 Not implemented\r\n"), "no-tls"),
        ((HELLO, PLAIN, b"454 4.7.0 Not now\r\n"), "tls-unavailable"),
        ((HELLO, PLAIN, b"530 5.7.0 Log in\r\n"), "tls-after-login"),
        ((HELLO, PLAIN, b"500 XXXXXXXX?\r\n"), "stripped"),
        ((HELLO, b"250 mx.example\r\n", b"500 no\r\n"), "no-tls"),
        ((HELLO, PLAIN, b"503 STARTTLS command used when not advertised\r\n"), "refused-by-policy"),
        ((HELLO, PLAIN, b"554 Access denied\r\n"), "refused-by-policy"),
        ((HELLO, PLAIN, b"550 TLS only for partners\r\n"), "refused-by-policy"),
        ((HELLO, b"500 XXXX?\r\n", b"250 mx.example\r\n"), "stripped"),
        ((HELLO, b"250 STARTTLS\r\n", b"500 no\r\n"), "no-tls"),
        ((HELLO, b"250-mx.example\r\n250-SIZE 1000\r\n250 XXXXXXXA\r\n", b"500 no\r\n"), "stripped"),
        ((STARRED, PLAIN, b"500 no\r\n"), "stripped"),
        ((HELLO, b"421 4.7.0 mx.example Error: too many errors\r\n"), "tls-unavailable"),
        ((HELLO, b"550 5.7.1 Go away\r\n"), "refused-by-policy"),
        ((b"220 (files)\r\n", b"530 Please login with USER and PASS.\r\n"), "tls-after-login"),
        ((HELLO, b"354 go on\r\n"), "broken-words"),
        ((HELLO, b"* OK\r\n"), "broken-words"),
        ((HELLO, b"502 5.5.2 Error: command not recognized\r\n", b"250 mx.example\r\n"), "no-tls"),
        ((STARRED, b"500 Syntax error\r\n", b"250 mx.example\r\n"), "stripped"),
        ((b"220 here\r\n", b"500 EHLO not understood\r\n", b"500 HELO not understood\r\n"), "other-protocol"),
        ((HELLO, b"500 what?\r\n", b"554 5.7.1 no\r\n"), "refused-by-policy"),
        ((HELLO, b"500 what?\r\n", b"421 4.7.0 later\r\n"), "tls-unavailable"),
        ((HELLO, OFFER, b"454 4.7.0 TLS not available due to local problem\r\n"), "tls-unavailable"),
        ((HELLO, OFFER, b"421 4.3.0 bye\r\n"), "tls-unavailable"),
        ((HELLO, OFFER, b"530 5.7.0 Authentication required\r\n"), "tls-after-login"),
        ((HELLO, OFFER, b"554 5.7.3 Unable to initialize security subsystem\r\n"), "refused-by-policy"),
        ((HELLO, OFFER, b"250 Ok\r\n"), "broken-words"),
        ((HELLO, OFFER, b"220 go\r\n250 injected\r\n"), "text-before-tls"),
    ],
)
def test_what_servers_say_instead(words: tuple[bytes, ...], refusal: str, cut: int) -> None:
    layer = asking()
    say(layer, *words, cut=cut)
    assert layer.refusal == refusal
    assert not layer.ready or refusal == "text-before-tls"


def test_ehlo_is_followed_by_helo_where_it_is_not_known() -> None:
    layer = asking()
    said = say(layer, HELLO, b"500 what?\r\n", b"250 mx\r\n")
    assert list(said) == [b"EHLO [127.0.0.1]\r\n", b"HELO [127.0.0.1]\r\n"]


def test_lmtp_says_lhlo_and_knows_no_helo() -> None:
    layer = asking(LMTP)
    assert list(say(layer, b"220 mail.example Dovecot ready.\r\n", OFFER)) == [
        b"LHLO [127.0.0.1]\r\n",
        b"STARTTLS\r\n",
    ]
    unknown = asking(LMTP)
    assert len(say(unknown, b"220 mail.example\r\n", b"500 5.5.1 unknown\r\n")) == 1
    assert unknown.refusal == "other-protocol"


def test_lmtp_is_not_asked_of_one_who_greets_as_smtp() -> None:
    layer = asking(LMTP)
    assert not say(layer, HELLO)
    assert layer.refusal == "other-protocol"


def test_a_record_behind_ready_is_tls() -> None:
    layer = asking()
    say(layer, HELLO, OFFER)
    assert layer.from_peer(0, b"220 go\r\n" + RECORD).to_tls == (RECORD,)
    assert layer.ready


@pytest.mark.parametrize("hello", [SMTP, LMTP])
def test_the_server_answers_as_the_protocol_wants(hello: bytes) -> None:
    other = {SMTP: b"LHLO", LMTP: b"EHLO"}[hello]
    layer = granting(hello)
    said = say(
        layer, b"noop\r\n", b"RSET\r\n", other + b" x\r\n", b"MAIL FROM:<>\r\n", b"\r\n", b"starttls now\r\n"
    )
    assert [answer[:3] for answer in said] == [b"220", b"250", b"250", b"500", b"530", b"530", b"501"]
    assert b"250 STARTTLS\r\n" in b"".join(layer.from_peer(0, hello + b" me\r\n").to_peer)
    assert layer.from_peer(0, b"starttls\r\n").to_peer[0].startswith(b"220 ")
    assert layer.ready


def test_helo_is_smtps_alone() -> None:
    assert say(granting(), b"HELO x\r\n")[-1].startswith(b"250 ")
    assert say(granting(LMTP), b"HELO x\r\n")[-1].startswith(b"500 ")


def test_the_server_takes_no_command_for_tls() -> None:
    """CVE-2011-0411."""
    layer = granting()
    say(layer, b"EHLO x\r\n", b"STARTTLS\r\nMAIL FROM:<x@example>\r\n")
    assert layer.refusal == "text-before-tls"


def test_the_server_lets_go_and_does_not_listen_for_ever() -> None:
    leaving = granting()
    assert say(leaving, b"QUIT\r\n")[-1].startswith(b"221 ")
    assert leaving.refusal == "refused-by-policy"
    tireless = granting()
    said = say(tireless, b"NOOP\r\n" * 100)
    assert (len(said), said[-1][:3]) == (66, b"421")
    assert tireless.refusal == "refused-by-policy"
    silent = granting()
    say(silent, b"x" * 513)
    assert silent.refusal == "too-long"


words = st.sampled_from(
    [HELLO, OFFER, b"220 go\r\n", b"500 x\r\n", b"EHLO x\r\n", b"STARTTLS\r\n", b"QUIT\r\n"]
)


@given(
    st.lists(words | st.binary(max_size=20), max_size=8).map(b"".join),
    st.integers(1, 30),
    st.booleans(),
    st.sampled_from([SMTP, LMTP]),
)
def test_whatever_is_said_means_the_same_in_pieces(
    data: bytes, cut: int, asks_it: bool, hello: bytes
) -> None:
    make = asking if asks_it else granting
    whole, pieces = make(hello), make(hello)
    assert b"".join(say(whole, data)) == b"".join(say(pieces, data, cut=cut))
    assert whole.refusal == pieces.refusal
