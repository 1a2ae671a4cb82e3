"""Debian's upsd (Network UPS Tools), with a certificate or without, in the foreground on loopback; its UPS is none."""

from __future__ import annotations

import contextlib
import getpass
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Upsd", "server"]

_NAME = "upsd"
_PASSWORD = "of-a-test"
PROGRAM = "/lib/nut/upsd"
"""The program itself: /usr/sbin/upsd is a script that asks the system's configuration whether it may."""


@dataclass(frozen=True, slots=True)
class Upsd:
    """Where it listens, and its process."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def server(folder: Path, *, tls: bool) -> Iterator[Upsd]:
    """Runs upsd; what it reads and writes stays in `folder`."""
    needs.program("upsd", "nut-server")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    lines = [f"LISTEN 127.0.0.1 {port}", "MAXAGE 30"]
    if tls:
        lines += [f"CERTPATH {_database(folder)}", f'CERTIDENT "{_NAME}" "{_PASSWORD}"']
    (folder / "upsd.conf").write_text("\n".join(lines) + "\n")
    (folder / "ups.conf").write_text("[dummy]\n  driver = dummy-ups\n  port = dummy.dev\n")
    (folder / "upsd.users").write_text("")
    state = folder / "state"
    state.mkdir()
    environment = {"NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(state), "NUT_ALTPIDPATH": str(state)}
    with running(
        [PROGRAM, "-F", "-u", getpass.getuser()], folder / "upsd.log", environment=environment
    ) as started:
        started.await_listening(port)
        yield Upsd("127.0.0.1", port, started)


def _database(folder: Path) -> Path:
    """A certificate and its key as Debian's upsd wants them, which is built with NSS: in a database of NSS' own."""
    certutil = needs.program("certutil", "libnss3-tools")
    pk12util = needs.program("pk12util", "libnss3-tools")
    openssl = needs.program("openssl", "openssl")
    pair = self_signed(folder, "ups.test")
    database, bundle, password = folder / "nss", folder / "pair.p12", folder / "password"
    database.mkdir()
    password.write_text(_PASSWORD)
    export = ["pkcs12", "-export", "-in", str(pair.certificate), "-inkey", str(pair.key), "-name", _NAME]
    for argv in (
        [certutil, "-N", "-d", f"sql:{database}", "-f", str(password)],
        [openssl, *export, "-out", str(bundle), "-passout", f"file:{password}"],
        [pk12util, "-i", str(bundle), "-d", f"sql:{database}", "-w", str(password), "-k", str(password)],
    ):
        subprocess.run(argv, check=True, capture_output=True)
    return database
