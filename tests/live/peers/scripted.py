"""A server of a few words, by hand: for what no real server does when it is asked to (hanging up in the middle).

It is a stand-in, and a test that uses it says of which server the words are, or that they are nobody's.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["END", "HEAR", "RESET", "Scripted", "Step", "server"]

HEAR = "hear"
"""Wait until something comes, and read what is there."""
END = "end"
"""End the connection in good order; so does the end of the script."""
RESET = "reset"
"""End it by a reset."""

Step = bytes | float | str
"""Bytes to say; seconds to wait; or one of the words above."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """Where it listens."""

    host: str
    port: int


@contextlib.contextmanager
def server(script: Sequence[Step], *, stays: bool = False) -> Iterator[Scripted]:
    """Plays the script on each connection. `stays`: after its end it says nothing and keeps the connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        over = threading.Event()
        taking = threading.Thread(target=_take, args=(listener, script, stays, over), daemon=True)
        taking.start()
        try:
            yield Scripted(*listener.getsockname())
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            taking.join(5)


def _take(listener: socket.socket, script: Sequence[Step], stays: bool, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_play, args=(connection, script, stays, over), daemon=True).start()


def _play(connection: socket.socket, script: Sequence[Step], stays: bool, over: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(30)
        for step in script:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, float):
                time.sleep(step)
            elif step == HEAR:
                if not connection.recv(1 << 16):
                    return
            elif step == RESET:
                linger = (1).to_bytes(4, "little") + bytes(4)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            else:
                return
        if stays:
            over.wait(60)
