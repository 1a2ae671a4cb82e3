"""Debian's Postfix: its master alone, in the foreground, with a configuration and a queue of the suite's, on loopback.

In a test: `with postfix.server() as peer: peer.ports["tls"]`. The ports:

| name | what listens there |
|---|---|
| `tls` | SMTP with STARTTLS |
| `encrypt` | the same, and no mail without it (`smtpd_tls_security_level = encrypt`) |
| `none` | SMTP without TLS |
| `wrapper` | SMTP over TLS from the first byte (`smtpd_tls_wrappermode`) |
| `screened` | postscreen, which says half a greeting, waits for a second and says the other half |
"""

from __future__ import annotations

import contextlib
import os
import pwd
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Postfix", "server"]

_PROGRAMS = Path("/usr/lib/postfix/sbin")
_KINDS = {
    "tls": "smtpd -o smtpd_tls_security_level=may",
    "encrypt": "smtpd -o smtpd_tls_security_level=encrypt",
    "none": "smtpd -o smtpd_tls_security_level=none",
    "wrapper": "smtpd -o smtpd_tls_security_level=encrypt -o smtpd_tls_wrappermode=yes",
    "screened": "postscreen -o smtpd_tls_security_level=may",
}
_BEHIND = """\
smtpd pass - - n - - smtpd -o smtpd_tls_security_level=may
tlsproxy unix - - n - 0 tlsproxy
dnsblog unix - - n - 0 dnsblog
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix: its ports by name, the certificate it shows, its process."""

    host: str
    ports: dict[str, int]
    pair: Pair
    running: Running


@contextlib.contextmanager
def server() -> Iterator[Postfix]:
    """Runs Postfix; its folder is one that its own user can enter, and is gone afterwards."""
    needs.program("postfix", "postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started as root, and this run is not root")
    owner = pwd.getpwnam("postfix")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        pair = self_signed(folder, "mx.test")
        ports = {name: free_port() for name in _KINDS}
        queue = folder / "queue"
        for name in (
            "pid",
            "public",
            "private",
            "maildrop",
            "incoming",
            "active",
            "deferred",
            "defer",
            "data",
        ):
            place = folder / "data" if name == "data" else queue / name
            place.mkdir(parents=True)
            if name != "pid":
                os.chown(place, owner.pw_uid, owner.pw_gid)
        (folder / "main.cf").write_text(_main(folder, pair))
        (folder / "master.cf").write_text(
            "".join(
                f"127.0.0.1:{ports[name]} inet n - n - {'1' if name == 'screened' else '-'} {kind}\n"
                for name, kind in _KINDS.items()
            )
            + _BEHIND
        )
        argv = [str(_PROGRAMS / "master"), "-c", str(folder), "-d"]
        with running(argv, folder / "postfix.log") as started:
            for port in ports.values():
                started.await_listening(port)
            yield Postfix("127.0.0.1", ports, pair, started)


def _main(folder: Path, pair: Pair) -> str:
    return (
        f"compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n"
        "myhostname = mx.test\nmydestination = localhost\ninet_protocols = ipv4\ninet_interfaces = 127.0.0.1\n"
        "alias_maps =\nalias_database =\nlocal_recipient_maps =\nsmtpd_peername_lookup = no\n"
        f"smtpd_tls_cert_file = {pair.certificate}\nsmtpd_tls_key_file = {pair.key}\n"
        "postscreen_access_list =\npostscreen_greet_action = enforce\npostscreen_greet_wait = 1s\n"
        "postscreen_cache_map =\n"
    )
