"""Debian's gnutls-serv with heartbeats on, over TLS 1.2 and over DTLS, in a network namespace of its own.

gnutls-serv cannot be told to listen on one address, so it lives where there is nothing but a loopback: who
looks at it enters that namespace too (`looks.py` does). No device leads there and no route leads away from
there.

In a test:

    with gnutls.server(folder) as peer:
        ...  # peer.host, peer.tls_port, peer.dtls_port, to be reached from within peer.namespace
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import namespaces, needs
from tests.live.peers.certificates import self_signed
from tests.live.peers.processes import Running, running

# The namespace is new, so any port is free in it.
_TLS_PORT = 5556
_DTLS_PORT = 5557


@dataclass(frozen=True, slots=True)
class GnuTls:
    """Two running gnutls-serv: their namespace, ports and processes."""

    namespace: str
    host: str
    tls_port: int
    dtls_port: int
    tls: Running
    dtls: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[GnuTls]:
    """Runs gnutls-serv twice, over TLS 1.2 and over DTLS (1.0 and 1.2), both with `--heartbeat`."""
    needs.namespaces()
    program = needs.program("gnutls-serv", "gnutls-bin")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "gnutls.test")
    common = [
        program,
        "--heartbeat",
        "--echo",
        "--x509certfile",
        str(pair.certificate),
        "--x509keyfile",
        str(pair.key),
    ]
    over_tls = [*common, "--port", str(_TLS_PORT), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"]
    over_dtls = [
        *common,
        "--udp",
        "--mtu",
        "1400",
        "--port",
        str(_DTLS_PORT),
        "--priority",
        "NORMAL:+VERS-DTLS1.0",
    ]
    with (
        namespaces.namespace("gnutls") as namespace,
        running(over_tls, folder / "gnutls-tls.log", namespace=namespace) as tls,
        running(over_dtls, folder / "gnutls-dtls.log", namespace=namespace) as dtls,
    ):
        tls.await_listening(_TLS_PORT)
        dtls.await_listening(_DTLS_PORT, "udp")
        yield GnuTls(namespace, "127.0.0.1", _TLS_PORT, _DTLS_PORT, tls, dtls)
