"""Which addresses mean the same everywhere."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import EvidenceError
from hemostat.evidence.addresses import canonical_address, reach

# The IANA special-purpose address registries for IPv4 and IPv6, row by row, as of 2025, and what is set apart elsewhere
# (multicast, RFC 5771 and RFC 4291; site-local, RFC 3879). "global" where the registry says "Globally Reachable: True",
# and where nothing is registered; in doubt, and for what means a service rather than a host, not.
REGISTRY = {
    "0.0.0.0/32": "host",
    "0.0.0.1/32": "local",
    "0.255.255.255/32": "local",
    "10.0.0.0/8": "local",
    "100.64.0.0/10": "local",
    "127.0.0.0/8": "host",
    "169.254.0.0/16": "local",
    "172.16.0.0/12": "local",
    "192.0.0.0/24": "local",
    "192.0.0.8/32": "local",
    "192.0.0.9/32": "local",
    "192.0.0.10/32": "local",
    "192.0.0.170/31": "local",
    "192.0.2.0/24": "local",
    "192.31.196.0/24": "global",
    "192.52.193.0/24": "global",
    "192.88.99.0/24": "local",
    "192.168.0.0/16": "local",
    "192.175.48.0/24": "global",
    "198.18.0.0/15": "local",
    "198.51.100.0/24": "local",
    "203.0.113.0/24": "local",
    "224.0.0.0/4": "local",
    "240.0.0.0/4": "local",
    "255.255.255.255/32": "local",
    "::/128": "host",
    "::1/128": "host",
    "::2/128": "local",
    "::102:304/128": "local",
    "64:ff9b::808:808/128": "global",
    "64:ff9b::a00:1/128": "local",
    "64:ff9b::7f00:1/128": "local",
    "64:ff9b:1::/48": "local",
    "100::/64": "local",
    "100:0:0:1::/64": "local",
    "2001::/32": "local",
    "2001:1::1/128": "local",
    "2001:2::/48": "local",
    "2001:3::/32": "local",
    "2001:4:112::/48": "local",
    "2001:10::/28": "local",
    "2001:20::/28": "local",
    "2001:30::/28": "local",
    "2001:db8::/32": "local",
    "2002::/16": "local",
    "2620:4f:8000::/48": "global",
    "3fff::/20": "local",
    "5f00::/16": "local",
    "fc00::/7": "local",
    "fe80::/10": "link",
    "fec0::/10": "local",
    "ff00::/8": "local",
}
GLOBAL = [
    "1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
    "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
    "2000::", "2000:ffff::1", "2001:200::", "2001:db7:ffff::1", "2001:db9::", "2001:4860:4860::8888", "2003::",
    "2606:4700::1", "3ffe:ffff::1", "3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]  # fmt: skip


@pytest.mark.parametrize("network", REGISTRY)
def test_each_range_of_the_registries_from_its_first_to_its_last_address(network: str) -> None:
    net = ip_network(network)
    assert {reach(net[at]) for at in (0, net.num_addresses // 2, -1)} == {REGISTRY[network]}


@pytest.mark.parametrize("address", GLOBAL)
def test_what_lies_just_outside_is_global(address: str) -> None:
    assert reach(ip_address(address)) == "global"


@pytest.mark.parametrize(
    "address", ["1fff:ffff::", "4000::", "8000::", "64:ff9a::1", "64:ff9b::1:0:0", "fe7f::1"]
)
def test_what_nobody_has_been_given_is_not_global(address: str) -> None:
    assert reach(ip_address(address)) == "local"


@given(st.ip_addresses())
def test_what_python_calls_private_is_not_global(address: IPv4Address | IPv6Address) -> None:
    """Python's releases differ on addresses that mean a service; they agree that these ranges are private."""
    if address.is_private and not (address.version == 6 and address in ip_network("64:ff9b::/96")):
        assert reach(address) != "global"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:0207", "192.0.2.7"),
        ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8::192.0.2.7", "2001:db8::c000:207"),
        ("::", "::"),
    ],
)
def test_an_address_has_one_spelling(text: str, written: str) -> None:
    """RFC 5952, and an IPv4-mapped address is the IPv4 address."""
    address, zone = canonical_address(text)
    assert (str(address), zone) == (written, None)


@given(st.ip_addresses(v=6))
def test_any_spelling_of_an_address_is_the_same(address: IPv6Address) -> None:
    assert canonical_address(address.exploded.upper()) == canonical_address(address.compressed)


def test_a_zone_belongs_to_a_link() -> None:
    assert canonical_address("fe80::1%eth0") == (IPv6Address("fe80::1"), "eth0")
    assert canonical_address("FE80::0001%wl%0") == (IPv6Address("fe80::1"), "wl%0")
    for text in ("fe80::1%", "2001:db8::1%eth0", "::1%lo", "192.0.2.7%eth0", "::ffff:192.0.2.7%eth0"):
        with pytest.raises(EvidenceError):
            canonical_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "0x7f000001", "2130706433", "1.2.3.4/32", "[::1]", ":::",
     "1::2::3", "::12345", "::1 ", "１.2.3.4", "::1\n", "%eth0"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        canonical_address(text)


@given(st.text(max_size=20) | st.text("0123456789abcdef:.%", max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address, zone = canonical_address(text)
    except EvidenceError:
        return
    again = str(address) + (f"%{zone}" if zone else "")
    assert canonical_address(again) == (address, zone)
