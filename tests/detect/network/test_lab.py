"""Against the lab's endpoints: each gets exactly its verdict, and over TCP none by our patience."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from hemostat import lab
from hemostat.api.targets import read_target
from hemostat.detect.network import Look, Options, look
from tests.detect.drivers.scripted import descriptors
from tests.detect.network.looking import QUICK, check_evidence, connections, settled, verdict_of

PATIENT = replace(QUICK, timeout=30.0)


async def looks_at(endpoints: tuple[lab.LabEndpoint, ...], options: Options) -> list[tuple[str, Look]]:
    """All looks at these endpoints, each with its endpoint's name."""
    before = descriptors()
    async with lab.serve(endpoints) as opened:
        names = {each.target: each.endpoint.name for each in opened}
        targets = map(read_target, names)
        found = [(names[seen.target.written], seen) async for seen in look(targets, options)]
    assert await settled(before)
    return found


def decided_by_the_peer(seen: Look) -> bool:
    """No connection ran into its time: the last word on each was the peer's, or what it had said was enough."""
    took = sum(each["microseconds"] for each in connections(seen))
    return took < 10_000_000 and all(each["failure"] is None for each in connections(seen))


@pytest.mark.parametrize("endpoint", lab.default_endpoints(), ids=lambda each: each.name)
def test_each_endpoint_gets_its_verdict(endpoint: lab.LabEndpoint) -> None:
    ((_, seen),) = asyncio.run(looks_at((endpoint,), PATIENT))
    check_evidence(seen)
    assert verdict_of(seen).word == endpoint.verdict
    assert endpoint.transport == "udp" or decided_by_the_peer(seen)


def test_40_looks_at_once_at_each_of_them() -> None:
    endpoints = lab.default_endpoints()
    found = asyncio.run(looks_at(endpoints, replace(PATIENT, looks=40, concurrency=40)))
    verdicts = Counter((name, verdict_of(seen).word) for name, seen in found)
    assert verdicts == {(each.name, each.verdict): 40 for each in endpoints}
    streams = [seen for _, seen in found if seen.target.transport == "tcp"]
    assert all(map(decided_by_the_peer, streams))
    for _, seen in found:
        check_evidence(seen)
