"""The folder is the registry: each file a dialect, found by being there."""

from dataclasses import FrozenInstanceError
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hemostat.dialects
from hemostat.dialects import Dialect, dialects, greeted_by
from hemostat.evidence.kinds.probe import KIND

(FOLDER,) = map(Path, hemostat.dialects.__path__)
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "dialect"))


def test_each_file_is_a_dialect_and_each_dialect_a_file() -> None:
    declared = {name: import_module(f"hemostat.dialects.{name}").DIALECT for name in MODULES}
    assert MODULES
    assert {dialect.name: dialect for dialect in declared.values()} == dialects()
    assert len(dialects()) == len(MODULES), "two files declare the same name"


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_named_for_its_dialect(name: str) -> None:
    module = import_module(f"hemostat.dialects.{name}")
    assert module.DIALECT.name == name.replace("_", "-")
    assert module.__all__ == ["DIALECT"]
    assert isinstance(module.DIALECT, Dialect)


def test_no_scheme_belongs_to_two_dialects() -> None:
    schemes = [scheme for dialect in dialects().values() for scheme in dialect.schemes]
    assert len(schemes) == len(set(schemes))
    assert all(scheme == scheme.lower() for scheme in schemes)


def test_ports_are_ports() -> None:
    assert all(0 < port < 1 << 16 for dialect in dialects().values() for port in dialect.schemes.values())


def test_a_port_means_one_dialect() -> None:
    ports = [port for dialect in dialects().values() for port in dialect.ports]
    assert len(ports) == len(set(ports))


GREETINGS = {
    "smtp": (b"220 mx.example ESMTP Postfix\r\n", b"220-mx.example ESMTP Exim 4.96\r\n220 ready\r\n"),
    "ftp": (
        b"220 (vsFTPd 3.0.3)\r\n",
        b"220 ProFTPD Server (lab) [127.0.0.1]\r\n",
        b"220-FileZilla Server 1.8\r\n",
    ),
    "nntp": (b"200 news.example InterNetNews NNRP server INN 2.7.1 ready\r\n", b"201 NNTP Service Ready\r\n"),
    "irc": (
        b":irc.example NOTICE * :*** Looking up your hostname...\r\n",
        b"NOTICE AUTH :*** Checking Ident\r\n",
    ),
    "openvpn-tcp": (bytes.fromhex("000e 40 0102030405060708 00 00000000"),),
    "mysql": (
        bytes.fromhex("3b000000 0a") + b"8.0.36\0" + bytes(50),
        bytes.fromhex("48000000 ff 6a04") + b"Host 'h' is not allowed to connect to this MariaDB server",
    ),
    "nut": (b"ERR UNKNOWN-COMMAND\n",),
    "tls": (bytes.fromhex("15 0301 0002 02 0a"), bytes.fromhex("15 0303 0002 02 46")),
    "lmtp": (b"220 mail.example Cyrus LMTP v2 ready\r\n", b"220 mail.example LMTP\r\n"),
    "imap": (
        b"* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n",
        b"* PREAUTH hello\r\n",
        b"* BYE no\r\n",
    ),
    "pop3": (b"+OK Dovecot ready.\r\n", b"+OK\r\n"),
    "managesieve": (b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n', b'"SIEVE" "fileinto"\r\n"STARTTLS"\r\n'),
    "xmpp": (
        (
            b"<?xml version='1.0'?><stream:stream id='' xmlns:stream='http://etherx.jabber.org/streams' "
            b"xmlns='jabber:client'><stream:error>"
        ),
    ),
    "xmpp-server": (
        (
            b"<?xml version='1.0'?><stream:stream id='' xmlns:stream='http://etherx.jabber.org/streams' "
            b"xmlns='jabber:server'><stream:error>"
        ),
    ),
    "ldap": (bytes.fromhex("3024 0201 00 781f 0a0134 0400 0400 8a16") + b"1.3.6.1.4.1.1466.20036",),
}
"""First words of servers, as they are: each names its dialect, and no other claims it."""
STRANGERS = (
    b"",
    b"2",
    b"SSH-2.0-OpenSSH_9.2p1\r\n",
    b"HTTP/1.1 400 Bad Request\r\n",
    b"\x16\x03\x01\x00\x05",
    bytes.fromhex("15 0303 0002 03 46"),
    bytes.fromhex("15 0303 001a 02 46"),
    b"\xff\xfd\x18",
)


@pytest.mark.parametrize(
    ("name", "greeting"), [(name, each) for name, all_ in GREETINGS.items() for each in all_]
)
def test_a_greeting_names_one_dialect(name: str, greeting: bytes) -> None:
    assert [dialect.name for dialect in dialects().values() if dialect.greets(greeting)] == [name]
    found = greeted_by(greeting)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("heard", STRANGERS)
def test_what_is_no_dialects_greeting_names_none(heard: bytes) -> None:
    assert greeted_by(heard) is None


def test_every_dialect_that_can_be_known_by_its_greeting_has_one_here() -> None:
    never = (b"", b"\x16\x03\x01\x00\x05", b"junk")
    known = {name for name, dialect in dialects().items() if dialect.greets is not dialects()["dtls"].greets}
    assert known == GREETINGS.keys()
    assert not any(dialect.greets(heard) for dialect in dialects().values() for heard in never)


@given(
    st.binary(max_size=60), st.sampled_from([b"", *(each for all_ in GREETINGS.values() for each in all_)])
)
def test_at_most_one_dialect_claims_whatever_is_heard(noise: bytes, greeting: bytes) -> None:
    heard = greeting[: len(noise)] + noise
    assert sum(dialect.greets(heard) for dialect in dialects().values()) <= 1


def test_a_dialects_name_fits_into_the_evidence() -> None:
    for dialect in dialects().values():
        facts: Any = KIND.example
        spoken = {**facts["connections"][0], "dialect": dialect.name, "spoke": dialect.name}
        named = {"dialect": dialect.name, "transport": dialect.transport, "records": dialect.records}
        KIND.check({**facts, **named, "connections": [spoken]})


def test_a_dialect_does_not_change() -> None:
    dialect = next(iter(dialects().values()))
    with pytest.raises(FrozenInstanceError):
        dialect.name = "other"  # type: ignore[misc]
