"""The collector run on this host: what it prints is read as it comes."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hemostat.snapshots import Snapshot, SnapshotError, read_snapshot

__all__ = ["COLLECTOR", "collect"]

COLLECTOR: Final = Path(__file__).with_name("collect.sh")
"""The script: one file, to be copied to any host."""

_SHELL: Final = "/bin/sh"
_PIECE: Final = 1 << 16


def collect(sections: Sequence[str], *, limit_seconds: int = 300) -> Snapshot:
    """A snapshot of these sections of this host, made with the rights of this user.

    Raises OSError where no shell can be started, SnapshotError where what it prints is none.
    """
    command = [_SHELL, str(COLLECTOR), "--only", ",".join(sections), "--limit-seconds", str(limit_seconds)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        output = process.stdout
        if output is None:
            raise SnapshotError("not-a-snapshot", 1)
        try:
            return read_snapshot(iter(lambda: output.read(_PIECE), b""))
        finally:
            process.kill()
