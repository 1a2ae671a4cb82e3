"""Network namespaces for peers, made and removed by the suite.

A namespace has nothing but its own loopback until somebody puts a device into it, so a server that insists on
listening on all addresses (gnutls-serv does) is reachable from nowhere else.

Needs root. Names carry the process id of the run that made them; those of runs that have ended without
cleaning up are removed when the next one is made.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "hemostat-test-"
_NAMED = Path("/run/netns")
_numbers = itertools.count(1)


@contextlib.contextmanager
def namespace(role: str) -> Iterator[str]:
    """A new network namespace with its loopback up; yields its name and removes it at the end.

    `role` is a word of the name, so that a person who lists namespaces sees what each is for.
    """
    _remove_orphans()
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}-{role}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        ip("netns", "del", name)


def ip(*arguments: str) -> None:
    """Runs iproute2's `ip`; raises subprocess.CalledProcessError, whose `stderr` says why."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _remove_orphans() -> None:
    if not _NAMED.is_dir():
        return
    for entry in _NAMED.iterdir():
        owner = entry.name.removeprefix(_PREFIX).partition("-")[0]
        if entry.name.startswith(_PREFIX) and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            # Two runs may find the same orphan: the second finds it gone.
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("netns", "del", entry.name)
