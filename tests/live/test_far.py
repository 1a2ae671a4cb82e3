"""200 looks at each kind of peer over 100 ms and 2% loss: no wrong word, and hardly any that decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import ServerOf102q
from tests.live.looks import Looked, look
from tests.live.peers import lab
from tests.live.peers.link import Link

LOOKS = 200
MOST_INCONCLUSIVE = 3
"""Under 2% of 200."""


@pytest.fixture(scope="module")
def distant_lab(distant: Link, logs: Path) -> Iterator[dict[str, lab.Endpoint]]:
    """hemostat's lab at the far end of the link."""
    with lab.server(logs, host=distant.server_address, namespace=distant.server_namespace) as endpoints:
        yield endpoints


def look_often(target: str, net: Link) -> Looked:
    """200 looks, all at once, from the near end."""
    return look(target, "--looks", str(LOOKS), "--concurrency", str(LOOKS), namespace=net.client_namespace)


def judge(looked: Looked, expected: str, record: pytest.FixtureRequest) -> None:
    """Fails unless every look that decides says `expected`, and all but a few decide."""
    verdicts = looked.verdicts()
    words = {word for word, _ in verdicts}
    record.node.add_report_section("call", "verdicts", str(dict(verdicts)))
    assert sum(verdicts.values()) == LOOKS
    assert words <= {expected, "inconclusive"}, verdicts
    undecided = sum(count for (word, _), count in verdicts.items() if word == "inconclusive")
    assert undecided <= MOST_INCONCLUSIVE, verdicts


@pytest.mark.parametrize("kind", ["reads-on", "one-record-an-event", "closes", "shuts-down-and-closes"])
def test_the_real_102q(
    distant: Link, server_102q: ServerOf102q, kind: str, request: pytest.FixtureRequest
) -> None:
    peer = server_102q(kind, link=distant)
    judge(look_often(f"{peer.host}:{peer.port}", distant), "patched", request)


@pytest.mark.parametrize("kind", ["retries", "closes"])
def test_the_real_102q_over_dtls(
    distant: Link, server_102q: ServerOf102q, kind: str, request: pytest.FixtureRequest
) -> None:
    peer = server_102q(kind, dtls=True, link=distant)
    judge(look_often(f"dtls://{peer.host}:{peer.port}", distant), "patched", request)


@pytest.mark.parametrize(
    "name",
    [
        "vulnerable-reads-on",
        "vulnerable-one-record",
        "vulnerable-closes",
        "vulnerable-dtls-retries",
        "vulnerable-dtls-closes",
    ],
)
def test_the_vulnerable_of_the_lab(
    distant: Link, distant_lab: dict[str, lab.Endpoint], name: str, request: pytest.FixtureRequest
) -> None:
    endpoint = distant_lab[name]
    judge(look_often(endpoint.target, distant), "vulnerable", request)
