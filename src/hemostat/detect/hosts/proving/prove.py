"""The parent's side: starts the child with the files' bytes, and drives the probe against it."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from hemostat.detect.hosts.proving.child import HEADER, frame
from hemostat.dialects import dialects
from hemostat.exchange import (
    AskLibrary,
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    Failed,
    LibraryAnswered,
    Peer,
    Probe,
    Send,
    Time,
    WakeAt,
)

__all__ = ["Libraries", "Proof", "prove"]

_MEMORY: Final = 1 << 30
_PIECE: Final = 1 << 16
_MOST_FRAME: Final = 1 << 21
_CODE: Final = "hemostat.detect.hosts.proving.child"


class Libraries(NamedTuple):
    """What to load: bytes of files, each after those that it needs; which of them are libssl and libcrypto."""

    files: Sequence[bytes]
    ssl: int
    crypto: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it: facts of kind `probe` (form `library`), the version text that the library itself tells, what
    held of the sandbox (layer → `held`, or why not), and the throw-away certificate that it showed, by its SHA-256.
    """

    facts: dict[str, Any]
    version: str | None
    sandbox: dict[str, str]
    certificates: dict[str, bytes]


def prove(libraries: Libraries, *, seconds: float = 20.0) -> Proof:
    """Load the libraries in a child that can do nothing but compute, and ask it. Blocks, for `seconds` at most.

    Raises OSError where no child can be started. Whatever the child does ends in a proof: a crash, a load that is
    refused and a sandbox that does not hold are connections that failed, by a code.
    """
    started = _now()
    deadline = started + round(seconds * 1e6)
    probe = Probe(
        "server",
        Peer(None, None, None),
        dialects()["tls"],
        os.urandom,
        started=started,
        deadline=deadline,
        retries=0,
        form="library",
    )
    descriptors = [_in_memory(data) for data in libraries.files]
    try:
        with _Child(descriptors, libraries, seconds) as child:
            report = child.report(deadline)
            done = _Driver(probe, child, report.get("failure")).run()
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return Proof(done.facts, report.get("version"), report.get("sandbox", {}), done.certificates)


def _now() -> int:
    return time.monotonic_ns() // 1000


def _in_memory(data: bytes) -> int:
    descriptor = os.memfd_create("library", 0)
    with suppress(BaseException):
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        return descriptor
    os.close(descriptor)
    raise OSError("a library could not be copied into memory")


class _Child:
    """The child process and its two pipes."""

    def __init__(self, descriptors: Sequence[int], libraries: Libraries, seconds: float) -> None:
        specification = {
            "libraries": list(descriptors),
            "ssl": libraries.ssl,
            "crypto": libraries.crypto,
            "memory": _MEMORY,
            "seconds": max(1, round(seconds)),
        }
        # Nothing of this process's environment: a library may read its own.
        environment = {"PYTHONPATH": str(Path(__file__).parents[4]), "PATH": os.defpath}
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-m", _CODE, json.dumps(specification)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=tuple(descriptors),
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        self._unread = bytearray()
        self.gone = False
        certificate, key = _throw_away()
        self.say(frame(b"K", certificate) + frame(b"P", key))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def report(self, deadline: int) -> dict[str, Any]:
        """What it said of itself; a failure where it said nothing."""
        while _now() < deadline:
            for letter, payload in self.heard(deadline):
                if letter == b"R":
                    found: dict[str, Any] = json.loads(payload)
                    return found
            if self.gone:
                return {"failure": "library-crashed"}
        return {"failure": "library-silent"}

    def say(self, data: bytes) -> None:
        if self._process.stdin is not None:
            try:
                self._process.stdin.write(data)
                self._process.stdin.flush()
            except BrokenPipeError:
                self.gone = True

    def heard(self, until: int) -> list[tuple[bytes, bytes]]:
        """Whole frames, as soon as there is one; none at that time, or where the child has gone."""
        output = self._process.stdout
        if output is None or self.gone:
            return []
        ready, _, _ = select.select([output], [], [], max(0.0, (until - _now()) / 1e6))
        if ready:
            piece = os.read(output.fileno(), _PIECE)
            self.gone = not piece
            self._unread += piece
        frames = []
        while len(self._unread) >= HEADER:
            length = int.from_bytes(self._unread[1:HEADER], "big")
            if length > _MOST_FRAME:
                self.gone = True
                break
            if len(self._unread) < HEADER + length:
                break
            frames.append((bytes(self._unread[:1]), bytes(self._unread[HEADER : HEADER + length])))
            del self._unread[: HEADER + length]
        return frames


class _Driver:
    """Drives one probe against the child."""

    def __init__(self, probe: Probe, child: _Child, failure: str | None) -> None:
        self._probe, self._child, self._failure = probe, child, failure
        self._wake_at = 0
        self._open = False
        self._pending: list[Event] = []
        self._done: Done | None = None

    def run(self) -> Done:
        self._obey(self._probe.start())
        while self._done is None:
            if self._pending:
                self._obey(self._probe.handle(self._pending.pop(0)))
                continue
            frames = self._child.heard(self._wake_at) if self._open else []
            for letter, payload in frames:
                if not self._open:
                    break
                self._obey(
                    self._probe.handle(Data(_now(), payload) if letter == b"D" else Closed(_now(), "fin"))
                )
            if self._open and self._child.gone:
                self._open = False
                self._obey(self._probe.handle(Closed(_now(), "reset")))
            elif not frames and self._done is None:
                self._obey(self._probe.handle(Time(max(_now(), self._wake_at))))
        return self._done

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Connect):
                self._connect()
            elif isinstance(command, Send):
                self._child.say(frame(b"D", command.data))
            elif isinstance(command, WakeAt):
                self._wake_at = command.at
            elif isinstance(command, Close):
                self._open = False
            elif isinstance(command, AskLibrary):
                self._pending.append(LibraryAnswered(_now(), None))
            elif isinstance(command, Done):
                self._done = command

    def _connect(self) -> None:
        failure = self._failure or ("library-crashed" if self._child.gone else None)
        if failure is None:
            self._child.say(frame(b"N"))
            self._open = True
            self._pending.append(Connected(_now()))
        else:
            self._pending.append(Failed(_now(), failure))


@cache
def _throw_away() -> tuple[bytes, bytes]:
    """A certificate and its key, as DER, for this process's lifetime: RSA, which every release reads."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hemostat")])
    day = datetime.datetime(2014, 4, 7, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL
    return certificate, key.private_bytes(encoding, form, serialization.NoEncryption())
