"""Distinguished names, and the hosts that a certificate is for."""

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from hemostat.certificates.der import Element, read_element
from hemostat.certificates.names import (
    LONGEST_TEXT,
    MOST_NAMES,
    alternative_names,
    common_name,
    distinguished_name,
)
from tests.certificates.making import attribute, tlv
from tests.wire.damage import garbled

CN, ORG, OU = "2.5.4.3", "2.5.4.10", "2.5.4.11"
UTF8 = 0x0C


def name(*sets: bytes) -> Element:
    return element(tlv(0x30, *sets))


def element(data: bytes) -> Element:
    return read_element(data, 0, len(data))


def hosts(*names: bytes) -> tuple[list[str], bool]:
    return alternative_names([element(tlv(0x04, tlv(0x30, *names)))])


def dns(text: bytes) -> bytes:
    return tlv(0x82, text)


ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from([CN, ORG, OU, "2.5.4.5", "1.2.840.113549.1.9.1"]),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=4,
)


@given(ATTRIBUTES)
def test_a_name_is_written_as_others_write_it(attributes: list[tuple[str, str]]) -> None:
    sets = [attribute(type, UTF8, value.encode()) for type, value in attributes]
    theirs = x509.Name(
        [x509.NameAttribute(x509.ObjectIdentifier(t), v, _validate=False) for t, v in attributes]
    ).rfc4514_string()
    ours, whole = distinguished_name(name(*sets))
    assert whole
    assert ours.isprintable()
    # They leave what doesn't print as it is; all else is to be equal.
    if theirs.isprintable():
        assert ours == theirs


@pytest.mark.parametrize(
    ("sets", "text"),
    [
        ([], ""),
        (
            [attribute(ORG, UTF8, b"Example, Inc."), attribute(CN, UTF8, b"www.example")],
            r"CN=www.example,O=Example\, Inc.",
        ),
        ([tlv(0x31, attribute(CN, UTF8, b"a")[2:], attribute(OU, UTF8, b"b")[2:])], "CN=a+OU=b"),
        ([attribute(CN, 0x13, b"*.old_host.example")], "CN=*.old_host.example"),
        ([attribute(CN, 0x14, b"M\xfcller")], "CN=Müller"),
        ([attribute(CN, 0x1E, "Müller".encode("utf-16-be"))], "CN=Müller"),
        ([attribute("1.2.840.113549.1.9.1", 0x16, b"a@b.example")], "1.2.840.113549.1.9.1=a@b.example"),
        ([attribute("2.5.4.45", 0x03, b"\0\x05")], "2.5.4.45=#03020005"),
        ([attribute(CN, UTF8, b"a\x1b[31mb\n")], r"CN=a\1b[31mb\0a"),
        ([attribute(CN, UTF8, "evil\u202egnp".encode())], r"CN=evil\e2\80\aegnp"),
        ([attribute(CN, UTF8, b'#"+,;<>\\ ')], r"CN=\#\"\+\,\;\<\>\\\ "),
        ([attribute(CN, UTF8, b" ")], "CN=\\ "),
        ([attribute(CN, UTF8, b"")], "CN="),
    ],
)
def test_names_of_every_kind_are_written(sets: list[bytes], text: str) -> None:
    assert distinguished_name(name(*sets)) == (text, True)


def test_of_a_broken_name_what_stands_before_is_written() -> None:
    broken = name(attribute(ORG, UTF8, b"Example"), b"\x31\x03\x30\x01\x00", attribute(CN, UTF8, b"lost"))
    assert distinguished_name(broken) == ("O=Example", False)
    assert common_name(broken) is None


@pytest.mark.parametrize("value", [b"a" * 1_000_000, b"\x1b" * 1_000_000, "ä".encode() * 500_000])
@pytest.mark.parametrize("tag", [UTF8, 0x14, 0x1E, 0x04])
def test_a_megabyte_is_cut(value: bytes, tag: int) -> None:
    text, whole = distinguished_name(name(attribute(CN, tag, value)))
    assert len(text) == LONGEST_TEXT
    assert text.endswith("...")
    assert not whole
    assert common_name(name(attribute(CN, tag, value))) is None


