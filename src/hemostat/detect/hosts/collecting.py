"""The collector run on this host, or on another one over ssh: what it prints is read as it comes."""

import os
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from hemostat.snapshots import CollectError, Snapshot, SnapshotError, read_snapshot

__all__ = ["COLLECTOR", "collect", "collect_over_ssh"]

COLLECTOR: Final = Path(__file__).with_name("collect.sh")
"""The script: one file, to be copied to any host."""

_SHELL: Final = "/bin/sh"
_PIECE: Final = 1 << 16
_ASK_EVERY: Final = 0.1
"""Seconds: how long nothing may come before it is asked whether the look is over."""


def collect(
    sections: Sequence[str],
    *,
    limit_seconds: int = 300,
    meanwhile: Callable[[], None] = lambda: None,
    is_over: Callable[[], bool] = lambda: False,
) -> Snapshot:
    """A snapshot of these sections of this host, made with the rights of this user. `meanwhile` is done while it runs.

    `is_over` is asked all the time: when it says so, the collector is ended, with all that it has started, and the
    snapshot is what came by then. Raises OSError where no shell can be started, SnapshotError where what it prints is
    none.
    """
    command = [_SHELL, str(COLLECTOR), "--only", ",".join(sections), "--limit-seconds", str(limit_seconds)]
    # A group of its own: what hangs may be a package manager that the script waits for.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as process:
        output = process.stdout
        if output is None:
            raise SnapshotError("not-a-snapshot", 1)
        try:
            meanwhile()
            return read_snapshot(_pieces(output, is_over))
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _pieces(output: IO[bytes], is_over: Callable[[], bool]) -> Iterator[bytes]:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while not is_over():
            if selector.select(_ASK_EVERY):
                piece = os.read(output.fileno(), _PIECE)
                if not piece:
                    return
                yield piece


def collect_over_ssh(
    host: str,
    options: Sequence[str],
    ssh: Sequence[str] = ("ssh",),
    *,
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator[bytes]:
    """What the collector prints on another host: it goes there over ssh's standard input, and nothing is left behind.

    `host`: as ssh takes it. `options` of the collector. `ssh`: the command, with options of its own; nobody is asked
    for a password. `is_over` as for `collect`. Raises CollectError where ssh cannot be started, or ends with an error
    before anything came.
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
                for piece in () if output is None else _pieces(output, is_over):
                    came = True
                    yield piece
            finally:
                process.kill()
        if not came and not is_over():
            said.seek(0)
            lines = said.read(1 << 16).decode("utf-8", "replace").strip().splitlines() or ["no answer"]
            raise CollectError(f"{host}: {lines[-1]}")
