"""Object identifiers, held against the ones that `cryptography` knows."""

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


def test_a_size_belongs_to_a_type() -> None:
    assert KEY_SIZES.keys() <= set(KEY_TYPES.values())
