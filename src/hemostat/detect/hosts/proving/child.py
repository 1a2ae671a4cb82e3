"""The child: locks itself down, loads a libssl, and serves TLS over two pipes until it is told no more.

    python -m hemostat.detect.hosts.proving.child SPECIFICATION

The specification is JSON: `parent` (the process that started it, with which it ends), `libraries` (descriptors),
`ssl`, `crypto` (which of them), `memory`, `seconds`. Everything is framed: one letter, four bytes of length, so many
bytes. In: `K` certificate and `P` key first, then `N` (a new connection) and `D` (bytes). Out: `S` once, before a
foreign byte is loaded (JSON: layer of the sandbox → state), `R` once (JSON: `version`, `failure`; not where the sandbox
did not hold), then `N` (what follows is of the new connection), `D` and `C` (the library ended the connection).
"""

import ctypes
import json
import os
import sys
from contextlib import suppress
from typing import Final

from hemostat.detect.hosts.proving.openssl import NotAsked, OpenSsl, Server
from hemostat.detect.hosts.proving.sandbox import die_with, lock_down

__all__ = ["HEADER", "frame", "serve"]

HEADER: Final = 5
_MOST: Final = 1 << 20
_OF_THE_SYSTEM: Final = (
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libm.so.6",
    "libresolv.so.2",
    "libutil.so.1",
    "libgcc_s.so.1",
)


def frame(letter: bytes, payload: bytes = b"") -> bytes:
    """One frame."""
    return letter + len(payload).to_bytes(HEADER - 1, "big") + payload


def serve(specification: str, source: int, sink: int) -> None:
    """Do all of that on two descriptors. Raises EOFError, BrokenPipeError or ProcessLookupError where the other
    side has gone.
    """
    wanted = json.loads(specification)
    die_with(wanted["parent"])
    (_, certificate), (_, key) = _heard(source), _heard(source)
    _load_the_systems_own()
    # Before the first foreign byte: constructors run when a library is loaded, and may write to the sink themselves.
    sandbox = lock_down(memory=wanted["memory"], seconds=wanted["seconds"])
    _say(sink, frame(b"S", json.dumps(sandbox).encode("ascii")))
    if not sandbox.files_and_network:
        return
    try:
        library = OpenSsl(wanted["libraries"], wanted["ssl"], wanted["crypto"], certificate, key)
    except NotAsked as error:
        _report(sink, None, str(error))
        return
    _report(sink, library.version, None)
    server = None
    while True:
        letter, payload = _heard(source)
        if letter == b"N":
            if server is not None:
                server.close()
            server = Server(library)
            _say(sink, frame(b"N"))
        elif server is not None and not server.over:
            said = server.receive(payload)
            if said:
                _say(sink, frame(b"D", said))
            if server.over:
                _say(sink, frame(b"C"))


def _load_the_systems_own() -> None:
    """What a library may need of the C library's own family: no file can be opened later."""
    for name in _OF_THE_SYSTEM:
        with suppress(OSError):
            ctypes.CDLL(name)


def _report(sink: int, version: str | None, failure: str | None) -> None:
    _say(sink, frame(b"R", json.dumps({"version": version, "failure": failure}).encode("ascii")))


def _heard(source: int) -> tuple[bytes, bytes]:
    head = _exactly(source, HEADER)
    length = int.from_bytes(head[1:], "big")
    if length > _MOST:
        raise EOFError
    return head[:1], _exactly(source, length)


def _exactly(source: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = os.read(source, length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _say(sink: int, data: bytes) -> None:
    while data:
        data = data[os.write(sink, data) :]


if __name__ == "__main__":
    try:
        serve(sys.argv[1], 0, 1)
    except (EOFError, BrokenPipeError, ProcessLookupError):
        # Not by way of Python's own end: what a library registered to run at exit need not run.
        os._exit(0)
    os._exit(0)
