"""Debian's PostgreSQL, in the foreground on loopback: with TLS, without, and for TLS alone.

with postgresql.server("required") as peer:
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

__all__ = ["Postgresql", "Tls", "programs", "server"]

Tls = Literal["offered", "none", "required"]
_USER = "postgres"


@dataclass(frozen=True, slots=True)
class Postgresql:
    """Where it listens, the certificate it shows (DER), and its process."""

    host: str
    port: int
    certificate: bytes
    running: Running


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs, which Debian keeps out of the PATH; skips the test without."""
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else Path(needs.program("initdb", "postgresql")).parent


@contextlib.contextmanager
def server(tls: Tls) -> Iterator[Postgresql]:
    """Runs a server with an empty cluster. As root it runs as Debian's user `postgres`."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        pair = self_signed(folder, "db.test")
        as_user = []
        if os.geteuid() == 0:
            as_user = [needs.program("runuser", "util-linux"), "-u", _USER, "--"]
            for path in (folder, pair.certificate, pair.key):
                shutil.chown(path, _USER)
        pair.key.chmod(0o600)
        data = folder / "data"
        made = [
            *as_user,
            str(found / "initdb"),
            "-D",
            str(data),
            "-U",
            _USER,
            "-A",
            "trust",
            "--locale=C.UTF-8",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd="/")
        if tls == "required":
            (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        port = free_port()
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={folder}",
            "fsync=off",
            f"ssl={'off' if tls == 'none' else 'on'}",
            f"ssl_cert_file={pair.certificate}",
            f"ssl_key_file={pair.key}",
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        argv = [*as_user, str(found / "postgres"), "-D", str(data), *options]
        with running(argv, folder / "log") as started:
            started.await_text("ready to accept connections", 30)
            yield Postgresql("127.0.0.1", port, pair.der, started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
