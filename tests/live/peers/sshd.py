"""Debian's OpenSSH server on a loopback port, with a host key of its own: a peer that greets in text and is
not TLS.

In a test: `with sshd.server(folder) as peer: peer.port`. Nobody can log in: no method of authentication is
on.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.processes import Running, free_port, running

SEPARATION = Path("/run/sshd")
"""An empty folder that sshd wants when root starts it; Debian's init script, which makes it, has not run."""


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running sshd: where it listens, and its process."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def server(folder: Path, *, accounts: bool = False) -> Iterator[Sshd]:
    """Runs sshd in the foreground; everything it writes stays in `folder`. `accounts`: whoever runs the suite may log
    in with `folder/user_key`.
    """
    program = needs.program("sshd", "openssh-server")
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "host_key"
    keygen = needs.program("ssh-keygen", "openssh-client")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, capture_output=True)
    login = "PubkeyAuthentication no\n"
    if accounts:
        user_key = folder / "user_key"
        command = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(user_key)]
        subprocess.run(command, check=True, capture_output=True)
        login = f"StrictModes no\nPermitRootLogin prohibit-password\nAuthorizedKeysFile {user_key}.pub\n"
    if os.geteuid() == 0:
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {key}\nPidFile {folder}/sshd.pid\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"{login}"
    )
    with running([program, "-D", "-e", "-f", str(configuration)], folder / "sshd.log") as started:
        started.await_listening(port)
        yield Sshd("127.0.0.1", port, started)
