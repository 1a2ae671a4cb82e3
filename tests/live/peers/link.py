"""A link with delay and loss between two network namespaces: what a distant, imperfect network does to an
exchange.

    with link.lossy(folder) as net:                         # 50 ms each way, 2% of packets lost each way, MTU
    1500
        at = {"host": net.server_address, "namespace": net.server_namespace}
        with openssl102q.server(folder, "closes", **at) as peer:
            net.run_in(net.client_namespace, ["ping", "-c", "3", net.server_address])

Two namespaces, each with a TUN device and the relay (`relay.py`) between them. Delay and loss befall IP
packets, below TCP and UDP, so a reset overtakes or destroys what it would on a real path, and each fragment
of a large datagram is lost on its own; a proxy between two TCP connections would show none of that. The
addresses are of a block that is reserved for documentation (RFC 5737), and neither namespace has a device or
route to anywhere else.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import namespaces, needs
from tests.live.peers.processes import Running, inside, running
from tests.live.peers.relay import DEVICE

CLIENT_ADDRESS = "192.0.2.1"
SERVER_ADDRESS = "192.0.2.2"
MTU = 1500
_QUEUE = 10_000
"""Packets that a device queues: the usual 500 would lose packets of 200 looks, beyond the loss asked for."""


@dataclass(frozen=True, slots=True)
class Link:
    """Both ends of the link, and its relay."""

    client_namespace: str
    client_address: str
    server_namespace: str
    server_address: str
    relay: Running

    def run_in(
        self, namespace: str, argv: Sequence[str], timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end inside one of the namespaces; the caller judges its status and output."""
        return subprocess.run(
            inside(namespace, argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )


@contextlib.contextmanager
def lossy(folder: Path, *, delay: float = 50.0, loss: float = 2.0, seed: int = 20140407) -> Iterator[Link]:
    """Makes a link: `delay` in milliseconds each way, `loss` in percent of the packets each way.

    Two links at once are two pairs of namespaces: they don't meet. The relay's log is kept in `folder`.
    """
    needs.tun()
    folder.mkdir(parents=True, exist_ok=True)
    with namespaces.namespace("client") as client, namespaces.namespace("server") as server:
        argv = [sys.executable, "-m", "tests.live.peers.relay", "--left", client, "--right", server]
        argv += ["--delay", str(delay), "--loss", str(loss), "--seed", str(seed)]
        with running(argv, folder / f"relay-{client}.log") as relay:
            relay.await_text("ready\n")
            for namespace, address in ((client, CLIENT_ADDRESS), (server, SERVER_ADDRESS)):
                _set_up(namespace, address)
            yield Link(client, CLIENT_ADDRESS, server, SERVER_ADDRESS, relay)


def counts(relay: Running) -> dict[str, dict[str, int]]:
    """How many packets each way carried and lost; to be asked after the link has ended."""
    last: dict[str, dict[str, int]] = json.loads(relay.said().splitlines()[-1])
    return last


def _set_up(namespace: str, address: str) -> None:
    # IPv6 would put packets of its own (neighbours, routers) on the link and so move the dice.
    quiet = ["sysctl", "-q", "-w", f"net.ipv6.conf.{DEVICE}.disable_ipv6=1"]
    subprocess.run(inside(namespace, quiet), check=True, capture_output=True)
    namespaces.ip("-n", namespace, "addr", "add", f"{address}/24", "dev", DEVICE)
    namespaces.ip("-n", namespace, "link", "set", DEVICE, "mtu", str(MTU), "txqueuelen", str(_QUEUE), "up")
