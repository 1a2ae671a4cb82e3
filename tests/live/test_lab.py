"""Each endpoint of `hemostat lab` gets the verdict that it announces, from the command as its user starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hemostat.lab import default_endpoints
from tests.live.looks import look, none_by_timeout
from tests.live.peers import lab

ENDPOINTS = default_endpoints()


@pytest.fixture(scope="module")
def endpoints(logs: Path) -> Iterator[dict[str, lab.Endpoint]]:
    """The lab's endpoints, on loopback."""
    with lab.server(logs) as found:
        yield found


@pytest.mark.parametrize("name", [each.name for each in ENDPOINTS])
def test_the_verdict_is_the_one_announced(endpoints: dict[str, lab.Endpoint], name: str) -> None:
    endpoint = endpoints[name]
    looked = look(endpoint.target)
    answer = looked.one()
    assert answer["verdict"] == endpoint.verdict
    assert looked.status == (1 if endpoint.verdict == "vulnerable" else 0)
    assert endpoint.transport == "udp" or none_by_timeout(answer)


def test_all_in_one_call(endpoints: dict[str, lab.Endpoint]) -> None:
    looked = look(*[each.target for each in endpoints.values()])
    said = {answer["target"]: answer["verdict"] for answer in looked.answers}
    assert said == {each.target: each.verdict for each in endpoints.values()}
    assert looked.status == 1
