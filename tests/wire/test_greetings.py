import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.wire.greetings import ENOUGH, Greeting, recognise


@pytest.mark.parametrize(
    ("data", "greeting"),
    [
        # RFC 4253 section 4.2: SSH-protoversion-softwareversion.
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"),
        (b"SSH-1.99-Cisco-1.25\n", "ssh"),
        # RFC 9112 section 4: HTTP-version SP status-code.
        (b"HTTP/1.1 400 Bad Request\r\n", "http"),
        (b"HTTP/1.0 200 OK\r\n", "http"),
        # draft-hickman-netscape-ssl-00, section 1.1: two bytes of length, then ERROR (0) or SERVER-HELLO (4).
        (bytes.fromhex("8003 00 0001"), "ssl2"),
        (bytes.fromhex("8033 04 00 01 0002"), "ssl2"),
        # Greetings of services that begin TLS later, or never.
        (b"220 mail.example ESMTP Postfix\r\n", "text"),
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "text"),
        (b"500 OOPS: vsftpd: cannot read\r\n", "text"),
        (b"<html><body>", "http"),
        (b"<!DOCTYPE HTML>\n<html>", "http"),
        (b"-ERR unknown command\r\n", "text"),
        (b"\r\n", "text"),
        # MySQL's first packet, PostgreSQL's refusal, a telnet negotiation, RDP's answer.
        (bytes.fromhex("4a000000 0a") + b"8.0.36", "binary"),
        (b"N", "text"),
        (bytes.fromhex("fffd18 fffd20"), "binary"),
        (bytes.fromhex("0300000b 06d0000012"), "binary"),
        (b"\x80\x03\x02\x00\x01", "binary"),
        (b"\x00\x03\x04\x00\x01", "binary"),
        (b"caf\xc3\xa9", "binary"),
        (b"\x1b[2J", "binary"),
        (b"a\x7f", "binary"),
    ],
)
def test_what_answers(data: bytes, greeting: Greeting) -> None:
    assert recognise(data) == greeting


@pytest.mark.parametrize("data", [b"SSH", b"ssh-2.0", b"HTTP", b"http/1.1", b"XSSH-2.0"])
def test_near_misses_are_text(data: bytes) -> None:
    assert recognise(data) == "text"


@given(st.binary(min_size=1, max_size=40))
def test_whatever_comes_is_told_by_its_first_bytes(data: bytes) -> None:
    assert recognise(data) in ("ssh", "http", "ssl2", "text", "binary")
    assert recognise(data) == recognise(data[:ENOUGH])
    if len(data) >= ENOUGH:
        assert recognise(data) == recognise(data[:ENOUGH] + bytes(100))
