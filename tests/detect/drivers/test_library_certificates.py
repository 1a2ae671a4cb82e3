"""Certificates that a library must not read unlooked at."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from hypothesis import given
from hypothesis import strategies as st

from hemostat.detect.drivers.library_certificates import TooCostly, check_keys, read_certificate_13
from hemostat.wire.errors import WireError
from tests.detect.drivers.library_peer import KEY_KINDS, certificate_of, costly_certificate, pair


def _message(entries: list[tuple[bytes, bytes]], context: bytes = b"") -> bytes:
    listed = b"".join(
        len(der).to_bytes(3, "big") + der + len(extensions).to_bytes(2, "big") + extensions
        for der, extensions in entries
    )
    return bytes([len(context)]) + context + len(listed).to_bytes(3, "big") + listed


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.binary(max_size=20)), max_size=32),
    st.binary(max_size=5),
)
def test_what_was_listed_is_read(entries: list[tuple[bytes, bytes]], context: bytes) -> None:
    assert read_certificate_13(_message(entries, context)) == tuple(der for der, _ in entries)


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.binary(max_size=5)), min_size=1, max_size=4),
    st.data(),
)
def test_a_cut_message_is_truncated(entries: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    body = _message(entries)
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(WireError) as caught:
        read_certificate_13(body[:cut])
    assert caught.value.code == "truncated"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    refused = None
    certificates: tuple[bytes, ...] = ()
    try:
        certificates = read_certificate_13(body)
    except WireError as error:
        refused = error.code
    assert refused in {None, "truncated", "trailing-bytes", "bad-value"}
    assert sum(map(len, certificates)) <= len(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_message([(b"x", b"")]) + b"\0", "trailing-bytes"),
        (_message([(b"", b"")]), "bad-value"),
        (_message([(b"x", b"")] * 33), "bad-value"),
        (b"\0\0\0\6" + b"\0\0\1x\0\1", "truncated"),
    ],
)
def test_faults_by_name(body: bytes, code: str) -> None:
    with pytest.raises(WireError) as caught:
        read_certificate_13(body)
    assert caught.value.code == code


def test_ordinary_keys_are_borne() -> None:
    check_keys([pair(kind).der for kind in KEY_KINDS])


def test_a_long_exponent_is_too_costly() -> None:
    modulus = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
    bearable = rsa.RSAPublicNumbers((1 << 63) + 1, modulus).public_key()
    check_keys([certificate_of(bearable)])
    with pytest.raises(TooCostly):
        check_keys([pair("rsa").der, costly_certificate()])


def test_a_key_of_no_use_is_refused() -> None:
    with pytest.raises(TooCostly):
        check_keys([certificate_of(x25519.X25519PrivateKey.generate().public_key())])


def _tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    length = (
        bytes([size])
        if size < 0x80
        else bytes([0x81, size])
        if size < 0x100
        else b"\x82" + size.to_bytes(2, "big")
    )
    return bytes([tag]) + length + body


def _explicit_curve() -> bytes:
    """A certificate whose key lies on a curve of the peer's own: y² = x³ + x + 1 over a prime field of 65,521 bits."""
    prime = b"\1" + bytes(8188) + b"\x0b"
    one = _tlv(2, b"\1")
    compressed = b"\2" + bytes(8189) + b"\1"
    field = _tlv(0x30, bytes.fromhex("06072a8648ce3d0101"), _tlv(2, prime))
    parameters = _tlv(0x30, one, field, _tlv(0x30, _tlv(4, b"\1"), _tlv(4, b"\1")), _tlv(4, compressed), one)
    algorithm = _tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), parameters)
    key = _tlv(0x30, algorithm, _tlv(3, b"\0", compressed))
    signature = _tlv(0x30, bytes.fromhex("06082a8648ce3d040302"))
    times = _tlv(0x30, _tlv(0x17, b"240101000000Z"), _tlv(0x17, b"340101000000Z"))
    empty = _tlv(0x30)
    body = _tlv(0x30, _tlv(0xA0, _tlv(2, b"\2")), one, signature, empty, times, empty, key)
    return _tlv(0x30, body, signature, _tlv(3, b"\0\0"))


def test_a_curve_of_the_peers_own_is_not_read() -> None:
    certificate = _explicit_curve()
    x509.load_der_x509_certificate(certificate)
    with pytest.raises(Exception, match=r"(?i)curve|explicit|parameter|key"):
        check_keys([certificate])
