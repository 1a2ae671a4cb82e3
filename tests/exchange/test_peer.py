"""Whom a probe is about."""

from hemostat.exchange import Peer, Via
from hemostat.layers import Layer


def test_a_proxy_as_facts_is_where_it_is_and_never_what_it_is_told() -> None:
    via = Via("socks5", "192.0.2.9", 1080, Layer)
    assert via.as_facts() == {"scheme": "socks5", "address": "192.0.2.9", "port": 1080}
    assert isinstance(via.layer(), Layer)


def test_a_build_has_neither_address_nor_port() -> None:
    assert Peer(None, None, None) == (None, None, None)
