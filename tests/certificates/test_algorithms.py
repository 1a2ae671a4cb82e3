"""Object identifiers, held against the ones that `cryptography` knows."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ObjectIdentifier, PublicKeyAlgorithmOID, SignatureAlgorithmOID

from hemostat.certificates.algorithms import CURVE_SIZES, KEY_SIZES, KEY_TYPES, SIGNATURES


def known(of: type) -> dict[str, str]:
    """The names of a class of `cryptography`'s identifiers, by their numbers."""
    return {value.dotted_string: name for name, value in vars(of).items() if not name.startswith("_")}


def plain(name: str) -> str:
    """`sha256WithRSAEncryption`, `RSA_WITH_SHA256` and `rsa-sha256` as one: their words, sorted."""
    name = name.lower().replace("rsaencryption", "rsa").replace("rsasignature", "rsa")
    for word in ("with", "_", "-"):
        name = name.replace(word, " ")
    return "".join(sorted(name.replace(" ", "")))


def test_signatures_have_the_names_that_others_know_them_by() -> None:
    others = known(SignatureAlgorithmOID)
    both = SIGNATURES.keys() & others.keys()
    assert len(both) >= 15
    assert {
        number: plain(SIGNATURES[number]) for number in both if "pss" not in SIGNATURES[number].lower()
    } == {number: plain(others[number]) for number in both if "PSS" not in others[number]}


def test_key_types_have_the_names_that_others_know_them_by() -> None:
    others = known(PublicKeyAlgorithmOID)
    both = KEY_TYPES.keys() & others.keys()
    assert len(both) >= 6
    for number in both:
        assert others[number].lower().replace("_", "-").startswith(KEY_TYPES[number])


@pytest.mark.parametrize(
    "curve", [c for c in vars(ec.EllipticCurveOID).values() if hasattr(c, "dotted_string")]
)
def test_every_curve_that_others_know_has_the_size_that_they_give_it(curve: ObjectIdentifier) -> None:
    assert CURVE_SIZES[curve.dotted_string] == ec.get_curve_for_oid(curve)().key_size


# SEC 2 section 2 and 3, RFC 5480 section 2.1.1.1, RFC 5639 section 3: a curve's name says the size of its field.
CURVE_NAMES = {
    "1.2.840.10045.3.1.1": "secp192r1",
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.3.132.0.1": "sect163k1",
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.15": "sect163r2",
    "1.3.132.0.16": "sect283k1",
    "1.3.132.0.17": "sect283r1",
    "1.3.132.0.26": "sect233k1",
    "1.3.132.0.27": "sect233r1",
    "1.3.132.0.33": "secp224r1",
    "1.3.132.0.34": "secp384r1",
    "1.3.132.0.35": "secp521r1",
    "1.3.132.0.36": "sect409k1",
    "1.3.132.0.37": "sect409r1",
    "1.3.132.0.38": "sect571k1",
    "1.3.132.0.39": "sect571r1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}


def test_a_curve_has_the_size_that_its_name_says() -> None:
    assert {number: int(re.findall(r"\d{3}", name)[0]) for number, name in CURVE_NAMES.items()} == CURVE_SIZES


def test_a_size_belongs_to_a_type() -> None:
    assert KEY_SIZES.keys() <= set(KEY_TYPES.values())
