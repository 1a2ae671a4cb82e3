"""Others who know the protocol, to compare with: TShark, tlslite-ng, the OpenSSL of Python's `ssl`."""

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

with warnings.catch_warnings():
    # It imports asyncore, of which Python 3.11 warns.
    warnings.simplefilter("ignore", DeprecationWarning)
    from tlslite import constants, extensions, messages, x509certchain
    from tlslite.utils import codec

__all__ = [
    "Spoken",
    "codec",
    "constants",
    "extensions",
    "handshake_of_openssl",
    "messages",
    "numbers",
    "self_signed",
    "x509certchain",
]

NUMBERS = Path(__file__).with_name("numbers.tsv")


@cache
def numbers(field: str) -> dict[int, str]:
    """TShark's names of the numbers of one of its fields: `tls.handshake.ciphersuite`."""
    lines = NUMBERS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {int(number, 0): name for named, number, name in rows if named == field}


@cache
def self_signed(name: str, extra: int = 0) -> tuple[bytes, bytes]:
    """A new certificate for `name` as DER, and it with its key as PEM. `extra`: bytes that make it longer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if extra:
        comment = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.840.1.113730.1.13"), bytes(extra))
        builder = builder.add_extension(comment, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.DER), certificate.public_bytes(Encoding.PEM) + private


class Spoken(NamedTuple):
    """What client and server of one handshake said first, and the server's certificate (DER)."""

    client: bytes
    server: bytes
    certificate: bytes


@cache
def handshake_of_openssl(version: ssl.TLSVersion, name: str = "www.example", extra: int = 0) -> Spoken:
    """The first flights of a handshake in memory between two ends of Python's `ssl`, of that version."""
    certificate, pair = self_signed(name, extra)
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False
    asking.verify_mode = ssl.CERT_NONE
    asking.minimum_version = asking.maximum_version = version
    with TemporaryDirectory() as folder:
        path = Path(folder, "pair.pem")
        path.write_bytes(pair)
        serving.load_cert_chain(path)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname=name)
    _step(client)
    hello = to_server.read()
    heard = ssl.MemoryBIO()
    heard.write(hello)
    _step(serving.wrap_bio(heard, to_client, server_side=True))
    return Spoken(hello, to_client.read(), certificate)


def _step(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return
    raise AssertionError("a handshake takes more than one flight")
