"""Debian's OpenLDAP server: what `check` says of LDAP."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import front, needs, scripted, slapd
from tests.live.peers.slapd import Slapd
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("ldap",), "OpenLDAP", "slapd", "TLS, none, required, TLS from the first byte, ends in the middle"
    ),
)

SUCCESS = bytes.fromhex("300c 0201 01 7807 0a0100 0400 0400")
NOTICE = bytes.fromhex("3024 0201 00 781f 0a0134 0400 0400 8a16") + b"1.3.6.1.4.1.1466.20036"
"""A Notice of Disconnection: unavailable."""


@pytest.fixture(scope="module")
def tls(logs: Path) -> Iterator[Slapd]:
    with slapd.server(logs / "slapd-tls", "tls") as peer:
        yield peer


@pytest.fixture(scope="module")
def required(logs: Path) -> Iterator[Slapd]:
    with slapd.server(logs / "slapd-required", "required") as peer:
        yield peer


@pytest.fixture(scope="module")
def none(logs: Path) -> Iterator[Slapd]:
    with slapd.server(logs / "slapd-none", "none") as peer:
        yield peer


def mine(peer: Slapd) -> str:
    return hashlib.sha256(peer.pair.der).hexdigest()


@pytest.mark.parametrize("kind", ["tls", "required"])
def test_tls(request: pytest.FixtureRequest, kind: str) -> None:
    peer: Slapd = request.getfixturevalue(kind)
    looked = look(f"ldap://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["dialect"] == "ldap"
    assert answer["certificate"]["sha256"] == mine(peer)
    assert none_by_timeout(answer)


def test_the_one_that_requires_tls_does(required: Slapd) -> None:
    """A search in the clear is refused (13: confidentialityRequired): so the port is what this module says it is."""
    program = needs.program("ldapsearch", "ldap-utils")
    address = f"ldap://{required.host}:{required.port}"
    done = subprocess.run(
        [program, "-x", "-H", address, "-s", "base", "-b", ""],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 13, done.stderr


def test_a_real_client_takes_our_words_for_a_servers(tls: Slapd) -> None:
    """ldapsearch asks hemostat's own side for StartTLS, and reads through it what slapd says in TLS; in the clear, it
    is told that it must.
    """
    program = needs.program("ldapsearch", "ldap-utils")
    with front.server("ldap", (tls.host, tls.direct_port or 0)) as address:
        argv = [
            program,
            "-x",
            "-H",
            f"ldap://{address.host}:{address.port}",
            "-s",
            "base",
            "-b",
            "",
            "-LLL",
            "+",
        ]
        environment = {**os.environ, "LDAPTLS_REQCERT": "never"}
        clear, encrypted = (
            subprocess.run(
                [*argv, *more], env=environment, capture_output=True, text=True, check=False, timeout=30
            )
            for more in ((), ("-ZZ",))
        )
    assert (clear.returncode, encrypted.returncode) == (13, 0), clear.stderr + encrypted.stderr
    assert "supportedExtension: 1.3.6.1.4.1.1466.20037" in encrypted.stdout


def test_tls_from_the_first_byte(tls: Slapd) -> None:
    looked = look(f"tls://{tls.host}:{tls.direct_port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["certificate"]["sha256"] == mine(tls)


def test_no_tls(none: Slapd) -> None:
    looked = look(f"ldap://{none.host}:{none.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "no-tls", 0)
    assert answer["certificate"] is None
    assert none_by_timeout(answer)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([scripted.HEAR], "closed-before-tls"),
        ([scripted.HEAR, SUCCESS[:9]], "closed-before-tls"),
        ([scripted.HEAR, NOTICE], "tls-unavailable"),
        ([scripted.HEAR, SUCCESS + SUCCESS], "text-before-tls"),
    ],
)
def test_one_that_hangs_up_in_the_middle(script: list[scripted.Step], reason: str) -> None:
    """A stand-in, in words after RFC 4511."""
    with scripted.server(script) as peer:
        looked = look(f"ldap://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("inconclusive", reason, 3)
