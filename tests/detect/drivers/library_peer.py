"""Peers for a library's conversations: keys, TLS servers in memory, and a loopback server that a test scripts."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from hemostat.wire.records import Record, RecordReader, record

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from tlslite import handshakesettings, tlsconnection, x509certchain
    from tlslite.utils import keyfactory

KEY_KINDS = ("rsa", "p256", "p384", "ed25519", "ed448")


@dataclass(frozen=True, slots=True)
class Pair:
    """A throw-away key and its certificate."""

    certificate: str
    key: str
    der: bytes

    def load_into(self, context: ssl.SSLContext, folder: Path) -> None:
        """Give both to an `ssl` context, which reads files alone."""
        path = folder / "pair.pem"
        path.write_text(self.key + self.certificate)
        context.load_cert_chain(path)


@cache
def pair(kind: str) -> Pair:
    """A key of one of `KEY_KINDS` and a certificate that it signs for itself."""
    private: Any = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ed448": ed448.Ed448PrivateKey.generate,
    }[kind]()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{kind}.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(private, None if kind.startswith("ed") else hashes.SHA256())
    )
    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        certificate.public_bytes(serialization.Encoding.DER),
    )


def certificate_of(public: CertificatePublicKeyTypes) -> bytes:
    """A certificate of any key, signed by another."""
    name = x509.Name([])
    now = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now)
        .sign(rsa.generate_private_key(65537, 2048), hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def costly_certificate() -> bytes:
    """A certificate with which a library in pure Python would compute for ever: its exponent has 2001 bits."""
    modulus = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
    return certificate_of(rsa.RSAPublicNumbers((1 << 2000) + 1, modulus).public_key())


def server_context(
    folder: Path,
    kind: str = "rsa",
    *,
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> ssl.SSLContext:
    """A server of Python's `ssl` for a range of versions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = oldest, newest
    pair(kind).load_into(context, folder)
    return context


class MemoryServer:
    """A server of Python's `ssl` over memory: bytes of the client in, bytes for it out."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def answer(self, data: bytes) -> bytes:
        """What it sends once it has read `data`."""
        self._incoming.write(data)
        with contextlib.suppress(ssl.SSLError):
            self._session.do_handshake()
        return self._outgoing.read()


def records(data: bytes) -> list[bytes]:
    """A flight cut into records, each as it goes on the wire."""
    return [raw(item) for item in RecordReader().feed(data)]


def raw(item: Record) -> bytes:
    """A record, an encrypted one too (which may be longer than a plain one), as it goes on the wire."""
    head = record(item.kind, item.version, b"")
    return head[:3] + len(item.body).to_bytes(2, "big") + item.body


Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def loopback(behave: Behaviour) -> Iterator[int]:
    """A server on 127.0.0.1 that does `behave` to each connection, one after the other; yields its port.

    What goes wrong in `behave` because the client went away is expected; at the end the thread is joined.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()
    failed: list[BaseException] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                if ending.is_set():
                    return
                connection.settimeout(5)
                try:
                    behave(connection)
                except OSError:
                    pass
                except Exception as error:  # noqa: BLE001 - shown to the test below
                    if not type(error).__name__.startswith("TLS"):
                        failed.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        with contextlib.suppress(OSError), socket.create_connection(listener.getsockname()):
            pass
        thread.join(10)
        listener.close()
    assert not thread.is_alive()
    assert failed == []


def tlslite_server(stream: Any, *, kind: str = "rsa", heartbeats: bool = True, **settings: Any) -> Any:
    """The other end: a handshake of tlslite-ng's own server over `stream`, finished."""
    connection = tlsconnection.TLSConnection(stream)
    wanted = handshakesettings.HandshakeSettings()
    wanted.maxVersion = (3, 3)
    wanted.use_heartbeat_extension = heartbeats
    client_certificate = settings.pop("client_certificate", False)
    for name, value in settings.items():
        setattr(wanted, name, value)
    chain = x509certchain.X509CertChain()
    chain.parsePemList(pair(kind).certificate)
    key = keyfactory.parsePEMKey(pair(kind).key, private=True)
    connection.handshakeServer(certChain=chain, privateKey=key, settings=wanted, reqCert=client_certificate)
    return connection


def next_message(connection: Any) -> tuple[int, bytes]:
    """The next message inside a finished handshake: content type and body, unjudged."""
    for item in connection._getNextRecord():
        if item not in (0, 1):
            return int(item[0].type), bytes(item[1].bytes)
    raise EOFError


def send_message(connection: Any, kind: int, body: bytes) -> None:
    """One message inside a finished handshake, in one record."""
    from tlslite.messages import Message

    for _ in connection._recordLayer.sendRecord(Message(kind, bytearray(body))):
        pass
