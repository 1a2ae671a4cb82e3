"""Debian's xrdp: TLS, RDP's own security alone, whichever the client offers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import scripted, xrdp
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("rdp",), "xrdp", "xrdp", "security layer TLS, negotiated, RDP alone (no TLS); ends in the middle"
    ),
)


@pytest.mark.parametrize(
    ("security", "verdict"),
    [
        ("tls", ("not-affected", "not-offered")),
        ("negotiate", ("not-affected", "not-offered")),
        ("rdp", ("not-affected", "no-tls")),
    ],
)
def test_check_says(logs: Path, security: xrdp.Security, verdict: tuple[str, str]) -> None:
    with xrdp.server(logs / f"xrdp-{security}", security) as peer:
        looked = look(f"rdp://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*verdict, 0)
    assert none_by_timeout(answer)
    if security != "rdp":
        assert answer["certificate"]["sha256"] == hashlib.sha256(peer.pair.der).hexdigest()


def test_one_that_hangs_up_in_the_middle() -> None:
    """A stand-in: half of a confirmation."""
    with scripted.server([scripted.HEAR, bytes.fromhex("030000130ed0")]) as peer:
        answer = look(f"rdp://{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")
