"""Debian's OpenLDAP server on loopback, with a configuration of the suite and no entries.

In a test: `with slapd.server(folder, "tls") as peer: peer.port`. The kinds:

| kind | what it does |
|---|---|
| `tls` | knows StartTLS; a second port is TLS from the first byte |
| `required` | the same; without TLS it answers nothing else |
| `none` | has no certificate |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

_SCHEMA = Path("/etc/ldap/schema/core.schema")


@dataclass(frozen=True, slots=True)
class Slapd:
    """A running slapd: where it listens (`direct_port`: TLS from the first byte, if at all), what it shows, its
    process.
    """

    host: str
    port: int
    direct_port: int | None
    pair: Pair
    running: Running


@contextlib.contextmanager
def server(folder: Path, kind: str) -> Iterator[Slapd]:
    """Runs slapd in the foreground; everything it writes stays in `folder`."""
    program = needs.program("slapd", "slapd")
    pair = self_signed(folder, "ldap.test")
    port = free_port()
    direct_port = None if kind == "none" else free_port()
    lines = [
        f"include {_SCHEMA}",
        f"pidfile {folder}/slapd.pid",
        f"argsfile {folder}/slapd.args",
        # Its database of no entries: what it keeps, it keeps nowhere.
        "database ldif",
        'suffix "dc=test"',
        f"directory {folder}",
    ]
    if kind != "none":
        lines[:0] = [f"TLSCertificateFile {pair.certificate}", f"TLSCertificateKeyFile {pair.key}"]
    if kind == "required":
        lines[:0] = ["security ssf=128"]
    configuration = folder / "slapd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    addresses = [f"ldap://127.0.0.1:{port}/"]
    if direct_port is not None:
        addresses.append(f"ldaps://127.0.0.1:{direct_port}/")
    argv = [program, "-d", "stats,stats2", "-f", str(configuration), "-h", " ".join(addresses)]
    with running(argv, folder / "slapd.log") as started:
        started.await_listening(port)
        if direct_port is not None:
            started.await_listening(direct_port)
        yield Slapd("127.0.0.1", port, direct_port, pair, started)
