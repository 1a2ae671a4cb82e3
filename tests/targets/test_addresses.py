"""IP addresses as users write them."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.targets import TargetError
from hemostat.targets.addresses import read_ipv4, read_ipv6, refuse_unusable


@given(st.ip_addresses(v=4))
def test_reads_every_ipv4_address(address: object) -> None:
    assert read_ipv4(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "127.1", "256.1.1.1", "01.2.3.4", "1.2.3.4.", "0x7f.0.0.1", " 1.2.3.4"]
)
def test_reads_ipv4_in_its_one_form_only(text: str) -> None:
    assert read_ipv4(text) is None


@given(st.ip_addresses(v=6))
def test_reads_every_ipv6_address_written_out_or_short(address: object) -> None:
    assert isinstance(address, IPv6Address)
    if address.is_link_local:
        expected: object = IPv6Address(f"{address}%eth0")
        texts = [f"{address}%eth0", f"{address.exploded}%eth0"]
    else:
        expected = address.ipv4_mapped or address
        texts = [str(address), address.exploded, address.exploded.upper()]
    assert [read_ipv6(text) for text in texts] == [expected] * len(texts)


@pytest.mark.parametrize(
    "text", ["", ":", ":::", "1:2:3", "::1::", "g::1", "[::1]", "::1/128", "1.2.3.4", "::1 "]
)
def test_text_that_is_no_ipv6_address_is_none(text: str) -> None:
    assert read_ipv6(text) is None


def test_an_ipv4_mapped_address_is_the_ipv4_address_that_it_stands_for() -> None:
    assert read_ipv6("::ffff:192.0.2.1") == IPv4Address("192.0.2.1")
    assert read_ipv6("::FFFF:C000:0201") == IPv4Address("192.0.2.1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fe80::1", "write fe80::1%eth0"),
        ("fe80::1%", "[fe80::1%eth0]:443"),
        ("fe80::1%eth0:443", "[fe80::1%eth0]:443"),
        ("fe80::1%a/b", "name of an interface"),
        ("fe80::1%eth0%eth1", "name of an interface"),
        ("2001:db8::1%eth0", "leave %eth0 out"),
        ("::1%lo", "leave %lo out"),
        ("2001:db8::1%\x1b[2J", r"leave %\x1b[2J out"),
    ],
)
def test_a_zone_belongs_to_link_local_addresses_and_to_all_of_them(text: str, says: str) -> None:
    with pytest.raises(TargetError) as caught:
        read_ipv6(text)
    assert caught.value.code == "bad-zone"
    assert says in caught.value.message


def test_a_zone_keeps_its_case() -> None:
    assert str(read_ipv6("FE80::1%Eth0")) == "fe80::1%Eth0"


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "::", "224.0.0.1", "239.255.255.255", "ff02::1", "255.255.255.255"]
)
def test_addresses_of_no_single_host_are_refused(text: str) -> None:
    address = read_ipv4(text) or read_ipv6(text)
    assert address is not None
    with pytest.raises(TargetError) as caught:
        refuse_unusable(address)
    assert caught.value.code == "not-a-host"


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "::1", "10.0.0.1", "169.254.1.1", "fe80::1%eth0", "2606:4700::1"]
)
def test_addresses_of_hosts_near_and_far_are_not(text: str) -> None:
    address = read_ipv4(text) or read_ipv6(text)
    assert address is not None
    refuse_unusable(address)
