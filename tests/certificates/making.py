"""Certificates to read: real ones, made and signed by `cryptography`, and forged ones, put together byte by byte.

The forged ones are signed by nobody. They are written apart from `hemostat.certificates`, from X.690 and RFC
5280, so that an error of the reader is not shared here.
"""

import datetime
import ipaddress
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

__all__ = ["ED25519", "attribute", "forged", "identifier", "issued", "private_key", "san", "tlv"]

Private = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


@cache
def private_key(kind: str) -> Private:
    """A throw-away key, the same for the whole run: `rsa`, `ec`, `dsa`, `ed25519` or `ed448`; another one for
    `rsa, another`.
    """
    match kind.partition(",")[0]:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "ec":
            return ec.generate_private_key(ec.SECP384R1())
        case "dsa":
            return dsa.generate_private_key(1024)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
    return ed448.Ed448PrivateKey.generate()


def issued(
    kind: str = "ec",
    *,
    names: Sequence[str] = (),
    subject: str = "CN=www.example,O=Example",
    issuer: str | None = None,
    by: str | None = None,
    serial: int = 0xABC,
    years: tuple[int, int] = (2014, 2016),
) -> bytes:
    """A real certificate as DER: a key of that kind, signed by itself, or by the key of kind `by`."""
    key, signer = private_key(kind), private_key(by or kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(issuer or subject))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.datetime(years[0], 4, 7, 19, 30, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(years[1], 12, 31, 23, 59, 59, tzinfo=datetime.UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
    algorithm = None if (by or kind).startswith("ed") else hashes.SHA256()
    return builder.sign(signer, algorithm).public_bytes(serialization.Encoding.DER)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.RFC822Name(name) if "@" in name else x509.DNSName(name)


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element of DER."""
    contents = b"".join(parts)
    length = len(contents)
    if length < 0x80:
        return bytes([tag, length]) + contents
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + contents


def identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    encoded = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        encoded += bytes(reversed(digits))
    return tlv(0x06, encoded)


def attribute(type: str, tag: int, value: bytes) -> bytes:
    """A RelativeDistinguishedName of one attribute."""
    return tlv(0x31, tlv(0x30, identifier(type), tlv(tag, value)))


def san(*names: bytes) -> bytes:
    """A subjectAltName extension of these GeneralNames."""
    return tlv(0x30, identifier("2.5.29.17"), tlv(0x04, tlv(0x30, *names)))


ED25519 = tlv(0x30, tlv(0x30, identifier("1.3.101.112")), tlv(0x03, b"\0" + bytes(range(32))))
"""A SubjectPublicKeyInfo."""
_VALIDITY = (tlv(0x17, b"140407193000Z"), tlv(0x17, b"161231235959Z"))


def forged(
    *,
    version: bytes = b"\xa0\x03\x02\x01\x02",
    serial: bytes = b"\x02\x02\x0a\xbc",
    algorithm: bytes = b"0\x05\x06\x03\x2b\x65\x70",
    issuer: Sequence[bytes] = (attribute("2.5.4.3", 0x0C, b"Some CA"),),
    validity: Sequence[bytes] = _VALIDITY,
    subject: Sequence[bytes] = (attribute("2.5.4.3", 0x0C, b"www.example"),),
    spki: bytes = ED25519,
    extensions: Sequence[bytes] | None = None,
) -> bytes:
    """A certificate as DER of which every field may be anything."""
    body = tlv(
        0x30,
        version,
        serial,
        algorithm,
        tlv(0x30, *issuer),
        tlv(0x30, *validity),
        tlv(0x30, *subject),
        spki,
        b"" if extensions is None else tlv(0xA3, tlv(0x30, *extensions)),
    )
    return tlv(0x30, body, algorithm, tlv(0x03, bytes(65)))
