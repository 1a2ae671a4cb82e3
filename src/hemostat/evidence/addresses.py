"""Which IP addresses mean the same everywhere, and how an address is written in a name.

The line between global and not is drawn here, not by `ipaddress`: its answer changed between releases of
Python, and a name must never change. Source: IANA special-purpose address registries for IPv4 and IPv6, as of
2025, and RFC 6890. In doubt an address counts as not global: then its name carries the network too, which is
longer but never wrong.
"""

from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Literal

from hemostat.evidence.errors import EvidenceError

__all__ = ["Reach", "canonical_address", "reach"]

Reach = Literal["global", "link", "local", "host"]
"""How far an address means one and the same: everywhere, on one link, in one network, on one host."""

_IPV4_NOT_GLOBAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
_IPV6_GLOBAL = ("2000::/3",)
_IPV6_NOT_GLOBAL_WITHIN = ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")


def _ranges(*networks: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(net[0]), int(net[-1])) for net in map(ip_network, networks))


_IPV4_RANGES = _ranges(*_IPV4_NOT_GLOBAL)
_IPV6_RANGES = _ranges(*_IPV6_GLOBAL)
_IPV6_HOLES = _ranges(*_IPV6_NOT_GLOBAL_WITHIN)
_IPV6_LINK = IPv6Network("fe80::/10")
_IPV6_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052): as global as those."""


def canonical_address(text: str) -> tuple[IPv4Address | IPv6Address, str | None]:
    """The address of a text and its zone (`eth0` of `fe80::1%eth0`), if it has one.

    An IPv4-mapped IPv6 address is the IPv4 address that it stands for: one endpoint, one name. IPv6 is
    written as RFC 5952 wants it. Raises EvidenceError for what is no address, and for a zone where no
    link-local address is.
    """
    try:
        if ":" not in text:
            return IPv4Address(text), None
        digits, percent, zone = text.partition("%")
        address = IPv6Address(digits)
    except AddressValueError as error:
        raise EvidenceError("not an IP address") from error
    if percent and (not zone or address not in _IPV6_LINK):
        raise EvidenceError("a zone belongs to a link-local address alone")
    return address.ipv4_mapped or address, zone or None


def reach(address: IPv4Address | IPv6Address) -> Reach:
    """How far the address means one and the same. Unspecified addresses (0.0.0.0, ::) mean the host itself."""
    number = int(address)
    if isinstance(address, IPv4Address):
        if address.is_loopback or number == 0:
            return "host"
        return "local" if any(first <= number <= last for first, last in _IPV4_RANGES) else "global"
    if number <= 1:
        return "host"
    if address in _IPV6_LINK:
        return "link"
    if address in _IPV6_TRANSLATED:
        return "global" if reach(IPv4Address(number & 0xFFFFFFFF)) == "global" else "local"
    if any(first <= number <= last for first, last in _IPV6_RANGES):
        return "local" if any(first <= number <= last for first, last in _IPV6_HOLES) else "global"
    return "local"
