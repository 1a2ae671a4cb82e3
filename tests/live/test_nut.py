"""Debian's upsd of Network UPS Tools, with TLS and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.looks import look
from tests.live.peers import nut, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("nut",),
        "upsd (Network UPS Tools)",
        "nut-server",
        "with a certificate; without one; ends in the middle",
    ),
)


@pytest.mark.parametrize(
    ("tls", "verdict"), [(True, ("not-affected", "not-offered")), (False, ("not-affected", "no-tls"))]
)
def test_check_says(logs: Path, tls: bool, verdict: tuple[str, str]) -> None:
    with nut.server(logs / f"nut-{tls}", tls=tls) as peer:
        looked = look(f"nut://{peer.host}:{peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*verdict, 0)
    assert (answer["certificate"] is not None) == tls


def test_one_that_ends_in_the_middle() -> None:
    """A stand-in: no upsd does so when it is asked to."""
    with scripted.server([scripted.HEAR, b"OK STAR"]) as peer:
        answer = look(f"nut://{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")
