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
from hemostat.detect.hosts.proving.reports import Loaded, NoReport, read_loaded, read_sandbox
from hemostat.detect.hosts.proving.sandbox import Sandbox
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
_MOST_FRAMES: Final = 1024
"""Of one child. An honest one answers each word of the probe's by one or two."""
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
            sandbox, loaded = child.report(deadline)
            done = _Driver(probe, child, loaded.failure, deadline).run()
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return Proof(done.facts, loaded.version, dict(sandbox), done.certificates)


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
        certificate, key = _throw_away()
        specification = {
            "parent": os.getpid(),
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
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("a child without pipes")
        self._input, self._output = self._process.stdin, self._process.stdout
        # One that reads nothing must not make this process wait for it.
        os.set_blocking(self._input.fileno(), False)
        self._unsent = bytearray()
        self._unread = bytearray()
        self._frames = 0
        self.gone = False
        self.say(frame(b"K", certificate) + frame(b"P", key))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._input.close()
        self._output.close()
        self._process.wait()

    def report(self, deadline: int) -> tuple[Sandbox, Loaded]:
        """What it said of itself; a failure where it said nothing, or something else."""
        sandbox = Sandbox()
        try:
            told = self._first(b"S", deadline)
            if told is None:
                return sandbox, self._without_a_word()
            sandbox = read_sandbox(told)
            if not sandbox.files_and_network:
                return sandbox, Loaded(None, "sandbox-not-held")
            told = self._first(b"R", deadline)
            return sandbox, self._without_a_word() if told is None else read_loaded(told)
        except NoReport:
            return sandbox, Loaded(None, "library-crashed")

    def _first(self, wanted: bytes, deadline: int) -> bytes | None:
        while (found := self.heard(deadline)) is not None and _now() < deadline:
            letter, payload = found
            if letter == wanted:
                return payload
        return None

    def _without_a_word(self) -> Loaded:
        return Loaded(None, "library-crashed" if self.gone else "library-silent")

    def say(self, data: bytes) -> None:
        """Sent as the child reads it: now, or while `heard` waits."""
        self._unsent += data
        self._send()

    def _send(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: os.write(self._input.fileno(), self._unsent)]
        except BlockingIOError:
            return
        except BrokenPipeError:
            # What it said before it went can still be read.
            self._unsent.clear()

    def heard(self, until: int) -> tuple[bytes, bytes] | None:
        """The next whole frame; None at that time, or where the child has gone. What lies in the pipe is looked at
        once even after that time.
        """
        looked = False
        while (found := self._frame()) is None and not self.gone:
            left = until - _now()
            if looked and left <= 0:
                return None
            looked = True
            writable = [self._input] if self._unsent else []
            ready, writable, _ = select.select([self._output], writable, [], max(0.0, left / 1e6))
            if writable:
                self._send()
            if ready:
                piece = os.read(self._output.fileno(), _PIECE)
                self.gone = not piece
                self._unread += piece
        return found

    def _frame(self) -> tuple[bytes, bytes] | None:
        if len(self._unread) < HEADER:
            return None
        letter = bytes(self._unread[:1])
        end = HEADER + int.from_bytes(self._unread[1:HEADER], "big")
        # No child of ours says so much, or nothing at such length.
        if end > _MOST_FRAME or self._frames >= _MOST_FRAMES or (letter == b"D" and end == HEADER):
            self.gone = True
            self._unread.clear()
            return None
        if len(self._unread) < end:
            return None
        payload = bytes(self._unread[HEADER:end])
        del self._unread[:end]
        self._frames += 1
        return letter, payload


class _Driver:
    """Drives one probe against the child."""

    def __init__(self, probe: Probe, child: _Child, failure: str | None, deadline: int) -> None:
        self._probe, self._child, self._failure, self._deadline = probe, child, failure, deadline
        self._wake_at = 0
        self._open = False
        # New connections that the child has not yet come to: until then it speaks of an earlier one.
        self._awaited = 0
        self._pending: list[Event] = []
        self._done: Done | None = None

    def run(self) -> Done:
        self._obey(self._probe.start())
        while self._done is None:
            if self._pending:
                self._obey(self._probe.handle(self._pending.pop(0)))
            else:
                self._listen()
        return self._done

    def _listen(self) -> None:
        """One frame, and the time where it has come, whatever there may still be to hear. A frame goes first, until the
        deadline: it may have lain there while this process did not run.
        """
        found = self._child.heard(min(self._wake_at, self._deadline)) if self._open else None
        if found is not None:
            self._heard(*found)
        elif self._open and self._child.gone:
            self._open = False
            self._obey(self._probe.handle(Closed(_now(), "reset")))
        if self._done is None and not self._pending and (not self._open or _now() >= self._wake_at):
            self._obey(self._probe.handle(Time(max(_now(), self._wake_at))))

    def _heard(self, letter: bytes, payload: bytes) -> None:
        if letter == b"N":
            self._awaited = max(0, self._awaited - 1)
        if self._awaited or letter not in b"CD":
            return
        if letter == b"C":
            self._open = False
            self._obey(self._probe.handle(Closed(_now(), "fin")))
            return
        for start in range(0, len(payload), _PIECE):
            if not self._open or _now() >= self._deadline:
                return
            self._obey(self._probe.handle(Data(_now(), payload[start : start + _PIECE])))

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
            self._awaited += 1
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
