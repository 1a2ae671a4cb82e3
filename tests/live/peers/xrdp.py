"""Debian's xrdp, in the foreground on loopback, with the security layer that is wanted.

with xrdp.server(folder, "rdp") as peer:
    ...  # peer.host, peer.port
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Security", "Xrdp", "server"]

Security = Literal["tls", "rdp", "negotiate"]


@dataclass(frozen=True, slots=True)
class Xrdp:
    """Where it listens, what it shows, and its process."""

    host: str
    port: int
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path, security: Security) -> Iterator[Xrdp]:
    """Runs it; what it reads and writes stays in `folder`, but for its process id and socket folder."""
    program = needs.program("xrdp", "xrdp")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "desktop.test")
    port = free_port()
    configuration = folder / "xrdp.ini"
    configuration.write_text(
        "[Globals]\n"
        "ini_version=1\n"
        "fork=true\n"
        f"port=tcp://127.0.0.1:{port}\n"
        f"security_layer={security}\n"
        "crypt_level=high\n"
        f"certificate={pair.certificate}\n"
        f"key_file={pair.key}\n"
        "ssl_protocols=TLSv1.2, TLSv1.3\n"
        "[Logging]\n"
        f"LogFile={folder}/xrdp-own.log\n"
        "LogLevel=INFO\n"
        "EnableConsole=1\n"
        "ConsoleLevel=INFO\n"
    )
    with running([program, "-n", "-c", str(configuration)], folder / "xrdp.log") as started:
        started.await_listening(port)
        yield Xrdp("127.0.0.1", port, pair, started)
