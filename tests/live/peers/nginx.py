"""Debian's nginx, started by hand in the foreground with a configuration of the suite: one process, six ports
on loopback.

In a test: `with nginx.server(folder) as peer: peer.ports["tls12"]`. The ports:

| name | what listens there |
|---|---|
| `tls12` | TLS 1.2 only; on ::1, too |
| `tls13` | TLS 1.3 only |
| `old` | TLS 1.0 and 1.1 (Debian's OpenSSL 3 speaks them at security level 0 only) |
| `client_certificate` | TLS 1.2, asks for a client certificate |
| `strict_sni` | TLS 1.2 and 1.3 for the name `named.test`; any other name, and none, is refused |
| `http` | HTTP without TLS |

By hand, until it is ended: `python -m tests.live.peers.nginx FOLDER` prints the ports as JSON.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

NAME = "named.test"
"""The one name that the strict port serves."""

_BLOCKS = {
    "tls12": "listen {at} ssl; {at_six} ssl_protocols TLSv1.2; {answer}",
    "tls13": "listen {at} ssl; ssl_protocols TLSv1.3; {answer}",
    "old": "listen {at} ssl; ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; {answer}",
    "client_certificate": (
        "listen {at} ssl; ssl_protocols TLSv1.2; ssl_verify_client on; ssl_client_certificate {certificate}; "
        "{answer}"
    ),
    "strict_sni": (
        "listen {at} ssl default_server; ssl_protocols TLSv1.2 TLSv1.3; ssl_reject_handshake on; }} "
        "server {{ listen {at} ssl; server_name {name}; ssl_protocols TLSv1.2 TLSv1.3; {answer}"
    ),
    "http": "listen {at}; {answer}",
}


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its ports by name, the certificate it shows, its process."""

    host: str
    ports: dict[str, int]
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Nginx]:
    """Runs nginx with all its ports; everything it writes stays in `folder`."""
    program = needs.program("nginx", "nginx")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, NAME)
    ports = {name: free_port() for name in _BLOCKS}
    configuration = folder / "nginx.conf"
    configuration.write_text(_configuration(folder, ports, pair))
    argv = [program, "-p", str(folder), "-c", str(configuration), "-e", "stderr"]
    with running(argv, folder / "nginx.log") as started:
        for port in ports.values():
            started.await_listening(port)
        yield Nginx("127.0.0.1", ports, pair, started)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as own:
            own.bind(("::1", 0))
    except OSError:
        return False
    return True


def _configuration(folder: Path, ports: dict[str, int], pair: Pair) -> str:
    # Where /etc/hosts gives localhost both addresses, some programs try the second alone.
    six = _has_ipv6()
    blocks = "".join(
        "  server { "
        + block.format(
            at=f"127.0.0.1:{ports[name]}",
            at_six=f"listen [::1]:{ports[name]} ssl;" if six else "",
            certificate=pair.certificate,
            name=NAME,
            answer="return 200 'served\\n';",
        )
        + " }\n"
        for name, block in _BLOCKS.items()
    )
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # One process: a worker of another user could not enter the test's folder.
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr info;\n"
        "events { worker_connections 1024; }\n"
        "http {\n"
        f"  access_log off; {temporary}\n"
        f"  ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};\n"
        f"{blocks}"
        "}\n"
    )


if __name__ == "__main__":
    with server(Path(sys.argv[1]).absolute()) as peer:
        sys.stdout.write(json.dumps(peer.ports) + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
