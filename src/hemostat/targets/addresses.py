"""IP addresses as users write them."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from hemostat.targets.errors import TargetError
from hemostat.targets.printable import shown

Address = IPv4Address | IPv6Address

# What interface names look like on the systems there are; a zone never holds what would end a host elsewhere
# in a target (space, comma, slash, bracket, colon, percent).
_ZONE: Final = re.compile(r"[A-Za-z0-9._@+~-]{1,32}")
_IPV6_CHARACTERS: Final = re.compile(r"[0-9A-Fa-f:.]+")
_BROADCAST: Final = IPv4Address("255.255.255.255")


def read_ipv4(text: str) -> IPv4Address | None:
    """The address, where the text is four decimal numbers without leading zeros (RFC 6943 section 3.1.1,
    strict form).

    None for everything else, also for forms that some resolvers take (`127.1`, `0x7f000001`): these are
    refused later, since no DNS name ends in a number.
    """
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def read_ipv6(text: str) -> Address | None:
    """The address, where the text is one of IPv6 (RFC 4291 section 2.2), without brackets, maybe with a zone.

    An IPv4-mapped address (`::ffff:192.0.2.1`) is given back as the IPv4 address that it stands for: that is
    where the packets go, and one endpoint shall not have two names. None where the text is no address at all;
    `TargetError` (`bad-zone`) where it is one whose zone is malformed, missing or out of place.
    """
    digits, percent, zone = text.partition("%")
    if not _IPV6_CHARACTERS.fullmatch(digits):
        return None
    try:
        address = IPv6Address(digits)
    except AddressValueError:
        return None
    # Only within a link does an address need to be told which link (RFC 4007 section 6).
    if percent and not address.is_link_local:
        raise TargetError(
            "bad-zone", f"{address} is not a link-local address and has no zone; leave %{shown(zone)} out"
        )
    if percent and not _ZONE.fullmatch(zone):
        raise TargetError(
            "bad-zone",
            f"%{shown(zone)} is no zone: after % the name of an interface is written, as {address}%eth0;"
            f" with a port, [{address}%eth0]:443",
        )
    if address.is_link_local and not percent:
        raise TargetError(
            "bad-zone", f"{address} is link-local, so it needs the interface behind it: write {address}%eth0"
        )
    if percent:
        return IPv6Address(f"{digits}%{zone}")
    return address.ipv4_mapped or address


def refuse_unusable(address: Address) -> None:
    """Raise `TargetError` (`not-a-host`) for an address at which no one host answers."""
    if address.is_unspecified:
        raise TargetError(
            "not-a-host",
            f"{address} means any address of this machine; write one of them,"
            f" as {'127.0.0.1' if address.version == 4 else '[::1]'}",
        )
    if address.is_multicast or address == _BROADCAST:
        raise TargetError(
            "not-a-host", f"{address} is the address of many hosts at once; write the address of one of them"
        )
