"""SOCKS 5 (RFC 1928), with a user and a password (RFC 1929) where one is given. Names are resolved at the proxy."""

from ipaddress import ip_address
from typing import Final

from hemostat.layers.layer import Refusal
from hemostat.layers.spoken import Refused, Words

__all__ = ["asks"]

_NO_LOGIN: Final = 0
_PASSWORD: Final = 2
_NO_METHOD: Final = 0xFF
_IPV4: Final = 1
_NAME: Final = 3
_IPV6: Final = 4
_BAD_ADDRESS_TYPE: Final = 8
_REFUSALS: Final[dict[int, Refusal]] = {
    1: "proxy-unreachable",
    2: "proxy-policy",
    3: "proxy-unreachable",
    4: "proxy-unreachable",
    5: "proxy-refused",
    6: "proxy-timeout",
    7: "proxy-policy",
}
"""RFC 1928 section 6. 1 and 4 are also what proxies say of a name that they don't find; 6 is a TTL that expired."""


def asks(host: str, port: int, user: str | None, password: str | None) -> Words:
    """Ask for a connection to a name or an address. `user`, `password`, `host`: at most 255 bytes each."""
    yield b"\5\2\0\2" if user else b"\5\1\0"
    version, method = yield 2
    if version != 5:
        raise Refused("proxy-broken")
    if method == _NO_METHOD:
        raise Refused("proxy-login")
    if method == _PASSWORD and user:
        yield b"\1" + _counted(user.encode()) + _counted((password or "").encode())
        # Its first byte should be 1; enough proxies say 5, and it tells nothing.
        if (yield 2)[1] != 0:
            raise Refused("proxy-login")
    elif method != _NO_LOGIN:
        raise Refused("proxy-broken")
    kind, address = _address(host)
    yield bytes((5, 1, 0, kind)) + address + port.to_bytes(2, "big")
    version, code = yield 2
    if version != 5:
        raise Refused("proxy-broken")
    if code == _BAD_ADDRESS_TYPE:
        raise Refused("proxy-dns" if kind == _NAME else "proxy-unreachable")
    if code != 0:
        # What else a refusal says tells nothing, and some proxies leave it out. A number that nobody assigned is a
        # refusal all the same.
        raise Refused(_REFUSALS.get(code, "proxy-unreachable"))
    kind = (yield 2)[1]
    if kind == _NAME:
        length = (yield 1)[0]
    elif kind in (_IPV4, _IPV6):
        length = 4 if kind == _IPV4 else 16
    else:
        raise Refused("proxy-broken")
    yield length + 2


def _address(host: str) -> tuple[int, bytes]:
    """The type of an address, and it (RFC 1928 section 5)."""
    try:
        literal = ip_address(host)
    except ValueError:
        return _NAME, _counted(host.encode("ascii"))
    return (_IPV4 if literal.version == 4 else _IPV6), literal.packed


def _counted(text: bytes) -> bytes:
    return bytes((len(text),)) + text
