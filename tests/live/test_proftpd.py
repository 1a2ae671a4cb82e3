"""Debian's proftpd: what `check` says of FTP with TLS, without, with TLS required, and of one that hangs up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look
from tests.live.peers import proftpd, scripted
from tests.live.tested import Tested

TESTED = (Tested(("ftp",), "ProFTPD", "proftpd-mod-crypto", "TLS, none, required, hangs up (scripted)"),)
GREETING = b"220 ProFTPD Server (suite) [127.0.0.1]\r\n"


@pytest.fixture(scope="module")
def peer(logs: Path) -> Iterator[proftpd.Proftpd]:
    """Debian's proftpd with its four ports."""
    with proftpd.server(logs / "proftpd") as started:
        yield started


@pytest.mark.parametrize(
    ("target", "port", "reason"),
    [
        ("ftp", "tls", "not-offered"),
        ("ftp", "required", "not-offered"),
        ("ftp", "plain", "no-tls"),
        ("tls", "implicit", "not-offered"),
    ],
)
def test_check_tells_how_it_speaks_tls(peer: proftpd.Proftpd, target: str, port: str, reason: str) -> None:
    looked = look(f"{target}://{peer.host}:{peer.ports[port]}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", reason, 0)
    assert answer["dialect"] == target
    assert (answer["certificate"] is None) == (reason == "no-tls")
    if answer["certificate"]:
        assert answer["certificate"]["names"][0] == "ftp.test"


@pytest.mark.parametrize("script", [(GREETING,), (GREETING[:9],), (GREETING, scripted.HEAR), ()])
def test_one_that_hangs_up_in_the_middle_proves_nothing(script: tuple[scripted.Step, ...]) -> None:
    """A stand-in with ProFTPD's words."""
    with scripted.server(script) as stand_in:
        looked = look(f"ftp://{stand_in.host}:{stand_in.port}")
    assert (looked.one()["verdict"], looked.one()["reason"]) == ("inconclusive", "closed-before-tls")
    assert looked.status == 3
