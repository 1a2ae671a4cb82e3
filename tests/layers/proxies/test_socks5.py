"""SOCKS 5 as RFC 1928 and RFC 1929 write it, byte for byte, against a proxy's words by hand."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.layers.proxies.speaking import GREETING, PIECES, answered, layer_of

GRANTED = b"\5\0\0\1\x7f\0\0\1\x30\x39"


@pytest.mark.parametrize("cut", [0, 1, 3])
@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("mail.example", b"\3\x0cmail.example"),
        ("192.0.2.1", b"\1\xc0\0\2\1"),
        ("2001:db8::1", b"\4\x20\1\x0d\xb8" + bytes(11) + b"\1"),
    ],
)
def test_a_name_goes_as_a_name_and_an_address_as_one(host: str, address: bytes, cut: int) -> None:
    layer = layer_of("socks5", host)
    assert answered(layer, b"\5\0", GRANTED + GREETING, cut=cut) == (
        [b"\5\1\0", b"\5\1\0" + address + b"\0\x19"],
        GREETING,
    )
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize(
    "bound", [b"\1\x7f\0\0\1", b"\4" + bytes(16), b"\3\x0bproxy.local", b"\3\0", b"\3\xff" + b"x" * 255]
)
def test_the_address_it_bound_may_be_of_any_type(bound: bytes) -> None:
    layer = layer_of("socks5")
    assert answered(layer, b"\5\0", b"\5\0\0" + bound + b"\0\0" + GREETING, cut=1)[1] == GREETING


@pytest.mark.parametrize("version", [1, 5])
def test_a_login_is_offered_beside_none_and_given_where_it_is_wanted(version: int) -> None:
    layer = layer_of("socks5", user="me", password="wörd")
    said, up = answered(layer, b"\5\2", bytes((version, 0)), GRANTED + GREETING)
    assert said[:2] == [b"\5\2\0\2", b"\1\2me\5w\xc3\xb6rd"]
    assert up == GREETING
    unasked = layer_of("socks5", user="me", password="word")
    assert len(answered(unasked, b"\5\0", GRANTED)[0]) == 2
    assert unasked.ready


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([b"\5\xff"], "proxy-login"),
        ([b"\5\1"], "proxy-broken"),
        ([b"\4\0"], "proxy-broken"),
        ([b"HTTP/1.1 400 Bad Request\r\n"], "proxy-broken"),
        ([b"\5\2", b"\1\1"], "proxy-login"),
        ([b"\5\0", b"\4\0"], "proxy-broken"),
        ([b"\5\0", b"\5\0\0\2"], "proxy-broken"),
    ],
)
def test_before_the_answer(said: list[bytes], code: str) -> None:
    layer = layer_of("socks5", user="me", password="word")
    answered(layer, *said, cut=1)
    assert (layer.refusal, layer.ready) == (code, False)


def test_a_login_that_was_not_offered_is_not_taken() -> None:
    layer = layer_of("socks5")
    assert answered(layer, b"\5\2")[0] == [b"\5\1\0"]
    assert layer.refusal == "proxy-broken"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (1, "proxy-unreachable"),
        (2, "proxy-policy"),
        (3, "proxy-unreachable"),
        (4, "proxy-unreachable"),
        (5, "proxy-refused"),
        (6, "proxy-timeout"),
        (7, "proxy-policy"),
        (8, "proxy-dns"),
        (9, "proxy-unreachable"),
        (255, "proxy-unreachable"),
    ],
)
@pytest.mark.parametrize("rest", [b"", b"\0\1\0\0\0\0\0\0"])
def test_each_answer_has_its_code_whole_or_cut(number: int, code: str, rest: bytes) -> None:
    layer = layer_of("socks5")
    answered(layer, b"\5\0", bytes((5, number)) + rest)
    assert layer.refusal == code


def test_an_address_type_that_it_lacks_is_no_matter_of_names() -> None:
    layer = layer_of("socks5", "2001:db8::1")
    answered(layer, b"\5\0", b"\5\x08")
    assert layer.refusal == "proxy-unreachable"


@given(st.binary(max_size=40), st.sampled_from([b"", b"\5\0", b"\5\2\1\0", b"\5\0\5\0\0\3"]), PIECES)
@example(b"\5\0\0\4", b"\5\0", 1)
def test_garbage_is_refused_handed_on_or_waited_on(garbage: bytes, before: bytes, cut: int) -> None:
    layer, whole = (layer_of("socks5", user="me", password="word") for _ in range(2))
    assert answered(layer, before + garbage, cut=cut) == answered(whole, before + garbage)
    assert layer.refusal == whole.refusal
    assert layer.refusal is None or layer.refusal.startswith("proxy-")


@given(st.integers(0, len(GRANTED) + 1))
def test_words_cut_short_are_not_ready(end: int) -> None:
    layer = layer_of("socks5")
    answered(layer, (b"\5\0" + GRANTED)[:end])
    assert (layer.ready, layer.refusal) == (False, None)
