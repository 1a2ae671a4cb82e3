"""hemostat's own lab endpoints as a program of its own, so that they can stand at the far end of a link.

    with lab.server(folder, host=net.server_address, namespace=net.server_namespace) as endpoints:
        endpoints["vulnerable-closes"].target

The lab itself stays on loopback unless it is told otherwise; here it is told so, for a namespace that leads
nowhere. By hand: `python -m tests.live.peers.lab HOST` prints a JSON line for each endpoint, then an empty
one.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hemostat.lab import OpenEndpoint, announcement, default_endpoints, serve_forever
from tests.live.peers.processes import running


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A lab endpoint that listens: how `check` is told of it, its transport, the verdict it is made to earn."""

    name: str
    target: str
    transport: str
    verdict: str


@contextlib.contextmanager
def server(
    folder: Path, *, host: str = "127.0.0.1", namespace: str | None = None
) -> Iterator[dict[str, Endpoint]]:
    """Serves the lab's default endpoints, each on a port of its own; yields them by name."""
    folder.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "tests.live.peers.lab", host]
    with running(argv, folder / f"lab-{namespace or 'loopback'}.log", namespace=namespace) as started:
        lines = started.await_text("\n\n").splitlines()
        found = [json.loads(line) for line in lines[: lines.index("")]]
        yield {
            one["name"]: Endpoint(one["name"], _target(one), one["transport"], one["verdict"])
            for one in found
        }


def _target(announced: dict[str, str]) -> str:
    return announced["command"].rpartition(" ")[2]


def _announce(opened: tuple[OpenEndpoint, ...]) -> None:
    sys.stdout.write(announcement(opened, as_json=True) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve_forever(default_endpoints(), sys.argv[1], 0, _announce, anywhere=True)
