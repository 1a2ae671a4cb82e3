"""SOCKS 4a, byte for byte, against a proxy's words by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.proxies.speaking import GREETING, PIECES, answered, layer_of

GRANTED = b"\0\x5a" + bytes(6)


@pytest.mark.parametrize("cut", [0, 1, 3])
@pytest.mark.parametrize(
    ("host", "user", "asked"),
    [
        ("mail.example", None, b"\0\0\0\1\0mail.example\0"),
        ("mail.example", "me", b"\0\0\0\1me\0mail.example\0"),
        ("192.0.2.1", "mé", b"\xc0\0\2\1m\xc3\xa9\0"),
        ("2001:db8::1", None, b"\0\0\0\1\x002001:db8::1\0"),
        # As an address it would say that a name follows.
        ("0.0.0.9", None, b"\0\0\0\1\x000.0.0.9\0"),
    ],
)
def test_what_is_asked(host: str, user: str | None, asked: bytes, cut: int) -> None:
    layer = layer_of("socks4a", host, user)
    assert answered(layer, GRANTED + GREETING, cut=cut) == ([b"\4\1\0\x19" + asked], GREETING)
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize("rest", [b"", bytes(6)])
@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\0\x5b", "proxy-unreachable"),
        (b"\4\x5b", "proxy-unreachable"),
        (b"\0\x5c", "proxy-login"),
        (b"\0\x5d", "proxy-login"),
        (b"\0\x5e", "proxy-broken"),
        (b"\5\xff", "proxy-broken"),
        (b"HT", "proxy-broken"),
    ],
)
def test_each_answer_has_its_code_whole_or_cut(said: bytes, rest: bytes, code: str) -> None:
    layer = layer_of("socks4a")
    answered(layer, said + rest, cut=1)
    assert (layer.refusal, layer.ready) == (code, False)


@given(st.binary(max_size=20), PIECES)
def test_garbage_is_refused_handed_on_or_waited_on(garbage: bytes, cut: int) -> None:
    layer, whole = layer_of("socks4a"), layer_of("socks4a")
    assert answered(layer, garbage, cut=cut) == answered(whole, garbage)
    assert layer.refusal == whole.refusal
    assert layer.refusal is None or layer.refusal.startswith("proxy-")


@given(st.integers(0, len(GRANTED) - 1))
def test_words_cut_short_are_not_ready(end: int) -> None:
    layer = layer_of("socks4a")
    answered(layer, GRANTED[:end])
    assert (layer.ready, layer.refusal) == (False, None)
