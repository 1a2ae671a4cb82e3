"""The collector run on this host, or on another one over ssh: what it prints is read as it comes."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from hemostat.errors import HemostatError
from hemostat.snapshots import Snapshot, SnapshotError, read_snapshot

__all__ = ["COLLECTOR", "CollectError", "collect", "collect_over_ssh"]

COLLECTOR: Final = Path(__file__).with_name("collect.sh")
"""The script: one file, to be copied to any host."""

_SHELL: Final = "/bin/sh"
_PIECE: Final = 1 << 16


def collect(
    sections: Sequence[str], *, limit_seconds: int = 300, meanwhile: Callable[[], None] = lambda: None
) -> Snapshot:
    """A snapshot of these sections of this host, made with the rights of this user. `meanwhile` is done while it runs.

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
            meanwhile()
            return read_snapshot(iter(lambda: output.read(_PIECE), b""))
        finally:
            process.kill()


class CollectError(HemostatError):
    """The collector could not be run on another host. The text is a sentence for people."""


def collect_over_ssh(host: str, options: Sequence[str], ssh: Sequence[str] = ("ssh",)) -> Iterator[bytes]:
    """What the collector prints on another host: it goes there over ssh's standard input, and nothing is left behind.

    `host`: as ssh takes it. `options` of the collector. `ssh`: the command, with options of its own; nobody is asked
    for a password. Raises CollectError where ssh cannot be started, or ends with an error before anything came.
    """
    if host.startswith("-") or not host:
        raise CollectError(f"{host!r} is no host")
    remote = " ".join(["sh", "-s", "--", *options])
    command = [*ssh, "-o", "BatchMode=yes", "--", host, remote]
    came = False
    with COLLECTOR.open("rb") as script, tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, stdin=script, stdout=subprocess.PIPE, stderr=said)
        except OSError as error:
            raise CollectError(f"{command[0]} can't be started: {error.strerror or error}") from error
        with process:
            output = process.stdout
            try:
                while output is not None and (piece := output.read(_PIECE)):
                    came = True
                    yield piece
            finally:
                process.kill()
        if not came:
            said.seek(0)
            lines = said.read(1 << 16).decode("utf-8", "replace").strip().splitlines() or ["no answer"]
            raise CollectError(f"{host}: {lines[-1]}")
