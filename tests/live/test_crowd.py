"""A crowd: 200 hostile servers beside 200 good ones, of all dialects, asked at once.

Every good one gets its verdict and every hostile one a reason; the deadline holds for each; nothing is left open, and
memory does not grow. The servers are `peers.crowd`: the lab's recorded OpenSSL, and hostile stand-ins by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hemostat.dialects import dialects
from tests.live.looks import Looked, look
from tests.live.peers import crowd
from tests.live.peers.hostility import hostiles
from tests.live.peers.processes import REPOSITORY, python_path

OF_EACH = 200
TIMEOUT = 30.0
"""Seconds. One good server takes half a second; all of them at once, on a machine that does other things, ten."""
SLACK = 30.0
"""Seconds by which a busy machine may be late. It is the deadline that is tested, not the speed."""
ROUNDS = 5
ROUND_TIMEOUT = 6.0
_SETTLED = 2
"""Rounds in which caches fill."""


@pytest.fixture(scope="module")
def hostile(logs: Path) -> Iterator[list[crowd.Server]]:
    with crowd.hostile(logs / "crowd", OF_EACH) as servers:
        yield servers


@pytest.fixture(scope="module")
def good(logs: Path) -> Iterator[list[crowd.Server]]:
    with crowd.good(logs / "crowd", OF_EACH) as servers:
        yield servers


def asked(servers: Sequence[crowd.Server], folder: Path, timeout: float) -> Looked:
    """All at once, from a list, within the time that one answer may take."""
    listed = folder / "servers.txt"
    listed.write_text("".join(f"{server.target}\n" for server in servers))
    arguments = ("--file", str(listed), "--concurrency", "1000", "--timeout", str(timeout))
    began = time.monotonic()
    looked = look(*arguments, timeout=timeout + 2 * SLACK)
    assert time.monotonic() - began < timeout + SLACK
    return looked


def wrong(servers: Sequence[crowd.Server], answers: Sequence[dict[str, Any]]) -> list[str]:
    """What should not have been said, of whom."""
    said = {answer["target"]: (answer["verdict"], answer["reason"]) for answer in answers}
    return [
        f"{server.name} {server.target}: {said.get(server.target)}"
        for server in servers
        if not {said.get(server.target), (said.get(server.target, ("", ""))[0], None)} & server.said
    ]


def in_time(answers: Sequence[dict[str, Any]], timeout: float) -> bool:
    """Whether the last connection of each was over when its time was."""
    last = [answer["evidence"]["facts"]["connections"][-1] for answer in answers]
    return all(each["started"] + each["microseconds"] < (timeout + SLACK) * 1e6 for each in last)


def test_the_crowd_has_every_dialect_and_every_way_to_be_hostile() -> None:
    some, every = hostiles(OF_EACH), hostiles()
    assert len(some) == OF_EACH
    assert {each.dialect.name for each in some} == dialects().keys()
    assert {each.name for each in some} == {each.name for each in every}
    assert {word for each in every for word, _ in each.said} == {"inconclusive", "not-affected"}


def test_every_good_server_is_right_and_every_hostile_one_has_a_reason(
    hostile: list[crowd.Server], good: list[crowd.Server], tmp_path: Path
) -> None:
    mixed = [each for pair in zip(good, hostile, strict=True) for each in pair]
    looked = asked(mixed, tmp_path, TIMEOUT)
    assert wrong(mixed, looked.answers) == []
    assert len(looked.answers) == 2 * OF_EACH
    assert in_time(looked.answers, TIMEOUT)
    assert (looked.status, looked.said) == (1, "")


def test_every_way_to_be_hostile_in_every_dialect(logs: Path, tmp_path: Path) -> None:
    every = len(hostiles())
    with crowd.hostile(logs / "all", every) as servers:
        looked = asked(servers, tmp_path, TIMEOUT)
    assert wrong(servers, looked.answers) == []
    assert len(looked.answers) == every
    assert in_time(looked.answers, TIMEOUT)
    assert looked.status == 3


ROUND = """
import gc, json, os, sys, threading
from hemostat import api

targets, rounds, ledger, timeout = json.loads(sys.stdin.read())
options = api.CheckOptions(concurrency=1000, timeout=timeout)
for _ in range(rounds):
    said = [[each.target, each.verdict, each.reason] for each in api.check(targets, options, ledger=ledger)]
    told = {"answers": said, "open": sorted(os.listdir("/proc/self/fd")), "threads": threading.active_count()}
    del said
    gc.collect()
    told["blocks"] = sys.getallocatedblocks()
    told["resident"] = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    print(json.dumps(told), flush=True)
    del told
"""


@pytest.mark.timeout(300)
def test_rounds_in_one_process_leave_nothing_open_and_memory_flat(
    hostile: list[crowd.Server], good: list[crowd.Server], tmp_path: Path
) -> None:
    servers = [*good, *hostile]
    wanted = [[each.target for each in servers], ROUNDS, str(tmp_path / "ledger.sqlite"), ROUND_TIMEOUT]
    done = subprocess.run(
        [sys.executable, "-c", ROUND],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": python_path()},
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=False,
        timeout=ROUNDS * (ROUND_TIMEOUT + SLACK),
    )
    assert (done.returncode, done.stderr) == (0, "")
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rounds) == ROUNDS
    for each in rounds:
        assert each["open"] == rounds[0]["open"]
        assert each["threads"] == 1
        # A machine that does other things may be too slow for so short a time: then nothing is proved.
        said = {target: (word, reason) for target, word, reason in each["answers"]}
        assert [
            (server.name, said[server.target])
            for server in servers
            if said[server.target][0] not in ("inconclusive", *(word for word, _ in server.said))
        ] == []
    settled, last = rounds[_SETTLED - 1], rounds[-1]
    # Less than one object for each look.
    assert last["blocks"] - settled["blocks"] < (ROUNDS - _SETTLED) * len(servers)
    assert last["resident"] - settled["resident"] < 5_000_000
