"""The child: locks itself down, loads a libssl, and serves TLS over two pipes until it is told no more.

    python -m hemostat.detect.hosts.proving.child SPECIFICATION

The specification is JSON: `libraries` (descriptors), `ssl`, `crypto` (which of them), `memory`, `seconds`. Everything
is framed: one letter, four bytes of length, so many bytes. In: `K` certificate and `P` key first, then `N` (a new
connection) and `D` (bytes). Out: `R` once (JSON: `sandbox`, `version`, `failure`), then `D` and `C` (the library ended
the connection).
"""

import ctypes
import json
import os
import sys
from contextlib import suppress
from typing import Final

from hemostat.detect.hosts.proving.openssl import NotAsked, OpenSsl, Server
from hemostat.detect.hosts.proving.sandbox import lock_down

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
    """Do all of that on two descriptors. Raises EOFError where the other side has gone."""
    wanted = json.loads(specification)
    (_, certificate), (_, key) = _heard(source), _heard(source)
    _load_the_systems_own()
    # Before the first foreign byte: constructors run when a library is loaded.
    sandbox = lock_down(memory=wanted["memory"], seconds=wanted["seconds"])
    report: dict[str, object] = {"sandbox": dict(sandbox), "version": None, "failure": None}
    library = None
    if sandbox.files_and_network:
        try:
            library = OpenSsl(wanted["libraries"], wanted["ssl"], wanted["crypto"], certificate, key)
            report["version"] = library.version
        except NotAsked as error:
            report["failure"] = str(error)
    else:
        report["failure"] = "sandbox-not-held"
    _say(sink, frame(b"R", json.dumps(report).encode("ascii")))
    if library is None:
        return
    server = None
    while True:
        letter, payload = _heard(source)
        if letter == b"N":
            if server is not None:
                server.close()
            server = Server(library)
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
    except (EOFError, BrokenPipeError):
        # Not by way of Python's own end: what a library registered to run at exit need not run.
        os._exit(0)
    os._exit(0)
