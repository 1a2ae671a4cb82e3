"""Types and sizes of keys."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x448, x25519
from hypothesis import given

from hemostat.certificates.der import read_element
from hemostat.certificates.keys import read_key
from tests.certificates.making import identifier, private_key, tlv
from tests.wire.damage import garbled

RSA = identifier("1.2.840.113549.1.1.1")
EC = identifier("1.2.840.10045.2.1")
FORM = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key(spki: bytes) -> tuple[str, int | None]:
    return read_key(read_element(spki, 0, len(spki)))


def rsa_spki(modulus: bytes) -> bytes:
    numbers = tlv(0x30, tlv(0x02, b"\0" + modulus), b"\x02\x03\x01\x00\x01")
    return tlv(0x30, tlv(0x30, RSA, b"\x05\x00"), tlv(0x03, b"\0", numbers))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rsa", ("rsa", 2048)),
        ("ec", ("ec", 384)),
        ("dsa", ("dsa", 1024)),
        ("ed25519", ("ed25519", 255)),
        ("ed448", ("ed448", 448)),
    ],
)
def test_real_keys(kind: str, expected: tuple[str, int]) -> None:
    assert key(private_key(kind).public_key().public_bytes(*FORM)) == expected


def test_real_keys_that_cannot_sign() -> None:
    assert key(x25519.X25519PrivateKey.generate().public_key().public_bytes(*FORM)) == ("x25519", 255)
    assert key(x448.X448PrivateKey.generate().public_key().public_bytes(*FORM)) == ("x448", 448)
    numbers = tlv(0x30, tlv(0x02, b"\0" + b"\xff" * 64), b"\x02\x01\x02")
    assert key(tlv(0x30, tlv(0x30, identifier("1.2.840.10046.2.1"), numbers), b"\x03\x02\x00\x01")) == (
        "dh",
        512,
    )


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP521R1, ec.SECP256K1, ec.BrainpoolP384R1])
def test_real_curves(curve: type[ec.EllipticCurve]) -> None:
    public = ec.generate_private_key(curve()).public_key()
    assert key(public.public_bytes(*FORM)) == ("ec", curve().key_size)


@pytest.mark.parametrize("bits", [384, 512, 1024, 1 << 20])
def test_rsa_of_any_size_is_measured(bits: int) -> None:
    assert key(rsa_spki(b"\x80" + bytes(bits // 8 - 1))) == ("rsa", bits)


@pytest.mark.parametrize(
    ("spki", "expected"),
    [
        (tlv(0x30), ("", None)),
        (tlv(0x30, tlv(0x30)), ("", None)),
        (tlv(0x30, tlv(0x30, b"\x06\x01\xff")), ("", None)),
        (
            tlv(0x30, tlv(0x30, identifier("1.2.643.7.1.1.1.1")), b"\x03\x02\x00\x01"),
            ("1.2.643.7.1.1.1.1", None),
        ),
        (tlv(0x30, tlv(0x30, RSA)), ("rsa", None)),
        (tlv(0x30, tlv(0x30, RSA), b"\x03\x00"), ("rsa", None)),
        (tlv(0x30, tlv(0x30, RSA), b"\x03\x03\x00\x30\x00"), ("rsa", None)),
        (rsa_spki(b"\0"), ("rsa", None)),
        (tlv(0x30, tlv(0x30, EC), b"\x03\x02\x00\x04"), ("ec", None)),
        (tlv(0x30, tlv(0x30, EC, tlv(0x30, b"\x02\x01\x01")), b"\x03\x02\x00\x04"), ("ec", None)),
        (tlv(0x30, tlv(0x30, EC, identifier("1.3.132.0.99")), b"\x03\x02\x00\x04"), ("ec", None)),
    ],
)
def test_what_cannot_be_read_of_a_key_is_none(spki: bytes, expected: tuple[str, int | None]) -> None:
    assert key(spki) == expected


SMALL = rsa.generate_private_key(65537, 2048).public_key().public_bytes(*FORM)[4:]


@given(garbled(SMALL))
def test_any_bytes_are_a_key_of_some_type(contents: bytes) -> None:
    type, size = key(tlv(0x30, contents))
    assert all(character.isalnum() or character in ".-" for character in type)
    assert size is None or 0 < size <= 8 * len(contents)
