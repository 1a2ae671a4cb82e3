"""SOCKS 4a: "SOCKS: A protocol for TCP proxy across firewalls" (Ying-Da Lee), and its "simple extension" for names."""

from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Final

from hemostat.layers.layer import Refusal
from hemostat.layers.spoken import Refused, Words

__all__ = ["asks"]

_A_NAME_FOLLOWS: Final = IPv4Address("0.0.0.1")
_MARKS: Final = IPv4Network("0.0.0.0/24")
"""Addresses that say "a name follows" (all but the first)."""
_GRANTED: Final = 90
_REFUSALS: Final[dict[int, Refusal]] = {91: "proxy-unreachable", 92: "proxy-login", 93: "proxy-login"}
"""91 is all that can go wrong beyond the proxy, and its policy; 92 and 93 are about who asks."""


def asks(host: str, port: int, user: str | None) -> Words:
    """Ask for a connection to a name, an IPv4 address, or an IPv6 address, which goes as a name: there is no other
    way. `user` holds no NUL.
    """
    address, name = _A_NAME_FOLLOWS, host.encode("ascii") + b"\0"
    try:
        literal = IPv4Address(host)
    except AddressValueError:
        pass
    else:
        if literal not in _MARKS:
            address, name = literal, b""
    yield b"\4\1" + port.to_bytes(2, "big") + address.packed + (user or "").encode() + b"\0" + name
    version, code = yield 2
    # The reply's version is 0; there are proxies that say 4.
    if version not in (0, 4):
        raise Refused("proxy-broken")
    if code != _GRANTED:
        # What else a refusal says tells nothing, and some proxies leave it out.
        raise Refused(_REFUSALS.get(code, "proxy-broken"))
    yield 6
