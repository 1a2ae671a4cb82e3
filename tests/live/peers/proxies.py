"""Debian's proxies, started by hand in the foreground on loopback, with configurations of the suite.

    with microsocks(folder, login=("user", "word")) as proxy: proxy.host, proxy.port

| | program | speaks |
|---|---|---|
| `microsocks` | microsocks | SOCKS 5, with and without a login |
| `danted` | dante-server | SOCKS 4 and 5; turns away connections to `BLOCKED` |
| `ssh` | openssh-client, openssh-server | SOCKS 4, 4a and 5: `ssh -D`, into an sshd of the suite's own |
| `tinyproxy` | tinyproxy | HTTP CONNECT, with and without Basic login; to the ports in `allowed` alone |
"""

from __future__ import annotations

import contextlib
import getpass
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.processes import Running, free_port, running
from tests.live.peers.sshd import SEPARATION

__all__ = ["BLOCKED", "ProxyPeer", "danted", "microsocks", "ssh", "tinyproxy"]

BLOCKED = "127.0.0.66"
"""Where danted connects nobody to."""

Login = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ProxyPeer:
    """A running proxy."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def microsocks(folder: Path, *, login: Login | None = None) -> Iterator[ProxyPeer]:
    """SOCKS 5."""
    program = needs.program("microsocks", "microsocks")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    argv = [program, "-i", "127.0.0.1", "-p", str(port)]
    if login is not None:
        argv += ["-u", login[0], "-P", login[1]]
    with _proxy(argv, folder / "microsocks.log", port) as peer:
        yield peer


@contextlib.contextmanager
def danted(folder: Path) -> Iterator[ProxyPeer]:
    """SOCKS 4 and 5, without a login."""
    program = needs.program("danted", "dante-server")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "danted.conf"
    user = "root" if os.geteuid() == 0 else "nobody"
    configuration.write_text(
        f"logoutput: stderr\ninternal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\n"
        f"clientmethod: none\nsocksmethod: none\nuser.privileged: {user}\nuser.unprivileged: {user}\n"
        "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
        f"socks block {{ from: 0.0.0.0/0 to: {BLOCKED}/32 log: error connect }}\n"
        "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: error connect disconnect }\n"
    )
    argv = [program, "-f", str(configuration), "-p", str(folder / "danted.pid"), "-N", "1"]
    with _proxy(argv, folder / "danted.log", port) as peer:
        yield peer


@contextlib.contextmanager
def ssh(folder: Path) -> Iterator[ProxyPeer]:
    """SOCKS 4, 4a and 5, by OpenSSH's client, logged in on loopback by a key made for it."""
    client, daemon = needs.program("ssh", "openssh-client"), needs.program("sshd", "openssh-server")
    keygen = needs.program("ssh-keygen", "openssh-client")
    folder.mkdir(parents=True, exist_ok=True)
    for key in ("host", "own"):
        argv = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
        subprocess.run(argv, check=True, capture_output=True)
    if os.geteuid() == 0:
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
    behind, port = free_port(), free_port()
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{behind}\nHostKey {folder}/host\nPidFile {folder}/sshd.pid\nUsePAM no\n"
        f"PasswordAuthentication no\nAuthorizedKeysFile {folder}/own.pub\nStrictModes no\n"
        "PermitRootLogin prohibit-password\n"
    )
    with running([daemon, "-D", "-e", "-f", str(configuration)], folder / "sshd.log") as started:
        started.await_listening(behind)
        argv = [
            client,
            "-F",
            "none",
            "-N",
            "-D",
            f"127.0.0.1:{port}",
            "-i",
            f"{folder}/own",
            "-p",
            str(behind),
        ]
        for option in (
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "StrictHostKeyChecking=no",
            "ExitOnForwardFailure=yes",
        ):
            argv += ["-o", option]
        argv += ["-o", f"UserKnownHostsFile={folder}/known", f"{getpass.getuser()}@127.0.0.1"]
        with _proxy(argv, folder / "ssh.log", port) as peer:
            yield peer


@contextlib.contextmanager
def tinyproxy(
    folder: Path, *, login: Login | None = None, allowed: Sequence[int] = ()
) -> Iterator[ProxyPeer]:
    """HTTP CONNECT. `allowed`: ports that it connects to; none: every port."""
    program = needs.program("tinyproxy", "tinyproxy")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "tinyproxy.conf"
    lines = [f"Port {port}", "Listen 127.0.0.1", "Timeout 60", "MaxClients 64", "Allow 127.0.0.1"]
    lines += [f"BasicAuth {login[0]} {login[1]}"] if login is not None else []
    lines += [f"ConnectPort {each}" for each in allowed]
    configuration.write_text("\n".join(lines) + "\n")
    with _proxy([program, "-d", "-c", str(configuration)], folder / "tinyproxy.log", port) as peer:
        yield peer


@contextlib.contextmanager
def _proxy(argv: list[str], log: Path, port: int) -> Iterator[ProxyPeer]:
    with running(argv, log) as started:
        started.await_listening(port)
        yield ProxyPeer("127.0.0.1", port, started)
