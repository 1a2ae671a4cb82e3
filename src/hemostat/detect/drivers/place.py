"""Where a peer is: what `socket` wants to know of it, and how its address is written down."""

import re
import socket
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Any, Final, NamedTuple

from hemostat.targets.addresses import Address

__all__ = ["Place", "place_of", "place_of_literal"]

# What may stand behind the % of an address in a target and in evidence.
_ZONE: Final = re.compile(r"[A-Za-z0-9._@+~-]{1,32}")


class Place(NamedTuple):
    """`family`, `kind` (stream or datagram) and `address` for a socket; `written`: the address for evidence, an IPv6
    one as RFC 5952 has it, a link-local one with its interface.
    """

    family: socket.AddressFamily
    kind: socket.SocketKind
    address: tuple[Any, ...]
    written: str


def place_of(family: socket.AddressFamily, kind: socket.SocketKind, address: tuple[Any, ...]) -> Place:
    """The place of a numeric socket address, as `getaddrinfo` gives it."""
    host, _, zone = str(address[0]).partition("%")
    if family != socket.AF_INET6:
        return Place(family, kind, address, host)
    host = str(IPv6Address(host))
    number = int(address[3])
    if number:
        # By name, where it has one: numbers change at the next boot.
        zone = str(number)
        with suppress(OSError):
            name = socket.if_indextoname(number)
            zone = name if _ZONE.fullmatch(name) else zone
    return Place(family, kind, (host, *address[1:]), f"{host}%{zone}" if zone else host)


def place_of_literal(address: Address, port: int, kind: socket.SocketKind) -> Place:
    """The place of an address that a user wrote. One of an interface that is not here is a place all the same, which
    no connection reaches.
    """
    if not isinstance(address, IPv6Address):
        return Place(socket.AF_INET, kind, (str(address), port), str(address))
    host, _, zone = str(address).partition("%")
    number = 0
    if zone:
        with suppress(OSError):
            number = int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    if not number:
        return Place(socket.AF_INET6, kind, (host, port, 0, 0), str(address))
    return place_of(socket.AF_INET6, kind, (host, port, 0, number))
