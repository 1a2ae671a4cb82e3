"""The real OpenSSL 1.0.2q with heartbeats, patched, as TLS and DTLS servers of several kinds, and as a
client.

The library is loaded in a process of its own (`openssl102q_library.py` says where it comes from). By hand,
from the root of the checkout:

    python -m tests.live.peers.openssl102q --kind closes --port 4433
    python -m tests.live.peers.openssl102q --kind one-record-an-event --versions SSL3.0 --certificate ecdsa
    python -m tests.live.peers.openssl102q --dtls --kind retries --port 4433
    python -m tests.live.peers.openssl102q --connect 127.0.0.1:4433

A server prints one JSON line once it listens (`address`, `port`, `library`) and runs until it is ended. Kinds
over TLS: `reads-on`, `one-record-an-event`, `closes`, `shuts-down-and-closes`; over DTLS: `retries`, `closes`
(what they do: `openssl102q_servers.py`). A client prints one JSON line when it is done (`connected`,
`version`, `error`).

In a test:

    with openssl102q.server(folder, "closes") as peer:
        ...  # peer.host, peer.port
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.live.peers import openssl102q_library as openssl
from tests.live.peers.openssl102q_servers import (
    DTLS_KINDS,
    TLS_KINDS,
    Context,
    Settings,
    context,
    serve,
    socket_address,
)
from tests.live.peers.processes import REPOSITORY, Running, inside, python_path, running

MODULE = "tests.live.peers.openssl102q"
TLS_VERSIONS = ("TLS1.0", "TLS1.1", "TLS1.2")
DTLS_VERSIONS = ("DTLS1.0", "DTLS1.2")


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that listens: where, and its process."""

    host: str
    port: int
    running: Running


@contextlib.contextmanager
def server(
    folder: Path,
    kind: str,
    *,
    dtls: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
    versions: tuple[str, ...] | None = None,
    certificate: str = "rsa",
    asks_client_certificate: bool = False,
    namespace: str | None = None,
) -> Iterator[Peer]:
    """Runs a server of one kind (its log is kept in `folder`); port 0 takes any free one.

    The libraries must have been fetched (`openssl102q_library.fetch`) if the namespace cannot reach a
    registry.
    """
    argv = [sys.executable, "-m", MODULE, "--kind", kind, "--host", host, "--port", str(port)]
    argv += ["--certificate", certificate]
    argv += ["--dtls"] if dtls else []
    argv += ["--versions", *versions] if versions else []
    argv += ["--asks-client-certificate"] if asks_client_certificate else []
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"openssl102q-{'dtls' if dtls else 'tls'}-{kind}-{time.monotonic_ns()}.log"
    with running(argv, log, namespace=namespace) as started:
        said = json.loads(started.await_text("\n").splitlines()[0])
        yield Peer(said["address"], said["port"], started)


@dataclass(frozen=True, slots=True)
class ClientOutcome:
    """What the 1.0.2q client made of a server: was the handshake finished, in which version, or why not."""

    connected: bool
    version: str
    error: str


def connect_client(
    host: str,
    port: int,
    dtls: bool = False,
    *,
    kind: str = "reads-on",
    timeout: float = 10.0,
    namespace: str | None = None,
) -> ClientOutcome:
    """Connects to a server with the 1.0.2q client, in a process of its own; ends after `timeout` seconds at
    the latest.

    Kinds: `reads-on` calls SSL_connect again after each heartbeat, `closes` takes the first for a failure and
    closes.
    """
    argv = [
        sys.executable,
        "-m",
        MODULE,
        "--connect",
        f"{host}:{port}",
        "--kind",
        kind,
        "--timeout",
        str(timeout),
    ]
    argv += ["--dtls"] if dtls else []
    done = subprocess.run(
        inside(namespace, argv),
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=timeout + 10,
    )
    return ClientOutcome(**json.loads(done.stdout))


