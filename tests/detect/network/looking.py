"""Looks as the tests of this folder take them: every one checked as evidence, judged, and nothing left open."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Any

from hemostat.api.targets import read_target
from hemostat.assess import Verdict, judge
from hemostat.detect.network import Look, Options, Resolver, look
from hemostat.evidence import KINDS, decode, encode
from tests.detect.drivers.scripted import descriptors

QUICK = Options(timeout=5.0, retries=0)


def look_at(
    written: str | Iterable[str], options: Options = QUICK, *, resolver: Resolver | None = None
) -> list[Look]:
    """All looks at the targets, in the order in which they came."""
    targets = map(read_target, [written] if isinstance(written, str) else written)

    async def gather() -> list[Look]:
        before = descriptors()
        async with asyncio.timeout(100):
            looks = [each async for each in look(targets, options, resolver=resolver)]
        assert await settled(before), "descriptors are left open"
        return looks

    looks = asyncio.run(gather())
    for each in looks:
        check_evidence(each)
    return looks


def look_once(written: str, options: Options = QUICK) -> Look:
    """The only look at a target with one address."""
    (seen,) = look_at(written, options)
    return seen


def check_evidence(seen: Look) -> None:
    """Facts are canonical evidence, and the certificates are those that they name."""
    facts = seen.facts
    if facts is None:
        assert seen.failure is not None
        return
    KINDS["probe"].check(facts)
    assert decode(encode(facts)) == facts
    named = {digest for connection in connections(seen) for digest in connection["certificates"]}
    assert seen.certificates.keys() == named
    assert all(hashlib.sha256(der).hexdigest() == digest for digest, der in seen.certificates.items())


def verdict_of(seen: Look) -> Verdict:
    """What the facts come to."""
    assert seen.facts is not None
    return judge(seen.facts)


def connections(seen: Look) -> list[dict[str, Any]]:
    """The connections of a look, as facts."""
    assert seen.facts is not None
    found: list[dict[str, Any]] = seen.facts["connections"]
    return found


async def settled(before: set[str]) -> bool:
    """Whether what has been opened since is closed again; a peer's thread closes its side a little later."""
    for _ in range(250):
        if descriptors() <= before:
            return True
        await asyncio.sleep(0.02)
    return False
