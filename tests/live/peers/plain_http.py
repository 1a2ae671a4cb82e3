"""Python's own HTTP server on a loopback port: HTTP where TLS is looked for.

In a test: `with plain_http.server(folder) as peer: peer.port`.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers.processes import Running, free_port, running


@dataclass(frozen=True, slots=True)
class PlainHttp:
    """A running HTTP server: where it listens, and its process."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[PlainHttp]:
    """Serves an empty folder below `folder`, where its log is kept."""
    served = folder / "served"
    served.mkdir(parents=True, exist_ok=True)
    port = free_port()
    argv = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(served), str(port)]
    with running(argv, folder / "http.log") as started:
        started.await_listening(port)
        yield PlainHttp("127.0.0.1", port, started)
