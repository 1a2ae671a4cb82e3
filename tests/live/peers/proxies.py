"""Debian's proxies, started by hand in the foreground on loopback, with configurations of the suite.

    with microsocks(folder, login=("user", "word")) as proxy: proxy.host, proxy.port

| | program | speaks |
|---|---|---|
| `microsocks` | microsocks | SOCKS 5, with and without a login |
| `danted` | dante-server | SOCKS 4 and 5; turns away connections to `BLOCKED` |
| `tinyproxy` | tinyproxy | HTTP CONNECT, with and without Basic login; to the ports in `allowed` alone |
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.processes import Running, free_port, running

__all__ = ["BLOCKED", "ProxyPeer", "danted", "microsocks", "tinyproxy"]

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
