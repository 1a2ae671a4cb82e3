"""Debian's InspIRCd, started by hand in the foreground with configurations of the suite: two processes on loopback.

In a test: `with inspircd.servers(folder) as peer: peer.ports["tls"]`. The ports:

| name | what listens there |
|---|---|
| `tls` | IRC with STARTTLS |
| `implicit` | the same server, TLS from the first byte (ircs) |
| `plain` | a server without TLS |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import free_port, running

__all__ = ["Inspircd", "servers"]

_COMMON = (
    '<server name="irc.test" description="suite" network="suite" id="{id}">\n'
    '<admin name="suite" nick="suite" email="suite@irc.test">\n'
    '<connect allow="*" resolvehostnames="no" timeout="60" localmax="1000" globalmax="1000">\n'
    '<dns server="127.0.0.1" timeout="1">\n'
    '<bind address="127.0.0.1" port="{port}" type="clients">\n'
    '<module name="cap">\n'
)
_TLS = (
    '<module name="ssl_gnutls">\n<module name="starttls">\n'
    '<sslprofile name="suite" provider="gnutls" certfile="{certificate}" keyfile="{key}">\n'
    '<starttls provider="suite">\n'
    '<bind address="127.0.0.1" port="{implicit}" type="clients" sslprofile="suite">\n'
)


@dataclass(frozen=True, slots=True)
class Inspircd:
    """Running servers: their ports by name, the certificate they show."""

    host: str
    ports: dict[str, int]
    pair: Pair


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[Inspircd]:
    """Runs both; everything they write stays in `folder`."""
    program = needs.program("inspircd", "inspircd")
    folder.mkdir(parents=True, exist_ok=True)
    pair = self_signed(folder, "irc.test")
    ports = {name: free_port() for name in ("tls", "implicit", "plain")}
    with contextlib.ExitStack() as ends:
        for number, name in enumerate(("tls", "plain"), 1):
            configuration = folder / f"{name}.conf"
            text = _COMMON.format(id=f"{number}AA", port=ports[name])
            if name == "tls":
                text += _TLS.format(certificate=pair.certificate, key=pair.key, implicit=ports["implicit"])
            configuration.write_text(text)
            argv = [program, "--runasroot", "--nofork", "--nopid", "--nolog", "--config", str(configuration)]
            started = ends.enter_context(running(argv, folder / f"{name}.log"))
            # Asked to end, this release crashes and leaves its memory behind.
            ends.callback(started.process.kill)
            started.await_listening(ports[name])
            if name == "tls":
                started.await_listening(ports["implicit"])
        yield Inspircd("127.0.0.1", ports, pair)
