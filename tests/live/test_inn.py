"""Debian's INN: what `check` says of news servers for readers and in transit, with TLS, without, and half set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look
from tests.live.peers import inn, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(("nntp",), "INN (nnrpd and innd)", "inn2", "TLS, none, in transit, no key, hangs up (scripted)"),
)
GREETING = b"200 news.test InterNetNews NNRP server INN 2.7.1 ready (posting ok)\r\n"
OFFERED = b"101 Capability list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n"


@pytest.fixture(scope="module")
def peer(logs: Path) -> Iterator[inn.Inn]:
    """Debian's INN with its five ports."""
    with inn.servers(logs / "inn") as started:
        yield started


@pytest.mark.parametrize(
    ("target", "port", "verdict", "reason"),
    [
        ("nntp", "tls", "not-affected", "not-offered"),
        ("nntp", "transit", "not-affected", "not-offered"),
        ("nntp", "plain", "not-affected", "no-tls"),
        ("nntp", "no_key", "inconclusive", "tls-unavailable"),
        ("tls", "implicit", "not-affected", "not-offered"),
    ],
)
def test_check_tells_how_it_speaks_tls(
    peer: inn.Inn, target: str, port: str, verdict: str, reason: str
) -> None:
    looked = look(f"{target}://{peer.host}:{peer.ports[port]}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"]) == (verdict, reason)
    assert (answer["dialect"], looked.status) == (target, 3 if verdict == "inconclusive" else 0)
    assert (answer["certificate"] is not None) == (reason == "not-offered")
    if answer["certificate"]:
        assert answer["certificate"]["names"][0] == "news.test"


@pytest.mark.parametrize(
    "script",
    [
        (),
        (GREETING,),
        (GREETING, scripted.HEAR, OFFERED[:30]),
        (GREETING, scripted.HEAR, OFFERED, scripted.HEAR),
    ],
)
def test_one_that_hangs_up_in_the_middle_proves_nothing(script: tuple[scripted.Step, ...]) -> None:
    """A stand-in with INN's words."""
    with scripted.server(script) as stand_in:
        looked = look(f"nntp://{stand_in.host}:{stand_in.port}")
    assert (looked.one()["verdict"], looked.one()["reason"]) == ("inconclusive", "closed-before-tls")
    assert looked.status == 3
