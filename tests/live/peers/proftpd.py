"""Debian's proftpd, started by hand in the foreground with a configuration of the suite: one process, four ports on
loopback.

In a test: `with proftpd.server(folder) as peer: peer.ports["tls"]`. The ports:

| name | what listens there |
|---|---|
| `tls` | FTP with AUTH TLS |
| `required` | the same, and nobody may log in without TLS (TLSRequired on); it greets in several lines |
| `plain` | FTP that knows no AUTH |
| `implicit` | FTP over TLS from the first byte (ftps) |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Proftpd", "server"]

_MODULES = (Path("/usr/lib/proftpd"), Path("/etc/proftpd/modules"))
_KINDS = {
    "tls": "TLSEngine on\nTLSRequired off\n",
    "required": "TLSEngine on\nTLSRequired on\nDisplayConnect {banner}\n",
    "plain": "TLSEngine off\n",
    "implicit": "TLSEngine on\nTLSOptions UseImplicitSSL\n",
}
_BANNER = "220 is no end here\n   nor is this\n\nYou are welcome.\n"
"""In the middle of a reply a line may begin with anything (RFC 959 section 4.2), the same code among it."""


@dataclass(frozen=True, slots=True)
class Proftpd:
    """A running proftpd: its ports by name, the certificate it shows, its process."""

    host: str
    ports: dict[str, int]
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Proftpd]:
    """Runs proftpd with all its ports; everything it writes stays in `folder`."""
    program = needs.program("proftpd", "proftpd-core")
    if not (_MODULES[0] / "mod_tls.so").exists():
        pytest.skip("proftpd's mod_tls is not installed (Debian package proftpd-mod-crypto)")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "ftp.test")
    ports = {name: free_port() for name in _KINDS}
    (folder / "banner").write_text(_BANNER)
    configuration = folder / "proftpd.conf"
    configuration.write_text(_configuration(folder, ports, pair))
    # The scoreboard's folder may not be writable by all.
    folder.chmod(0o755)
    with running([program, "--nodaemon", "--config", str(configuration)], folder / "proftpd.log") as started:
        for port in ports.values():
            started.await_listening(port)
        yield Proftpd("127.0.0.1", ports, pair, started)


def _configuration(folder: Path, ports: dict[str, int], pair: Pair) -> str:
    hosts = "".join(
        f"<VirtualHost 127.0.0.1>\nPort {ports[name]}\n"
        f"TLSRSACertificateFile {pair.certificate}\nTLSRSACertificateKeyFile {pair.key}\n"
        f"TLSLog {folder}/tls.log\n{kind.format(banner=folder / 'banner')}</VirtualHost>\n"
        for name, kind in _KINDS.items()
    )
    return (
        "LoadModule mod_tls.c\n"
        "ServerType standalone\nServerName suite\nUseIPv6 off\nUseReverseDNS off\nWtmpLog off\n"
        "DefaultAddress 127.0.0.1\nSocketBindTight on\nPort 0\nMaxInstances 200\n"
        f"User nobody\nGroup nogroup\nPidFile {folder}/proftpd.pid\nScoreboardFile {folder}/scoreboard\n"
        f"SystemLog {folder}/system.log\nTransferLog none\nDelayEngine off\n"
        f"{hosts}"
    )