@pytest.mark.parametrize(
    ("many", "text"),
    [
        (name(*[attribute(CN, UTF8, b"a")] * 65), ",".join(["CN=a"] * 64)),
        (name(tlv(0x31, *[attribute(CN, UTF8, b"a")[2:]] * 65)), "+".join(["CN=a"] * 64)),
        (name(*[b"\x31\x00"] * 65), ""),
    ],
)
def test_of_many_attributes_the_first_are_written(many: Element, text: str) -> None:
    assert distinguished_name(many) == (text, False)


def test_the_common_name_is_the_most_specific_text() -> None:
    assert (
        common_name(
            name(attribute(CN, UTF8, b"first"), attribute(ORG, UTF8, b"x"), attribute(CN, UTF8, b"last"))
        )
        == "last"
    )
    assert common_name(name(attribute(CN, UTF8, b"text"), attribute(CN, 0x03, b"\0a"))) == "text"
    assert common_name(name(attribute(ORG, UTF8, b"x"))) is None
    assert common_name(name(attribute(CN, UTF8, b"a\\b\x1b"))) == r"a\5cb\1b"
    assert common_name(name(attribute(CN, UTF8, b"a" * 256))) is None


def test_hosts_come_as_shown_and_none_twice() -> None:
    found = hosts(
        dns(b"b.example"),
        dns(b"*.A.example"),
        tlv(0x87, bytes([192, 0, 2, 7])),
        dns(b"b.example"),
        tlv(0x87, bytes(15) + b"\x01"),
        tlv(0x81, b"root@example"),
        tlv(0xA4, tlv(0x30)),
    )
    assert found == (["b.example", "*.A.example", "192.0.2.7", "::1"], True)


def test_hosts_of_more_than_one_extension_are_joined() -> None:
    values = [element(tlv(0x04, tlv(0x30, dns(host)))) for host in (b"a", b"b", b"a")]
    assert alternative_names(values) == (["a", "b"], True)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([dns("bücher.example".encode())], ["bücher.example"]),
        ([dns(b"b\xfccher.example")], ["bücher.example"]),
        ([dns(b"a\0.evil.example")], [r"a\00.evil.example"]),
        ([dns(b"a\x1b[2J\r\n.example")], [r"a\1b[2J\0d\0a.example"]),
        ([dns(b"a\\00.example")], [r"a\5c00.example"]),
    ],
)
def test_hosts_in_the_wrong_alphabet_are_shown_safely(names: list[bytes], found: list[str]) -> None:
    assert hosts(*names) == (found, True)


@pytest.mark.parametrize(
    "odd",
    [
        dns(b""),
        dns(b"a" * 256),
        dns(b"a" * 1_000_000),
        tlv(0x87, b"abc"),
        tlv(0x87, bytes(8)),
        b"\x82\x09cut",
    ],
)
def test_a_host_that_none_can_have_is_left_out_and_noted(odd: bytes) -> None:
    assert hosts(dns(b"a.example"), odd) == (["a.example"], False)


def test_what_is_no_list_of_names_holds_none() -> None:
    assert alternative_names([element(b"\x04\x03abc")]) == ([], False)
    assert alternative_names([]) == ([], True)


def test_of_many_hosts_the_first_are_kept() -> None:
    found, whole = hosts(*(dns(b"%d.example" % number) for number in range(MOST_NAMES + 1)))
    assert found == [f"{number}.example" for number in range(MOST_NAMES)]
    assert not whole


@given(garbled(tlv(0x30, dns(b"a.example"), tlv(0x87, bytes(4)), dns(b"b.example"))))
def test_any_bytes_are_hosts_that_print(data: bytes) -> None:
    found, _ = alternative_names([element(tlv(0x04, data))])
    assert all(host.isprintable() for host in found)


@given(garbled(attribute(ORG, UTF8, b"Example") + attribute(CN, 0x13, b"www.example")))
def test_any_bytes_are_a_name_that_prints(data: bytes) -> None:
    text, _ = distinguished_name(name(data))
    assert text.isprintable()
    assert (common_name(name(data)) or "").isprintable()
