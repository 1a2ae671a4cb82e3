"""Debian's openvpn: a server of the suite's configuration on loopback, and a client that connects to a port of ours.

A server opens a TUN device, which gets no address and no route; so it needs root. One server a transport and a key:
`with openvpn.server(folder, "udp", key=openvpn.new_key(folder), mode="tls-crypt") as peer`.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["NAME", "OpenVpnServer", "client", "new_key", "server"]

NAME = "vpn.test"

Mode = Literal["tls-auth", "tls-crypt"]


@dataclass(frozen=True, slots=True)
class OpenVpnServer:
    """A running server: where it listens, what it shows, its process."""

    host: str
    port: int
    pair: Pair
    running: Running


def new_key(folder: Path) -> Path:
    """A static key of 2048 bits, made by openvpn itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "control.key"
    # Without `secret` as its kind (2.4 has no other), it makes the same file for tls-auth and tls-crypt.
    subprocess.run(
        [needs.program("openvpn", "openvpn"), "--genkey", "secret", str(path)],
        check=True,
        capture_output=True,
    )
    return path


@contextlib.contextmanager
def server(
    folder: Path,
    transport: Literal["udp", "tcp"],
    *,
    key: Path | None = None,
    mode: Mode = "tls-auth",
    direction: int | None = None,
    digest: str | None = None,
) -> Iterator[OpenVpnServer]:
    """Runs one server, which asks for a client certificate as all do; what it writes stays in `folder`."""
    needs.tun()
    program = needs.program("openvpn", "openvpn")
    pair = self_signed(folder, NAME)
    port = free_port(transport)
    arguments = [
        *(
            "--local",
            "127.0.0.1",
            "--lport",
            str(port),
            "--proto",
            "udp" if transport == "udp" else "tcp-server",
        ),
        *("--dev", "tun", "--mode", "server", "--tls-server", "--ifconfig-noexec", "--dh", "none"),
        *_ends(pair),
        *_control(key, mode, direction, digest),
    ]
    with running([program, *arguments], folder / "openvpn.log") as started:
        started.await_text("Initialization Sequence Completed")
        yield OpenVpnServer("127.0.0.1", port, pair, started)


@contextlib.contextmanager
def client(
    folder: Path,
    transport: Literal["udp", "tcp"],
    port: int,
    *,
    key: Path | None = None,
    mode: Mode = "tls-auth",
    direction: int | None = None,
    digest: str | None = None,
) -> Iterator[Running]:
    """Runs one client against a port of loopback; it gives up at the first failure, and opens no device before the
    session stands.
    """
    program = needs.program("openvpn", "openvpn")
    pair = self_signed(folder, "client.test")
    arguments = [
        *("--remote", "127.0.0.1", str(port), "udp" if transport == "udp" else "tcp-client", "--nobind"),
        *("--dev", "tun", "--tls-client", "--pull", "--connect-retry-max", "1", "--resolv-retry", "0"),
        *("--tls-exit", "--verb", "4"),
        *_ends(pair),
        *_control(key, mode, direction, digest),
    ]
    with running([program, *arguments], folder / "openvpn-client.log") as started:
        yield started


def _ends(pair: Pair) -> list[str]:
    return ["--ca", str(pair.certificate), "--cert", str(pair.certificate), "--key", str(pair.key)]


def _control(key: Path | None, mode: Mode, direction: int | None, digest: str | None) -> list[str]:
    arguments = [] if key is None else [f"--{mode}", str(key)]
    if direction is not None:
        arguments.append(str(direction))
    return arguments if digest is None else [*arguments, "--auth", digest]
