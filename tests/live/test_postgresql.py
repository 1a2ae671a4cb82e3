"""Debian's PostgreSQL: with TLS, without, for TLS alone; and its own client before our words."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from tests.live.conftest import ServerOf102q
from tests.live.looks import look, none_by_timeout
from tests.live.peers import front, postgresql, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("postgresql",),
        "PostgreSQL",
        "postgresql",
        "TLS, none, required (hostssl); ends in the middle; its own client",
    ),
)


@pytest.mark.parametrize(
    ("tls", "verdict"),
    [
        ("offered", ("not-affected", "not-offered")),
        ("required", ("not-affected", "not-offered")),
        ("none", ("not-affected", "no-tls")),
    ],
)
def test_check_says(tls: postgresql.Tls, verdict: tuple[str, str]) -> None:
    with postgresql.server(tls) as peer:
        looked = look(f"postgresql://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*verdict, 0)
    assert none_by_timeout(answer)
    if tls != "none":
        assert answer["certificate"]["sha256"] == hashlib.sha256(peer.certificate).hexdigest()


def test_asked_in_tls_from_the_first_byte_it_proves_nothing() -> None:
    """Before version 17 it hangs up; that is no word on TLS."""
    with postgresql.server("offered") as peer:
        answer = look(f"tls://{peer.host}:{peer.port}").one()
    assert answer["verdict"] == "inconclusive"


def test_one_that_hangs_up_in_the_middle() -> None:
    """A stand-in: it takes the request, and says nothing."""
    with scripted.server([scripted.HEAR]) as peer:
        answer = look(f"postgresql://{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")


def test_its_own_client_takes_our_words_for_a_servers(server_102q: ServerOf102q) -> None:
    """It finishes a TLS handshake through them, and then misses a PostgreSQL."""
    peer = server_102q("reads-on")
    with front.server("postgresql", (peer.host, peer.port)) as address:
        url = f"host={address.host} port={address.port} user=alice dbname=x sslmode=require connect_timeout=5"
        argv = [str(postgresql.programs() / "psql"), url, "-c", "select 1"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode
    assert "server does not support SSL" not in done.stderr
    assert "received invalid response to SSL negotiation" not in done.stderr
