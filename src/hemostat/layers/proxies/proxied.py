"""The layer that asks a proxy for a connection: which words, of which protocol."""

from ipaddress import IPv6Address, ip_address

from hemostat.layers.layer import Layer
from hemostat.layers.proxies import http_connect, socks4a, socks5
from hemostat.layers.proxies.proxy import Proxy
from hemostat.layers.spoken import Refused, Spoken, Words

__all__ = ["proxied"]


def proxied(proxy: Proxy, host: str, port: int) -> Layer:
    """A new layer, ready where the proxy has connected to `host` (a name in ASCII, or an address) and `port`. What
    follows its words is the service's own, and goes up unlooked at.

    Its refusals are `proxy-…`. Raises ValueError for a host or port that no proxy can be asked for.
    """
    if not (
        0 < len(host) <= 255
        and host.isascii()
        and host.isprintable()
        and " " not in host
        and 0 < port < 65536
    ):
        raise ValueError("a proxy is asked for a name or an address, and a port from 1 to 65535")
    return Spoken(_words(proxy, host, port), then_tls=False, too_long="proxy-broken")


def _words(proxy: Proxy, host: str, port: int) -> Words:
    if _has_zone(host):
        return _no_way()
    if proxy.scheme == "socks5":
        return socks5.asks(host, port, proxy.user, proxy.password)
    if proxy.scheme == "socks4a":
        return socks4a.asks(host, port, proxy.user)
    return http_connect.asks(host, port, proxy.user, proxy.password)


def _has_zone(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return isinstance(address, IPv6Address) and address.scope_id is not None


def _no_way() -> Words:
    """A link is ours alone (RFC 4007 section 6): the same address at the proxy would be somebody else's."""
    yield b""
    raise Refused("proxy-unreachable")
