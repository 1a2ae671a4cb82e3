"""Debian's coturn: a TURN server that speaks TLS and DTLS on one port number, on loopback.

In a test: `with coturn.server(folder) as peer: peer.port` (TLS over TCP, DTLS over UDP).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import self_signed
from tests.live.peers.processes import Running, free_port, running


@dataclass(frozen=True, slots=True)
class Coturn:
    """A running coturn: where it speaks TLS and DTLS, and its process."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Coturn]:
    """Runs coturn without its command line and database; everything it writes stays in `folder`."""
    program = needs.program("turnserver", "coturn")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "coturn.test")
    plain, secure = free_port(), free_port()
    configuration = folder / "turnserver.conf"
    configuration.write_text(
        f"listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port={plain}\ntls-listening-port={secure}\n"
        f"cert={pair.certificate}\npkey={pair.key}\nrealm=coturn.test\nlt-cred-mech\nuser=nobody:unused\n"
        f"userdb={folder}/turndb\npidfile={folder}/turnserver.pid\n"
        "no-cli\nno-rfc5780\nno-multicast-peers\nrelay-threads=1\nlog-file=stdout\n"
    )
    with running([program, "-c", str(configuration)], folder / "coturn.log") as started:
        started.await_listening(secure)
        started.await_listening(secure, "udp")
        yield Coturn("127.0.0.1", secure, started)
