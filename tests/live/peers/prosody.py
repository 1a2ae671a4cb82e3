"""Debian's Prosody on loopback: XMPP for clients and for servers, on a port each, for the domain `localhost` alone.

In a test: `with prosody.server(folder, "tls") as peer: peer.client_port`. The kinds:

| kind | what it does |
|---|---|
| `tls` | offers STARTTLS on both ports |
| `required` | the same, and nothing else before it |
| `none` | its module for TLS is not loaded |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

NAME = "xmpp.test"
"""The one domain that it serves."""

_REQUIRED = {"tls": False, "required": True, "none": False}


@dataclass(frozen=True, slots=True)
class Prosody:
    """A running Prosody: where it listens, the certificate it shows, its process."""

    host: str
    client_port: int
    server_port: int
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path, kind: str) -> Iterator[Prosody]:
    """Runs Prosody in the foreground; everything it writes stays in `folder`."""
    program = needs.program("prosody", "prosody")
    pair = self_signed(folder, NAME)
    client_port, server_port = free_port(), free_port()
    modules = ["saslauth", "dialback", "disco", *([] if kind == "none" else ["tls"])]
    required = str(_REQUIRED[kind]).lower()
    configuration = folder / "prosody.cfg.lua"
    configuration.write_text(
        # Debian's may be run by whoever starts the suite, root too.
        "run_as_root = true\n"
        f'data_path = "{folder}"; pidfile = "{folder}/prosody.pid"; log = {{ debug = "*console" }}\n'
        'interfaces = { "127.0.0.1" }; local_interfaces = { "127.0.0.1" }\n'
        f"c2s_ports = {{ {client_port} }}; s2s_ports = {{ {server_port} }}; s2s_direct_tls_ports = {{}}\n"
        f"c2s_direct_tls_ports = {{}}; http_ports = {{}}; https_ports = {{}}\n"
        f"modules_enabled = {{ {', '.join(map(_quoted, modules))} }}\n"
        'modules_disabled = { "admin_shell", "admin_socket", "offline" }\n'
        f"c2s_require_encryption = {required}; s2s_require_encryption = {required}\n"
        'authentication = "internal_hashed"; allow_unencrypted_plain_auth = true\n'
        f'ssl = {{ certificate = "{pair.certificate}"; key = "{pair.key}" }}\n'
        f'VirtualHost "{NAME}"\n'
    )
    argv = [program, "-F", "--config", str(configuration)]
    with running(argv, folder / "prosody.log") as started:
        started.await_listening(client_port)
        started.await_listening(server_port)
        yield Prosody("127.0.0.1", client_port, server_port, pair, started)


def _quoted(text: str) -> str:
    return f'"{text}"'
