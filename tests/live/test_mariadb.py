"""Debian's MariaDB: with TLS, without, requiring it; and its own client before our words."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import subprocess

import pytest

from tests.live.conftest import ServerOf102q
from tests.live.looks import look, none_by_timeout
from tests.live.peers import front, mariadb, needs, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("mysql",),
        "MariaDB",
        "mariadb-server",
        "TLS, none, required; full; ends in the middle; its own client",
    ),
)

GREETING = (
    bytes.fromhex("5a000000 0a")
    + b"5.5.5-10.11.6-MariaDB-0+deb12u1\0"
    + bytes.fromhex("1e000000")
    + b"R5>P<NBJ\0"
)
"""The first half of a real greeting of MariaDB 10.11.6's."""


@pytest.mark.parametrize(
    ("tls", "verdict"),
    [
        ("offered", ("not-affected", "not-offered")),
        ("required", ("not-affected", "not-offered")),
        ("none", ("not-affected", "no-tls")),
    ],
)
def test_check_says(tls: mariadb.Tls, verdict: tuple[str, str]) -> None:
    with mariadb.server(tls) as peer:
        by_scheme, by_greeting = look(f"mysql://{peer.host}:{peer.port}", f"{peer.host}:{peer.port}").answers
    for answer in (by_scheme, by_greeting):
        assert (answer["verdict"], answer["reason"], answer["dialect"]) == (*verdict, "mysql")
        assert none_by_timeout(answer)
        if tls != "none":
            assert answer["certificate"]["sha256"] == hashlib.sha256(peer.certificate).hexdigest()
    said = [answer["explanation"] for answer in (by_scheme, by_greeting)]
    assert ["greeted in" in each for each in sorted(said, key=len)] == [False, True]


def test_one_that_is_full_says_so_in_place_of_a_greeting() -> None:
    """That is no word on TLS."""
    with mariadb.server("offered", connections=10) as peer, contextlib.ExitStack() as held:
        # One more than all, which is kept for its administrator.
        for _ in range(11):
            taken = held.enter_context(socket.create_connection((peer.host, peer.port), timeout=10))
            assert taken.recv(5)[4:] == b"\x0a"
        answers = look(f"mysql://{peer.host}:{peer.port}", f"{peer.host}:{peer.port}").answers
    for answer in answers:
        assert (answer["verdict"], answer["reason"]) == ("inconclusive", "tls-unavailable")
        assert answer["dialect"] == "mysql"


def test_one_that_hangs_up_in_the_middle() -> None:
    """A stand-in, that says half of what a MariaDB says."""
    with scripted.server([GREETING]) as peer:
        answer = look(f"mysql://{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")


def test_its_own_client_takes_our_words_for_a_servers(server_102q: ServerOf102q) -> None:
    """It comes through them to a TLS handshake, and to the end of it: there is no MySQL behind."""
    client = needs.program("mariadb", "mariadb-client")
    peer = server_102q("reads-on")
    with front.server("mysql", (peer.host, peer.port)) as address:
        argv = [client, "--no-defaults", "-h", address.host, "-P", str(address.port), "-u", "root", "--ssl"]
        argv += ["--ssl-cipher=ALL:@SECLEVEL=0", "--connect-timeout=3", "-e", "select 1"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode
    assert "insecure" not in done.stderr
    assert any(word in done.stderr for word in ("TLS", "SSL", "reading", "Lost connection")), done.stderr
