"""Which proxy is spoken with how, and what none can be asked for."""

import pytest

from hemostat.layers import Stacked
from hemostat.layers.proxies import Proxy, proxied
from tests.dialects.talking import RECORD
from tests.layers.proxies.speaking import GREETING, answered, layer_of


@pytest.mark.parametrize(
    ("scheme", "first", "grants"),
    [
        ("socks5", b"\5\1\0", b"\5\0\5\0\0\1" + bytes(6)),
        ("socks4a", b"\4\1\0\x19", b"\0\x5a" + bytes(6)),
        ("http", b"CONNECT ", b"HTTP/1.1 200 OK\r\n\r\n"),
    ],
)
def test_each_scheme_has_its_words_and_hands_on_what_follows(
    scheme: str, first: bytes, grants: bytes
) -> None:
    layer = layer_of(scheme)
    said, up = answered(layer, grants + GREETING)
    assert said[0].startswith(first)
    assert up == GREETING
    assert layer.from_peer(0, b"more").to_tls == (b"more",)
    assert layer.from_tls(0, RECORD).to_peer == (RECORD,)


@pytest.mark.parametrize("scheme", ["socks5", "socks4a", "http"])
def test_an_address_of_our_link_is_not_asked_for_elsewhere(scheme: str) -> None:
    layer = Stacked(layer_of(scheme, "fe80::1%eth0"), layer_of(scheme))
    assert answered(layer, b"\5\0") == ([], b"")
    assert layer.refusal == "proxy-unreachable"


@pytest.mark.parametrize("host", ["", "x" * 256, "bücher.example", "a b", "a\r\nX: y", "a\0"])
def test_what_no_proxy_can_be_asked_for(host: str) -> None:
    for scheme in ("socks5", "socks4a", "http"):
        with pytest.raises(ValueError, match="a proxy is asked for"):
            layer_of(scheme, host)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(ValueError, match="a port from 1 to 65535"):
        proxied(Proxy("http", "p", 1), "a", port)
