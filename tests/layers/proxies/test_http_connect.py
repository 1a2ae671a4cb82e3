"""HTTP CONNECT against a proxy's words by hand: bounds, logins, and where the tunnel begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.proxies.speaking import GREETING, PIECES, answered, layer_of

GRANTED = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"


@pytest.mark.parametrize("cut", [0, 1, 7])
@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("mail.example", b"mail.example:25"),
        ("192.0.2.1", b"192.0.2.1:25"),
        ("2001:db8::1", b"[2001:db8::1]:25"),
    ],
)
def test_the_greeting_behind_the_headers_is_handed_on(host: str, place: bytes, cut: int) -> None:
    layer = layer_of("http", host)
    asked = b"CONNECT " + place + b" HTTP/1.1\r\nHost: " + place + b"\r\n\r\n"
    assert answered(layer, GRANTED + GREETING, cut=cut) == ([asked], GREETING)
    assert (layer.ready, layer.refusal) == (True, None)


def test_a_login_goes_with_the_first_request() -> None:
    (asked,), _ = answered(layer_of("http", user="me", password="wörd"))
    assert b"\r\nProxy-Authorization: Basic bWU6d8O2cmQ=\r\n\r\n" in asked


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.0 200 \r\n\r\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/1.1 204 x\n\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 3 + b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_what_grants_a_tunnel(said: bytes) -> None:
    assert answered(layer_of("http"), said + GREETING, cut=1)[1] == GREETING


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n", "proxy-login"),
        (b"HTTP/1.0 401 Unauthorized\r\n", "proxy-login"),
        (b"HTTP/1.1 403 Forbidden\r\n", "proxy-policy"),
        (b"HTTP/1.1 405 Method Not Allowed\r\n", "proxy-policy"),
        (b"HTTP/1.1 429 Too Many Requests\r\n", "proxy-policy"),
        (b"HTTP/1.1 400 Bad Request\r\n", "proxy-broken"),
        (b"HTTP/1.1 404 Not Found\r\n", "proxy-broken"),
        (b"HTTP/1.1 501 Not Implemented\r\n", "proxy-broken"),
        (b"HTTP/1.1 302 Found\r\n", "proxy-broken"),
        (b"HTTP/1.1 408 Request Timeout\r\n", "proxy-timeout"),
        (b"HTTP/1.1 504 Gateway Timeout\r\n", "proxy-timeout"),
        (b"HTTP/1.1 500 Unable to connect\r\n", "proxy-unreachable"),
        (b"HTTP/1.1 502 Bad Gateway\r\n", "proxy-unreachable"),
        (b"HTTP/1.1 503 Service Unavailable\r\n", "proxy-unreachable"),
        (b"HTTP/2 200 OK\r\n", "proxy-broken"),
        (b"HTTP/1.1 2000 OK\r\n", "proxy-broken"),
        (b"HTTP/1.1 \xb2\xb20 OK\r\n", "proxy-broken"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "proxy-broken"),
        (b"\r\n", "proxy-broken"),
        (b"x" * 5000, "proxy-broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, "proxy-broken"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 5000, "proxy-broken"),
        (b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"y" * 4000 + b"\r\n") * 20, "proxy-broken"),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 9, "proxy-broken"),
    ],
)
def test_each_refusal_has_its_code_and_what_follows_is_not_read(said: bytes, code: str) -> None:
    layer = layer_of("http")
    assert answered(layer, said, b"Content-Length: 9\r\n\r\n" + GRANTED + GREETING)[1] == b""
    assert (layer.refusal, layer.ready) == (code, False)


@given(st.binary(max_size=60), st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n"]), PIECES)
def test_garbage_is_refused_handed_on_or_waited_on(garbage: bytes, before: bytes, cut: int) -> None:
    layer, whole = layer_of("http"), layer_of("http")
    assert answered(layer, before + garbage, cut=cut) == answered(whole, before + garbage)
    assert layer.refusal == whole.refusal
    assert layer.refusal is None or layer.refusal.startswith("proxy-")


@given(st.integers(0, len(GRANTED) - 1))
def test_words_cut_short_are_not_ready(end: int) -> None:
    layer = layer_of("http")
    answered(layer, GRANTED[:end])
    assert (layer.ready, layer.refusal) == (False, None)
