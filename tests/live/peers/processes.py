"""A peer's process: started in the foreground, waited for until it listens, stopped and reaped.

Whether it listens is read from the kernel's tables of sockets (`/proc/PID/net`), never tried by connecting: a
connection of ours would be one event more in a peer whose behaviour is what the test is about. The table is
that of the process's own network namespace.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
"""The root of the checkout: programs of the suite run from here, as `python -m tests.live.peers.NAME`."""

_LISTENING = {"tcp": "0A", "udp": "07"}
"""The state that the kernel's tables show for a socket that takes connections (TCP) or datagrams (UDP)."""


class PeerFailed(RuntimeError):
    """A peer ended, or did not listen in time; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process of a peer, with the file that its output goes to."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """All that the process has written so far."""
        return self.log.read_text(errors="replace")

    def await_text(self, text: str, timeout: float = 15.0) -> str:
        """Waits (seconds) until the process has written `text`; returns all it wrote; raises PeerFailed."""
        end = time.monotonic() + timeout
        while text not in (said := self.said()):
            self._check(end, f"did not write {text!r}")
        return said

    def await_listening(self, port: int, transport: str = "tcp", timeout: float = 15.0) -> None:
        """Waits (seconds) until a socket of the process's namespace listens on `port`; raises PeerFailed."""
        end = time.monotonic() + timeout
        while not _listens(self.process.pid, port, transport):
            self._check(end, f"does not listen on {transport} port {port}")

    def _check(self, end: float, what: str) -> None:
        if self.process.poll() is not None:
            raise PeerFailed(f"ended with status {self.process.returncode}; it said:\n{self.said()[-2000:]}")
        if time.monotonic() > end:
            raise PeerFailed(f"{what}; it said:\n{self.said()[-2000:]}")
        time.sleep(0.01)


@contextlib.contextmanager
def running(
    argv: Sequence[str],
    log: Path,
    *,
    namespace: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Runs `argv` from the root of the checkout, in a network namespace if one is named, for the block's
    length.

    The process heads a group of its own. At the end the group is asked to end (SIGTERM), killed after 5 s,
    and reaped. Should this process die first, the kernel ends the child (`setpriv --pdeathsig`).
    """
    command = ["setpriv", "--pdeathsig", "TERM", *inside(namespace, argv)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": python_path(), **(environment or {})},
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        _end(process)


def inside(namespace: str | None, argv: Sequence[str]) -> list[str]:
    """The command that runs `argv` inside the named network namespace (None: where we are).

    `nsenter` replaces itself by the program, so the process id, signals and the exit status are the program's
    own.
    """
    if namespace is None:
        return list(argv)
    return ["nsenter", f"--net=/run/netns/{namespace}", "--", *argv]


def python_path() -> str:
    """PYTHONPATH for a child that imports hemostat and this suite, wherever it is started."""
    return os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY)])


def free_port(transport: str = "tcp", host: str = "127.0.0.1") -> int:
    """A port of loopback that was free a moment ago, for programs that cannot choose one themselves."""
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def _listens(pid: int, port: int, transport: str) -> bool:
    wanted = f":{port:04X}"
    for table in (transport, transport + "6"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state, *_ = line.split()
                if local.endswith(wanted) and state == _LISTENING[transport]:
                    return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
    # The head of the group is reaped; a worker that outlived it is in the group still.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