def _connect(made: Context, host: str, port: int, *, dtls: bool, kind: str, timeout: float) -> ClientOutcome:
    """One handshake on a blocking socket; a receive that times out ends it."""
    library, end = made.library, time.monotonic() + timeout
    with socket.socket(type=socket.SOCK_DGRAM if dtls else socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect((host, port))
        connection.setblocking(True)
        # The kernel's own receive timeout: OpenSSL reads the descriptor itself and knows nothing of Python's.
        seconds, rest = divmod(int(timeout * 1_000_000), 1_000_000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(seconds, rest))
        ssl = library.must(library.ssl.SSL_new(made.pointer), "SSL_new")
        if dtls:
            datagrams = library.must(
                library.crypto.BIO_new_dgram(connection.fileno(), openssl.BIO_NOCLOSE), "BIO"
            )
            peer = ctypes.cast(socket_address(connection.getpeername()), ctypes.c_void_p)
            library.crypto.BIO_ctrl(datagrams, openssl.BIO_CTRL_DGRAM_SET_CONNECTED, 0, peer)
            library.ssl.SSL_set_bio(ssl, datagrams, datagrams)
        else:
            library.ssl.SSL_set_fd(ssl, connection.fileno())
        try:
            while True:
                result = made.call("SSL_connect", ssl)
                if result == 1:
                    return ClientOutcome(True, library.ssl.SSL_get_version(ssl).decode(), "")
                error = made.error(ssl, result)
                again = error == openssl.SSL_ERROR_WANT_READ and (made.heartbeat or dtls)
                if not again or (kind == "closes" and made.heartbeat) or time.monotonic() > end:
                    reason = "closed after a heartbeat" if made.heartbeat else library.reason()
                    return ClientOutcome(False, library.ssl.SSL_get_version(ssl).decode(), reason)
        finally:
            library.ssl.SSL_free(ssl)


def _timeval(seconds: int, microseconds: int) -> bytes:
    return seconds.to_bytes(8, sys.byteorder) + microseconds.to_bytes(8, sys.byteorder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--kind", choices=sorted({*TLS_KINDS, *DTLS_KINDS}), help="default: the first of its transport"
    )
    parser.add_argument("--dtls", action="store_true", help="DTLS instead of TLS")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument(
        "--versions", nargs="+", metavar="VERSION", help="SSL3.0 TLS1.0 TLS1.1 TLS1.2 DTLS1.0 DTLS1.2"
    )
    parser.add_argument("--certificate", choices=("rsa", "ecdsa"), default="rsa")
    parser.add_argument("--asks-client-certificate", action="store_true")
    parser.add_argument("--connect", metavar="HOST:PORT", help="be a client instead")
    parser.add_argument("--timeout", type=float, default=10.0, help="of the client, in seconds")
    return parser.parse_args()


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _main() -> None:
    chosen = _arguments()
    library = openssl.load(openssl.fetch())
    versions = tuple(chosen.versions or (DTLS_VERSIONS if chosen.dtls else TLS_VERSIONS))
    if chosen.connect:
        host, _, port = chosen.connect.rpartition(":")
        made = context(library, "DTLS_client_method" if chosen.dtls else "SSLv23_client_method", versions)
        kind = chosen.kind or "reads-on"
        outcome = _connect(made, host, int(port), dtls=chosen.dtls, kind=kind, timeout=chosen.timeout)
        _say({"connected": outcome.connected, "version": outcome.version, "error": outcome.error})
        return
    # Imported here: the client has no certificate, and this import costs more than its whole handshake.
    from tests.live.peers.certificates import self_signed

    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(type=socket.SOCK_DGRAM if chosen.dtls else socket.SOCK_STREAM) as bound,
    ):
        pair = self_signed(Path(folder), "openssl102q.test", key=chosen.certificate)
        if not chosen.dtls:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((chosen.host, chosen.port))
        if not chosen.dtls:
            bound.listen(1024)
        kind = chosen.kind or (DTLS_KINDS if chosen.dtls else TLS_KINDS)[0]
        settings = Settings(
            kind, pair.certificate, pair.key, chosen.dtls, versions, chosen.asks_client_certificate
        )
        loop = serve(library, settings, bound)
        address, port = bound.getsockname()[:2]
        _say({"address": address, "port": port, "library": openssl.VERSION})
        ending = False

        def end(_signal: int, _frame: FrameType | None) -> None:
            nonlocal ending
            ending = True

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        while not ending:
            loop.turn(0.1)


if __name__ == "__main__":
    _main()
