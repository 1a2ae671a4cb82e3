"""A file with all that is in it, archives in archives: which copies of OpenSSL, and what could not be looked into."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

from hemostat.binaries.archives import WANT_FILE, Budget, Forward, Limits, Refused, Spent, open_archive
from hemostat.binaries.archives.streams import File, Memory, window
from hemostat.binaries.archives.zip import ends_as_zip
from hemostat.binaries.copies import OpenSslCopy, read_openssl
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import printable
from hemostat.binaries.kinds import HEAD, OPENED, SEALED, Kind, kind_of
from hemostat.binaries.texts import LONGEST, is_worth_reading

__all__ = ["Found", "Unseen", "examine"]

_HELD_ANYWAY: Final = 1 << 20
"""Bytes of a file that are kept while it is searched, so that a small one is read once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file that says something of OpenSSL."""

    inside: tuple[str, ...]
    """The way to it: its name in the archive, behind the name of that one in the next: `("data.tar.xz",
    "./usr/lib/libssl.so.1.0.0")`. Empty: the file itself. Printable ASCII, all else escaped."""
    size: int
    """Bytes."""
    sha256: str
    copy: OpenSslCopy
    data: bytes = field(repr=False, compare=False)
    """Its bytes: to be let go of soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Something that was not looked into, or not to its end."""

    inside: tuple[str, ...]
    """As in `Found`."""
    why: str
    """One of `UNSEEN`."""
    format: Kind
    """Of what was not looked into, as far as it is known."""


Finding: TypeAlias = Found | Unseen


def examine(
    file: File, size: int, limits: Limits | None = None, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Finding]:
    """What is in `file`, which is open for reading in binary and has `size` bytes.

    Everything that holds no OpenSSL is passed over in silence; everything that was not looked into is said. Where a
    limit of the whole file is reached, that is the last finding. `is_over` is asked all the time, and ends it. Raises
    the file's own OSError and nothing else, whatever is in it; of a file that grows meanwhile, the first
    `size` bytes.
    """
    budget = Budget(limits or Limits(), size, is_over)
    left = size

    def read(count: int) -> bytes:
        nonlocal left
        found = file.read(min(count, left)) if left > 0 else b""
        left -= len(found)
        budget.read(len(found))
        return found

    file.seek(0)
    yield from _Look(budget).file(Forward(read), file, (), 0)


class _Look:
    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._limits = budget.limits
        self._is_spent = False

    def file(
        self, source: Forward, whole: File | None, inside: tuple[str, ...], depth: int
    ) -> Iterator[Finding]:
        """One file: `whole` where it can be read again."""
        kind = Kind.OTHER
        try:
            kind = kind_of(source.peek(HEAD))
            if kind in SEALED:
                raise Refused("format")
            if kind in OPENED:
                yield from self._archive(kind, source, whole, inside, depth)
            else:
                yield from self._plain(source, whole, inside, depth)
        except (BinaryError, Refused) as error:
            yield Unseen(inside=inside, why=error.code, format=kind)
        except Spent as spent:
            self._is_spent = True
            yield Unseen(inside=inside, why=spent.code, format=kind)

    def _archive(
        self, kind: Kind, source: Forward, whole: File | None, inside: tuple[str, ...], depth: int
    ) -> Iterator[Finding]:
        if depth >= self._limits.depth:
            raise Refused("limit-depth")
        if kind in WANT_FILE and whole is None:
            whole = Memory(self._held(source))
        with closing(open_archive(kind, source, whole, self._budget)) as members:
            for member in members:
                way = (*inside, printable(member.name)) if member.name else inside
                if member.stream is None:
                    yield Unseen(inside=way, why=member.unseen or "format", format=Kind.OTHER)
                    continue
                yield from self.file(member.stream, None, way, depth + 1)
                if self._is_spent:
                    return

    def _held(self, source: Forward) -> bytes:
        held = bytearray()
        for chunk in source.chunks():
            held += chunk
            if len(held) > self._limits.size:
                raise Refused("limit-size")
        return bytes(held)

    def _plain(
        self, source: Forward, whole: File | None, inside: tuple[str, ...], depth: int
    ) -> Iterator[Finding]:
        held, is_worth, tail = bytearray(), False, b""
        # What can be read again need not be held until it is known to be worth it.
        most = min(_HELD_ANYWAY, self._limits.size) if whole is not None else self._limits.size
        size = 0
        for chunk in source.chunks():
            piece = tail + chunk
            is_worth = is_worth or is_worth_reading(piece)
            tail = piece[-LONGEST:]
            size += len(chunk)
            if size <= most:
                held += chunk
            else:
                held.clear()
        is_zip = ends_as_zip(tail)
        if not is_worth and not is_zip:
            return
        if size > self._limits.size and (is_worth or whole is None):
            raise Refused("limit-size")
        data = bytes(held)
        if is_worth and size > most and whole is not None:
            data = self._read_again(whole, size)
        if is_worth and (copy := read_openssl(data)) is not None:
            yield Found(inside=inside, size=len(data), sha256=sha256(data).hexdigest(), copy=copy, data=data)
        if is_zip:
            yield from self._archive(Kind.ZIP, source, whole or Memory(data), inside, depth)

    def _read_again(self, whole: File, size: int) -> bytes:
        whole.seek(0)
        return self._held(window(Forward(whole.read), size))
