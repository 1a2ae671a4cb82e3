"""Debian's openvpn: a server of the suite's configuration on loopback, and a client that connects to a port of ours.

A server opens a TUN device, which gets no address and no route; so it needs root. One server a transport and a key:
`with openvpn.server(folder, "udp", Control(openvpn.new_key(folder), "tls-crypt")) as peer`.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["NAME", "Control", "OpenVpnServer", "Transport", "client", "new_key", "server"]

NAME = "vpn.test"

Mode = Literal["tls-auth", "tls-crypt"]
Transport = Literal["udp", "tcp"]


class Control(NamedTuple):
    """A shared key of the control channel, its file, and how one side uses it. `direction`: that side's."""

    key: Path
    mode: Mode
    direction: int | None = None
    digest: str | None = None

    def options(self) -> list[str]:
        options = [f"--{self.mode}", str(self.key)]
        if self.direction is not None:
            options.append(str(self.direction))
        return options if self.digest is None else [*options, "--auth", self.digest]


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
    transport: Transport,
    control: Control | None = None,
    *,
    options: Sequence[str] = (),
    host: str = "127.0.0.1",
    namespace: str | None = None,
) -> Iterator[OpenVpnServer]:
    """Runs one server, which asks for a client certificate as all do; what it writes stays in `folder`.

    `options`: more of openvpn's own. `host`, `namespace`: where it listens.
    """
    needs.tun()
    pair = self_signed(folder, NAME)
    port = free_port(transport)
    protocol = "udp" if transport == "udp" else "tcp-server"
    argv = [
        needs.program("openvpn", "openvpn"),
        *("--local", host, "--lport", str(port), "--proto", protocol),
        *("--dev", "tun", "--mode", "server", "--tls-server", "--ifconfig-noexec", "--dh", "none"),
        *("--ca", str(pair.certificate), "--cert", str(pair.certificate), "--key", str(pair.key)),
        *(control.options() if control else ()),
        *options,
    ]
    with running(argv, folder / "openvpn.log", namespace=namespace) as started:
        started.await_text("Initialization Sequence Completed")
        yield OpenVpnServer(host, port, pair, started)


@contextlib.contextmanager
def client(
    folder: Path, transport: Transport, port: int, control: Control | None = None, *, ca: Path
) -> Iterator[Running]:
    """Runs one client against a port of loopback, which trusts the certificate `ca`. It gives up at the first failure,
    and opens no device before the session stands.
    """
    pair = self_signed(folder, "client.test")
    protocol = "udp" if transport == "udp" else "tcp-client"
    argv = [
        needs.program("openvpn", "openvpn"),
        *("--remote", "127.0.0.1", str(port), protocol, "--nobind"),
        *("--dev", "tun", "--tls-client", "--pull", "--connect-retry-max", "1", "--resolv-retry", "0"),
        *("--tls-exit", "--verb", "4"),
        *("--ca", str(ca), "--cert", str(pair.certificate), "--key", str(pair.key)),
        *(control.options() if control else ()),
    ]
    with running(argv, folder / "openvpn-client.log") as started:
        yield started
