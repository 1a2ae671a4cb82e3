"""Debian's MariaDB, in the foreground on loopback, in a folder of its own: with TLS, without, and requiring it.

with mariadb.server("required") as peer:
    ...  # peer.host, peer.port, peer.certificate
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.live.peers import needs
from tests.live.peers.certificates import self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Mariadb", "Tls", "server"]

Tls = Literal["offered", "none", "required"]
_USER = "mysql"


@dataclass(frozen=True, slots=True)
class Mariadb:
    """Where it listens, the certificate it shows (DER), and its process."""

    host: str
    port: int
    certificate: bytes
    running: Running


@contextlib.contextmanager
def server(tls: Tls, *, connections: int = 100) -> Iterator[Mariadb]:
    """Runs a server with an empty data folder, for so many connections at once (10 at least), and its administrator's.

    As root it runs as Debian's user `mysql`.
    """
    program = needs.program("mariadbd", "mariadb-server")
    install = needs.program("mariadb-install-db", "mariadb-server")
    # Not below pytest's own folders, which another user can't enter.
    folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
    try:
        pair = self_signed(folder, "db.test")
        as_user = []
        if os.geteuid() == 0:
            as_user = [needs.program("runuser", "util-linux"), "-u", _USER, "--"]
            for path in (folder, pair.certificate, pair.key):
                shutil.chown(path, _USER)
        data = folder / "data"
        common = ["--no-defaults", f"--datadir={data}"]
        made = [*as_user, install, *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
        subprocess.run(made, check=True, capture_output=True, cwd="/")
        port = free_port()
        options = [
            *common,
            "--bind-address=127.0.0.1",
            f"--port={port}",
            f"--socket={folder}/socket",
            f"--pid-file={folder}/pid",
            "--skip-log-bin",
            f"--max-connections={connections}",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        if tls == "none":
            options.append("--skip-ssl")
        else:
            options += [f"--ssl-cert={pair.certificate}", f"--ssl-key={pair.key}"]
        if tls == "required":
            options.append("--require-secure-transport=ON")
        with running([*as_user, program, *options], folder / "log") as started:
            started.await_listening(port, timeout=30)
            yield Mariadb("127.0.0.1", port, pair.der, started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
