"""What a user writes to name a proxy: one URL.

| scheme | protocol | port where none is written |
|---|---|---|
| `socks5`, `socks5h` | SOCKS 5; the name is resolved at the proxy with both | 1080 (IANA) |
| `socks4a` | SOCKS 4a, which has a user and no password | 1080 (IANA) |
| `http` | HTTP CONNECT | 3128 (Squid's, which has no other) |
"""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from hemostat.errors import HemostatError
from hemostat.targets import TargetError
from hemostat.targets.addresses import read_ipv4, read_ipv6
from hemostat.targets.names import canonical_name

__all__ = ["CODES", "Proxy", "ProxyError", "read_proxy"]

CODES: Final = MappingProxyType(
    {
        "unknown-scheme": "what stands before :// is no kind of proxy that hemostat speaks with, or nothing does",
        "bad-form": "not SCHEME://[USER[:PASSWORD]@]HOST[:PORT]",
        "bad-host": "the host is neither a name nor an address",
        "bad-port": "the port is not a whole number from 1 to 65535",
        "bad-user-info": "a user or a password that the protocol can't carry, or that isn't percent-encoded right",
    }
)
"""Every value that `ProxyError.code` can have, and what it means."""

MAX_USER_INFO: Final = 255
"""Bytes in a user and in a password, as RFC 1929 section 2 has it; taken for all protocols."""

_SCHEMES: Final = {
    "socks5": ("socks5", 1080),
    "socks5h": ("socks5", 1080),
    "socks4a": ("socks4a", 1080),
    "http": ("http", 3128),
}
"""What is written → the protocol, and its port where none is."""
_ESCAPE: Final = re.compile(rb"%(..?)?", re.DOTALL)
_HEX: Final = re.compile(rb"[0-9A-Fa-f]{2}")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_BRACKETED: Final = re.compile(r"\[([^\[\]]*)\](?::(.*))?", re.DOTALL)


class ProxyError(HemostatError):
    """What the user wrote is not a proxy.

    `code` is one of `CODES`. `message` is one line, and repeats nothing of what was written: a password may stand
    anywhere in it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through.

    scheme    `socks5`, `socks4a` or `http`
    host      a name in lower-case ASCII, or the canonical text of an address without brackets
    port      1 to 65535
    user      None: no login
    password  None where none was written; never shown
    """

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_proxy(text: str) -> Proxy:
    """The proxy that a URL names. A user and a password are percent-encoded UTF-8 (RFC 3986 section 3.2.1).

    Raises ProxyError.
    """
    before, separator, rest = text.strip().partition("://")
    scheme = before.lower()
    if not separator or scheme not in _SCHEMES:
        known = ", ".join(f"{name}://" for name in _SCHEMES)
        raise ProxyError(
            "unknown-scheme", f"a proxy begins with one of {known}; TLS to a proxy is not spoken"
        )
    authority = rest.removesuffix("/")
    if re.search(r"[/?#\\\s]", authority):
        raise ProxyError(
            "bad-form",
            f"write {scheme}://USER:PASSWORD@HOST:PORT and nothing behind it; in a user or a password, characters"
            " such as / ? # @ are percent-encoded",
        )
    user_info, at, place = authority.rpartition("@")
    host, port = _place(place, _SCHEMES[scheme][1])
    user, password = _login(user_info, _SCHEMES[scheme][0]) if at else (None, None)
    return Proxy(_SCHEMES[scheme][0], host, port, user, password)


def _place(text: str, default: int) -> tuple[str, int]:
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
    else:
        host, colon, written = text.partition(":")
        port = written if colon else None
        if port is not None and ":" in port:
            raise ProxyError("bad-form", "an IPv6 address stands in brackets, as socks5://[2001:db8::1]:1080")
    number = default
    if port is not None:
        number = int(port) if _PORT.fullmatch(port) else 0
        if not 1 <= number <= 65535:
            raise ProxyError("bad-port", "a proxy's port is a whole number from 1 to 65535")
    return _host(host, bracketed=bracketed is not None), number


def _host(text: str, *, bracketed: bool) -> str:
    try:
        address = read_ipv6(text) if bracketed else read_ipv4(text)
        if address is not None:
            return str(address)
        if not bracketed:
            return canonical_name(text).removesuffix(".")
    except TargetError:
        # What it says repeats what was written.
        pass
    raise ProxyError(
        "bad-host",
        "a proxy's host is a name, or an address (IPv6 in brackets, with a zone where it needs one)",
    )


def _login(text: str, scheme: str) -> tuple[str, str | None]:
    before, colon, after = text.partition(":")
    user, password = _decoded(before), _decoded(after) if colon else None
    if not user:
        raise ProxyError("bad-user-info", "a user stands before the @ of a proxy, or no @ does")
    if scheme == "socks4a" and password is not None:
        raise ProxyError("bad-user-info", "SOCKS 4a has a user and no password")
    if scheme == "http" and ":" in user:
        # RFC 7617 section 2.
        raise ProxyError("bad-user-info", "a user of HTTP's Basic login holds no colon")
    for each in (user, password or ""):
        if len(each.encode()) > MAX_USER_INFO:
            raise ProxyError(
                "bad-user-info", f"a user and a password have at most {MAX_USER_INFO} bytes each"
            )
        if re.search(r"[\x00-\x1f\x7f]", each):
            raise ProxyError("bad-user-info", "a user and a password hold no control characters")
    return user, password


def _decoded(text: str) -> str:
    decoded = None
    try:
        raw = text.encode()
        if all(_HEX.fullmatch(found[1] or b"") for found in _ESCAPE.finditer(raw)):
            decoded = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw).decode()
    except UnicodeError:
        pass
    if decoded is None:
        raise ProxyError(
            "bad-user-info",
            "in a proxy's user and password, % and two hexadecimal digits are a byte of UTF-8",
        )
    return decoded
