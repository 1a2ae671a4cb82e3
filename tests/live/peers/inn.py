"""Debian's INN (package inn2), started by hand in the foreground with configurations of the suite, on loopback.

In a test: `with inn.servers(logs) as peer: peer.ports["tls"]`. The ports:

| name | what listens there |
|---|---|
| `tls` | nnrpd: NNTP for readers, with STARTTLS |
| `implicit` | nnrpd: TLS from the first byte (nntps) |
| `no_key` | nnrpd without certificate and key: it offers STARTTLS and then cannot |
| `transit` | innd: articles in transit; with MODE READER it becomes nnrpd, with STARTTLS |
| `plain` | innd that takes no readers, and has no TLS |

INN runs as its user `news`, so starting it takes root, and its files lie in a folder that `news` can enter.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import free_port, running

__all__ = ["Inn", "servers"]

_PROGRAMS = Path("/usr/lib/news/bin")
_OWN_KEY = "tlscertfile:"
_AS_NEWS = ("setpriv", "--reuid", "news", "--regid", "news", "--clear-groups", "--")
_PARTS = ("etc", "db", "run", "log", "tmp", "spool", "articles", "overview")
_KINDS = {
    "tls": ("nnrpd", ""),
    "implicit": ("nnrpd -S", ""),
    "no_key": ("nnrpd", "tlscertfile: /nonexistent\ntlskeyfile: /nonexistent\n"),
    "transit": ("innd", ""),
    "plain": ("innd", "noreader: true\n"),
}
_FILES = {
    "etc/incoming.conf": 'peer suite {\n    hostname: "127.0.0.1"\n}\n',
    "etc/newsfeeds": "ME:!*::\n",
    "etc/readers.conf": (
        'auth "all" {\n    hosts: "*"\n    default: "<reader>"\n}\n'
        'access "all" {\n    users: "<reader>"\n    newsgroups: "*"\n}\n'
    ),
    "etc/storage.conf": "method tradspool {\n    newsgroups: *\n    class: 0\n}\n",
    "db/active": "".join(
        f"{group} 0000000000 0000000001 n\n"
        for group in (
            "control",
            "control.cancel",
            "control.checkgroups",
            "control.newgroup",
            "control.rmgroup",
            "junk",
        )
    ),
    "db/active.times": "",
    "db/newsgroups": "",
}


@dataclass(frozen=True, slots=True)
class Inn:
    """Running servers: their ports by name, the certificate they show."""

    host: str
    ports: dict[str, int]
    pair: Pair


@contextlib.contextmanager
def servers(logs: Path) -> Iterator[Inn]:
    """Runs a server for each port; what they write goes to a folder of their own, their output to `logs`."""
    if not (_PROGRAMS / "innd").exists():
        pytest.skip("innd is not installed (Debian package inn2)")
    if os.geteuid() != 0:
        pytest.skip("INN runs as the user news, and this run is not root, which could start it so")
    needs.program("setpriv", "util-linux")
    logs.mkdir(parents=True, exist_ok=True)
    ports = {name: free_port() for name in _KINDS}
    with tempfile.TemporaryDirectory(prefix="hemostat-inn-") as made, contextlib.ExitStack() as ends:
        folder = Path(made)
        pair = self_signed(folder, "news.test")
        for name, (_, options) in _KINDS.items():
            _prepare(folder / name, pair, options)
        _give_to_news(folder)
        for name, (program, _) in _KINDS.items():
            environment = {"INNCONF": str(folder / name / "inn.conf")}
            argv = [*_AS_NEWS, *_command(program, ports[name])]
            if program == "innd":
                _as_news(["makehistory"], folder / name, environment)
                _as_news(["makedbz", "-i", "-o", "-s", "1000"], folder / name, environment)
            _as_news(["makehistory", "-O", "-x"], folder / name, environment)
            started = ends.enter_context(running(argv, logs / f"{name}.log", environment=environment))
            # innd takes its time to end when it is asked to, and has nothing here that it must write first.
            ends.callback(started.process.kill)
            started.await_listening(ports[name])
        yield Inn("127.0.0.1", ports, pair)


def _command(program: str, port: int) -> list[str]:
    name, *options = program.split()
    place = ["-f", "-4", "127.0.0.1"]
    own = ["-d", "-P", str(port)] if name == "innd" else ["-D", "-n", "-p", str(port)]
    return [str(_PROGRAMS / name), *own, *place, *options]


def _prepare(folder: Path, pair: Pair, options: str) -> None:
    for part in _PARTS:
        (folder / part).mkdir(parents=True)
    for path, text in _FILES.items():
        (folder / path).write_text(text)
    (folder / "inn.conf").write_text(
        "mta: /bin/false\norganization: suite\npathhost: news.test\ndomain: news.test\npathnews: /usr/lib/news\n"
        "ovmethod: tradindexed\nhismethod: hisv6\nnnrpdloadlimit: 0\nbindaddress: 127.0.0.1\n"
        + "".join(f"path{part}: {folder / part}\n" for part in _PARTS)
        + (
            options
            if _OWN_KEY in options
            else f"{_OWN_KEY} {pair.certificate}\ntlskeyfile: {pair.key}\n{options}"
        )
    )


def _give_to_news(folder: Path) -> None:
    folder.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "news", "news")


def _as_news(argv: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    program, *rest = argv
    subprocess.run(
        [*_AS_NEWS, str(_PROGRAMS / program), *rest],
        cwd=folder / "db",
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
