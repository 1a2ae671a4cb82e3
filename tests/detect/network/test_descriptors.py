"""Room for sockets: the limit of this process is read and raised in children, whose hard limit is low."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.detect.network import descriptors
from hemostat.detect.network.descriptors import Room, make_room, room
from tests.detect.drivers.scripted import closed_port

ROOT = Path(__file__).parents[3]
OPEN_FILES = resource.RLIMIT_NOFILE


def limited(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, opened: int = 10) -> list[tuple[int, int]]:
    """A process of those limits; gives what they are set to."""
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda what: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda what, to: limits.append(to))
    monkeypatch.setattr(descriptors, "_open", lambda: opened)
    return limits


@pytest.mark.parametrize(
    ("soft", "wanted", "there_is"),
    [
        (resource.RLIM_INFINITY, 100_000, Room(100_000, 128)),
        (20_000, 64, Room(64, 128)),
        (1024, 64, Room(64, 110)),
        (1024, 5000, Room(660, 110)),
        (64, 5000, Room(21, 3)),
        (34, 64, Room(1, 1)),
        (4, 64, Room(1, 1)),
    ],
)
def test_probes_and_questions_fit_into_the_limit(
    monkeypatch: pytest.MonkeyPatch, soft: int, wanted: int, there_is: Room
) -> None:
    limited(monkeypatch, soft, 20_000)
    assert room(wanted) == there_is


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "raised", "possible"),
    [
        (1024, 20_000, 64, None, 64),
        (1024, 20_000, 5000, 5418, 5000),
        (1024, resource.RLIM_INFINITY, 5000, 5418, 5000),
        (1024, 2000, 5000, 2000, 1582),
        (64, 64, 5000, None, 21),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 5000, None, 5000),
    ],
)
def test_the_limit_is_raised_as_far_as_needed(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, raised: int | None, possible: int
) -> None:
    limits = limited(monkeypatch, soft, hard)
    assert make_room(wanted) == possible
    assert limits[1:] == ([] if raised is None else [(raised, hard)])


def test_a_system_that_raises_no_limit_leaves_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 256, resource.RLIM_INFINITY)

    def refuse(what: int, to: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert make_room(5000) == room(5000).probes == 150


def test_what_is_open_takes_room() -> None:
    # Far above what other threads of this process may open or close meanwhile.
    opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(500)]
    try:
        among = room(1 << 30)
    finally:
        for each in opened:
            os.close(each)
    assert 450 < room(1 << 30).probes - among.probes < 550


def test_a_process_that_cannot_be_looked_at_has_some_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert descriptors._open() == 16


LOOK = """
import asyncio, json, resource, sys
from hemostat.api.targets import read_target
from hemostat.detect.network import Options, look

async def main():
    targets = map(read_target, sys.argv[1:])
    options = Options(timeout=0.5, concurrency=5000, looks=40, retries=0)
    return [seen.failure or seen.facts["connections"][0]["failure"] async for seen in look(targets, options)]

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
print(json.dumps(asyncio.run(main())))
"""


def test_a_look_has_no_more_probes_at_once_than_descriptors() -> None:
    """120 looks at servers that take every connection and are silent, 5000 at once, in a process that may have 64 files
    open; and 40 names beside them.
    """
    with contextlib.ExitStack() as ends:
        servers = [ends.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1000)) for _ in range(3)]
        targets = [f"127.0.0.1:{each.getsockname()[1]}" for each in servers]
        names = [f"localhost:{closed_port(socket.SOCK_STREAM)}" for _ in range(40)]
        done = subprocess.run(
            [sys.executable, "-c", LOOK, *targets, *names],
            cwd=ROOT / "src",
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        )
    failures = json.loads(done.stdout)
    addresses = {found[4][0] for found in socket.getaddrinfo("localhost", 1, type=socket.SOCK_STREAM)}
    assert len(failures) == 40 * (3 + 40 * len(addresses))
    assert set(failures) == {None, "refused"}
