"""Debian's Dovecot, in the foreground with a configuration of the suite: IMAP, POP3, LMTP and ManageSieve on loopback.

In a test: `with dovecot.server("yes") as peer: peer.ports["imap"]`. What it is started with is its own setting `ssl`:
`yes`, `no`, or `required` (nobody may log in without TLS). `ports` has `imaps` and `pop3s` too, where it has TLS.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Dovecot", "server"]

_SERVICES = {
    "imap": "imap-login",
    "imaps": "imap-login",
    "pop3": "pop3-login",
    "pop3s": "pop3-login",
    "lmtp": "lmtp",
    "sieve": "managesieve-login",
}
_PROGRAMS = {
    "imap": "dovecot-imapd",
    "pop3": "dovecot-pop3d",
    "lmtp": "dovecot-lmtpd",
    "managesieve": "dovecot-managesieved",
}


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot: its ports by protocol, the certificate it shows, its process."""

    host: str
    ports: dict[str, int]
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(ssl: str) -> Iterator[Dovecot]:
    """Runs Dovecot; its folder is one that its own users can enter, and is gone afterwards."""
    program = needs.program("dovecot", "dovecot-core")
    for name, package in _PROGRAMS.items():
        if not Path("/usr/lib/dovecot", name).exists():
            pytest.skip(f"Dovecot's {name} is not installed (Debian package {package})")
    if os.geteuid() != 0:
        pytest.skip("Dovecot is started as root, and this run is not root")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        pair = self_signed(folder, "mail.test")
        ports = {name: free_port() for name in _SERVICES if ssl != "no" or name not in ("imaps", "pop3s")}
        configuration = folder / "dovecot.conf"
        configuration.write_text(_configuration(folder, ssl, ports, pair))
        with running([program, "-F", "-c", str(configuration)], folder / "dovecot.out") as started:
            for port in ports.values():
                started.await_listening(port)
            yield Dovecot("127.0.0.1", ports, pair, started)


def _configuration(folder: Path, ssl: str, ports: dict[str, int], pair: Pair) -> str:
    services = ""
    for service in dict.fromkeys(_SERVICES.values()):
        listeners = "".join(
            f"  inet_listener {name} {{\n    address = 127.0.0.1\n    port = {ports.get(name, 0)}\n"
            f"    ssl = {'yes' if name in ('imaps', 'pop3s') else 'no'}\n  }}\n"
            for name, its in _SERVICES.items()
            if its == service
        )
        # No chroot: what a login process reads lies in the suite's folder.
        services += f"service {service} {{\n  chroot =\n{listeners}}}\n"
    return (
        f"base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/dovecot.log\n"
        "protocols = imap pop3 lmtp sieve\nlisten = 127.0.0.1\n"
        f"ssl = {ssl}\nssl_cert = <{pair.certificate}\nssl_key = <{pair.key}\n"
        f"disable_plaintext_auth = {'yes' if ssl == 'required' else 'no'}\n"
        "passdb {\n  driver = static\n  args = nopassword=y\n}\n"
        f"userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={folder}/home\n}}\n"
        f"{services}"
    )
