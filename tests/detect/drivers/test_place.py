"""Places: what a socket is given, and what is written down."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest

from hemostat.detect.drivers.place import Place, place_of, place_of_literal

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
LO = socket.if_nametoindex("lo")


def test_ipv4_as_it_is() -> None:
    expected = Place(socket.AF_INET, TCP, ("192.0.2.7", 443), "192.0.2.7")
    assert place_of(socket.AF_INET, TCP, ("192.0.2.7", 443)) == expected
    assert place_of_literal(IPv4Address("192.0.2.7"), 443, TCP) == expected


def test_ipv6_in_its_canonical_form() -> None:
    expected = Place(socket.AF_INET6, UDP, ("2001:db8::1", 4433, 0, 0), "2001:db8::1")
    assert place_of(socket.AF_INET6, UDP, ("2001:0DB8:0:0::1", 4433, 0, 0)) == expected
    assert place_of_literal(IPv6Address("2001:db8::1"), 4433, UDP) == expected


@pytest.mark.parametrize("zone", ["lo", str(LO)])
def test_a_link_local_address_keeps_its_interface_by_name(zone: str) -> None:
    expected = Place(socket.AF_INET6, TCP, ("fe80::1", 443, 0, LO), "fe80::1%lo")
    assert place_of_literal(IPv6Address(f"fe80::1%{zone}"), 443, TCP) == expected
    # A resolver may write the interface into the text, the number, or both.
    assert place_of(socket.AF_INET6, TCP, (f"fe80::1%{zone}", 443, 0, LO)) == expected
    assert place_of(socket.AF_INET6, TCP, ("fe80::1", 443, 0, LO)) == expected


def test_an_interface_without_a_name_is_a_number() -> None:
    assert place_of(socket.AF_INET6, TCP, ("fe80::1", 443, 0, 999_999)).written == "fe80::1%999999"


def test_a_name_that_evidence_does_not_take_gives_way_to_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "if_indextoname", lambda _: "bad name!")
    assert place_of(socket.AF_INET6, TCP, ("fe80::1", 443, 0, 7)).written == "fe80::1%7"


def test_an_interface_that_is_not_here_is_written_down_and_leads_nowhere() -> None:
    place = place_of_literal(IPv6Address("fe80::1%nowhere0"), 443, TCP)
    assert place == Place(socket.AF_INET6, TCP, ("fe80::1", 443, 0, 0), "fe80::1%nowhere0")
