"""Debian's InspIRCd and ngIRCd: what `check` says of IRC with STARTTLS, without, with TLS from the first byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look
from tests.live.peers import inspircd, ngircd, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(("irc",), "InspIRCd", "inspircd", "TLS, none, hangs up (scripted)"),
    Tested(("irc", "tls"), "ngIRCd", "ngircd", "none; TLS from the first byte"),
)
NOTICE = b":irc.test NOTICE * :*** Looking up your hostname...\r\n"


@pytest.fixture(scope="module")
def inspircd_peer(logs: Path) -> Iterator[inspircd.Inspircd]:
    """Debian's InspIRCd with its three ports."""
    with inspircd.servers(logs / "inspircd") as started:
        yield started


@pytest.fixture(scope="module")
def ngircd_peer(logs: Path) -> Iterator[ngircd.Ngircd]:
    """Debian's ngIRCd with its two ports."""
    with ngircd.server(logs / "ngircd") as started:
        yield started


@pytest.mark.parametrize(
    ("target", "port", "reason"),
    [("irc", "tls", "not-offered"), ("irc", "plain", "no-tls"), ("tls", "implicit", "not-offered")],
)
def test_check_tells_how_inspircd_speaks_tls(
    inspircd_peer: inspircd.Inspircd, target: str, port: str, reason: str
) -> None:
    _judge(f"{target}://{inspircd_peer.host}:{inspircd_peer.ports[port]}", reason, "irc.test")


@pytest.mark.parametrize(
    ("target", "port", "reason"), [("irc", "plain", "no-tls"), ("tls", "implicit", "not-offered")]
)
def test_check_tells_how_ngircd_speaks_tls(
    ngircd_peer: ngircd.Ngircd, target: str, port: str, reason: str
) -> None:
    _judge(f"{target}://{ngircd_peer.host}:{ngircd_peer.ports[port]}", reason, "ngircd.test")


def _judge(target: str, reason: str, name: str) -> None:
    looked = look(target)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", reason, 0)
    assert answer["dialect"] == target.partition(":")[0]
    assert (answer["certificate"] is None) == (reason == "no-tls")
    if answer["certificate"]:
        assert answer["certificate"]["names"][0] == name


@pytest.mark.parametrize("script", [(scripted.HEAR,), (NOTICE, scripted.HEAR), (NOTICE[:9], scripted.HEAR)])
def test_one_that_hangs_up_in_the_middle_proves_nothing(script: tuple[scripted.Step, ...]) -> None:
    """A stand-in with the first words of an ircd."""
    with scripted.server(script) as stand_in:
        looked = look(f"irc://{stand_in.host}:{stand_in.port}")
    assert (looked.one()["verdict"], looked.one()["reason"]) == ("inconclusive", "closed-before-tls")
    assert looked.status == 3
