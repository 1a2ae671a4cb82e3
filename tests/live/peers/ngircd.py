"""Debian's ngIRCd, started by hand in the foreground with a configuration of the suite: one process on loopback.

In a test: `with ngircd.server(folder) as peer: peer.ports["plain"]`. It knows no STARTTLS. The ports:

| name | what listens there |
|---|---|
| `plain` | IRC without TLS |
| `implicit` | IRC over TLS from the first byte (ircs) |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Ngircd", "server"]


@dataclass(frozen=True, slots=True)
class Ngircd:
    """A running ngIRCd: its ports by name, the certificate it shows, its process."""

    host: str
    ports: dict[str, int]
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Ngircd]:
    """Runs ngIRCd; everything it writes stays in `folder`."""
    program = needs.program("ngircd", "ngircd")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "ngircd.test")
    ports = {name: free_port() for name in ("plain", "implicit")}
    configuration = folder / "ngircd.conf"
    configuration.write_text(
        f"[Global]\nName = ngircd.test\nInfo = suite\nListen = 127.0.0.1\nPorts = {ports['plain']}\n"
        "[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\n"
        "[Options]\nPAM = no\nIdent = no\nDNS = no\n"
        f"[SSL]\nCertFile = {pair.certificate}\nKeyFile = {pair.key}\nPorts = {ports['implicit']}\n"
    )
    with running([program, "-n", "-f", str(configuration)], folder / "ngircd.log") as started:
        for port in ports.values():
            started.await_listening(port)
        yield Ngircd("127.0.0.1", ports, pair, started)
