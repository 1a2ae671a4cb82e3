"""Whether a certificate's signature is by its own key."""

import warnings

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from hemostat.certificates.signature import refutes_itself
from tests.certificates.making import attribute, forged, identifier, issued, tlv

SAME = (attribute("2.5.4.3", 0x0C, b"root"),)
KINDS = ["rsa", "ec", "dsa", "ed25519", "ed448"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_by_its_own_key_does_not(kind: str) -> None:
    assert not refutes_itself(issued(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_by_another_key_does(kind: str) -> None:
    assert refutes_itself(issued(kind, by=f"{kind}, another"))


def test_a_signature_of_another_kind_cannot_be_checked_with_it() -> None:
    assert not refutes_itself(issued("ec", by="rsa"))


def test_a_changed_byte_does() -> None:
    der = bytearray(issued("ec"))
    der[-1] ^= 1
    certificate = x509.load_der_x509_certificate(bytes(der))
    with pytest.raises(InvalidSignature):
        certificate.verify_directly_issued_by(certificate)
    assert refutes_itself(bytes(der))


@pytest.mark.parametrize(
    "der",
    [
        forged(issuer=SAME, subject=SAME, spki=tlv(0x30, tlv(0x30, identifier("1.2.3")), b"\x03\x01\x00")),
        forged(issuer=SAME, subject=SAME, algorithm=tlv(0x30, identifier("1.2.840.113549.1.1.4"))),
        forged(issuer=SAME, subject=SAME, version=b"\xa0\x03\x02\x01\x09"),
        forged(issuer=SAME, subject=SAME, validity=()),
        b"",
        b"no certificate",
    ],
)
def test_what_nobody_can_check_does_not(der: bytes) -> None:
    assert not refutes_itself(der)


def test_odd_certificates_bring_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refutes_itself(forged(issuer=SAME, subject=SAME, serial=b"\x02\x01\x00"))


@pytest.mark.parametrize("bits", [16384, 65536])
def test_a_key_that_costs_too_much_is_not_computed_with(bits: int) -> None:
    modulus = b"\x00" + b"\xff" * (bits // 8)
    numbers = tlv(0x30, tlv(0x02, modulus), tlv(0x02, modulus))
    spki = tlv(0x30, tlv(0x30, identifier("1.2.840.113549.1.1.1"), b"\x05\x00"), tlv(0x03, b"\0", numbers))
    algorithm = tlv(0x30, identifier("1.2.840.113549.1.1.11"), b"\x05\x00")
    assert isinstance(refutes_itself(forged(issuer=SAME, subject=SAME, spki=spki, algorithm=algorithm)), bool)
