"""What lies beside a library in its archive: it may need the others, to be loaded."""

import posixpath
from collections.abc import Callable
from contextlib import closing
from typing import Final

from hemostat.binaries.archives import WANT_FILE, Budget, Forward, Limits, Refused, Spent, open_archive
from hemostat.binaries.archives.streams import File, Memory
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import printable
from hemostat.binaries.kinds import HEAD, OPENED, kind_of

__all__ = ["neighbours"]

_MOST_FILES: Final = 64
_MOST_BYTES: Final = 256 << 20


def neighbours(
    file: File,
    size: int,
    inside: tuple[str, ...],
    limits: Limits | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> dict[str, bytes]:
    """The shared libraries in the folder of the one that lies `inside` (`Found.inside`), by their names there, itself
    among them: at most 64, of 256 MiB together.

    Empty where the way leads nowhere, and as far as was come where something is malformed or a limit is reached. Raises
    the file's own OSError and nothing else.
    """
    budget = Budget(limits or Limits(), size, is_over)

    def read(count: int) -> bytes:
        found = file.read(count)
        budget.read(len(found))
        return found

    file.seek(0)
    look = _Look(budget)
    try:
        look.into(Forward(read), file, inside, 0)
    except (BinaryError, Refused, Spent):
        # What was found by then may be enough.
        return look.found
    return look.found


class _Look:
    def __init__(self, budget: Budget) -> None:
        self.found: dict[str, bytes] = {}
        self._budget = budget
        self._bytes = 0

    def into(self, source: Forward, whole: File | None, way: tuple[str, ...], depth: int) -> None:
        """Follow the way through this archive; at its last step, take what lies there."""
        kind = kind_of(source.peek(HEAD))
        if kind not in OPENED or not way or depth >= self._budget.limits.depth:
            return
        if kind in WANT_FILE and whole is None:
            whole = Memory(self._held(source))
        with closing(open_archive(kind, source, whole, self._budget)) as members:
            for member in members:
                if member.stream is None:
                    continue
                name = printable(member.name)
                if not name:
                    self.into(member.stream, None, way, depth + 1)
                elif len(way) > 1:
                    if name == way[0]:
                        self.into(member.stream, None, way[1:], depth + 1)
                        return
                elif posixpath.dirname(name) == posixpath.dirname(way[0]) and ".so" in name:
                    self._take(posixpath.basename(name), member.stream)

    def _take(self, name: str, stream: Forward) -> None:
        if len(self.found) >= _MOST_FILES:
            return
        data = self._held(stream)
        self._bytes += len(data)
        if self._bytes <= _MOST_BYTES:
            self.found.setdefault(name, data)

    def _held(self, source: Forward) -> bytes:
        held = bytearray()
        for chunk in source.chunks():
            held += chunk
            if len(held) > self._budget.limits.size:
                raise Refused("limit-size")
        return bytes(held)
