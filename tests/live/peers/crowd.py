"""A crowd of servers in two processes of their own: hostile ones, and beside them the lab's, of every dialect.

    with crowd.hostile(folder, 200) as hostile, crowd.good(folder, 200) as good:
        hostile[0].target, hostile[0].said

By hand: `python -m tests.live.peers.crowd hostile 200` (or `good 200`) prints a JSON line for each server, then an
empty one.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from hemostat.detect.network.descriptors import make_room
from hemostat.dialects import Dialect, dialects
from hemostat.lab import LabEndpoint, default_endpoints, recorded_peer, serve_forever
from tests.live.peers.hostility import Hostile, hostiles
from tests.live.peers.processes import running

__all__ = ["Server", "good", "hostile"]

HOST = "127.0.0.1"
_FILES = 10_000
_PATIENCE = 120.0
"""Seconds for which a hostile server keeps a connection."""
_RECORDED = (
    ("vulnerable", "openssl-1.0.1f/server/tcp/TLS1.2/rsa/apache"),
    ("patched", "openssl-1.0.1g/server/tcp/TLS1.2/rsa/apache"),
    ("not-affected", "openssl-1.0.1f-no-heartbeats/server/tcp/TLS1.2/rsa/s_server-standard-input-at-its-end"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """One of the crowd: what it is called, how `check` is told of it, and what may be said of it: pairs of verdict and
    reason; of the lab's, the verdict with any reason (None).
    """

    name: str
    target: str
    said: frozenset[tuple[str, str | None]]


@contextlib.contextmanager
def hostile(folder: Path, number: int, *, namespace: str | None = None) -> Iterator[list[Server]]:
    """Serves so many hostile servers, each on a port of its own."""
    with _crowd(folder, "hostile", number, namespace) as servers:
        yield servers


@contextlib.contextmanager
def good(folder: Path, number: int, *, namespace: str | None = None) -> Iterator[list[Server]]:
    """Serves so many of the lab's: vulnerable, patched and without heartbeats, in every dialect, again and again."""
    with _crowd(folder, "good", number, namespace) as servers:
        yield servers


@contextlib.contextmanager
def _crowd(folder: Path, kind: str, number: int, namespace: str | None) -> Iterator[list[Server]]:
    folder.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "tests.live.peers.crowd", kind, str(number)]
    log = folder / f"{kind}.log"
    log.unlink(missing_ok=True)
    with running(argv, log, namespace=namespace) as started:
        lines = started.await_text("\n\n", timeout=60).splitlines()
        found = [json.loads(line) for line in lines[: lines.index("")]]
        yield [
            Server(one["name"], one["target"], frozenset((word, reason) for word, reason in one["said"]))
            for one in found
        ]


# -- in the process ------------------------------------------------------------------------------------------


def _serve_hostile(number: int) -> None:
    served = []
    with selectors.DefaultSelector() as selector:
        for each in hostiles(number):
            own = socket.socket(type=socket.SOCK_STREAM if each.behave else socket.SOCK_DGRAM)
            own.bind((HOST, 0))
            if each.behave:
                own.listen(64)
                selector.register(own, selectors.EVENT_READ, each)
            else:
                threading.Thread(target=_answer, args=(own, each), daemon=True).start()
            served.append((each, own.getsockname()[1]))
        _announce([(each.name, _target(each.dialect, port), sorted(each.said)) for each, port in served])
        while True:
            for key, _ in selector.select():
                with contextlib.suppress(OSError):
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    threading.Thread(target=_behave, args=(connection, key.data), daemon=True).start()


def _behave(connection: socket.socket, each: Hostile) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(_PATIENCE)
        if each.behave is not None:
            each.behave(connection)


def _answer(own: socket.socket, each: Hostile) -> None:
    while True:
        with contextlib.suppress(OSError):
            data, sender = own.recvfrom(1 << 16)
            if each.answer is not None:
                each.answer(own, data, sender)


def _good(number: int) -> list[LabEndpoint]:
    spoken = [
        LabEndpoint(f"{word}-{dialect.name}", recorded_peer(peer), word, dialect.name)
        for dialect in dialects().values()
        if dialect.has_words
        for word, peer in _RECORDED
    ]
    return list(islice(cycle([*spoken, *default_endpoints()]), number))


def _target(dialect: Dialect, port: int) -> str:
    return f"{next(iter(dialect.schemes))}://{HOST}:{port}"


def _announce(served: list[tuple[str, str, list[tuple[str, str | None]]]]) -> None:
    lines = [json.dumps({"name": name, "target": target, "said": said}) for name, target, said in served]
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def _serve(kind: str, number: int) -> None:
    make_room(_FILES)
    if kind == "hostile":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _serve_hostile(number)
    else:
        serve_forever(
            _good(number),
            HOST,
            0,
            lambda opened: _announce(
                [(each.endpoint.name, each.target, [(each.endpoint.verdict, None)]) for each in opened]
            ),
        )


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
