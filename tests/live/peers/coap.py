"""Debian's CoAP server of libcoap, with OpenSSL: CoAP in the clear on one port, DTLS on the next.

with coap.server(folder) as peer:
    ...  # peer.port is that of DTLS
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, running

__all__ = ["Coap", "server"]


@dataclass(frozen=True, slots=True)
class Coap:
    """Where DTLS listens, what it shows, and the process."""

    host: str
    port: int
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Coap]:
    """Runs it; what it reads and writes stays in `folder`."""
    program = needs.program("coap-server-openssl", "libcoap3-bin")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "coap.test")
    port = _two_free_ports()
    argv = [
        program,
        "-A",
        "127.0.0.1",
        "-p",
        str(port),
        "-c",
        str(pair.certificate),
        "-j",
        str(pair.key),
        "-n",
    ]
    with running(argv, folder / "coap.log") as started:
        started.await_listening(port + 1, "udp")
        yield Coap("127.0.0.1", port + 1, pair, started)


def _two_free_ports() -> int:
    """The first of two UDP ports next to one another that were free a moment ago."""
    for first in range(20000, 60000, 2):
        with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
            try:
                one.bind(("127.0.0.1", first))
                other.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first
    raise OSError("no two free ports next to one another")
