"""The targets of the command line and of lists, read and parsed in a thread of their own: a pipe that is slow, or a
file that never ends, holds up no answer and no Ctrl-C.
"""

import asyncio
import os
import select
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from hemostat.cli.command import STANDARD, UsageError, standard_input

if TYPE_CHECKING:
    from hemostat import api

__all__ = ["STANDARD_INPUT", "GivenTargets"]

STANDARD_INPUT: Final = "standard input"
"""What answers call that list."""
_CHUNK: Final = 1 << 16
_AHEAD: Final = 1000
"""Targets that are read before they are wanted."""


class _Source(Protocol):
    def read(self, size: int, /) -> bytes | None: ...
    def fileno(self) -> int: ...


class GivenTargets:
    """Asynchronous iterator over `targets`, then over what `files` list; a context manager, entered in an event loop.

    What is repeated, in whatever list, is dropped; `repeated` counts it. `taken` is called for each target that is
    given out. Raises UsageError at once for a list that can't be there, and later for one that can't be read on.
    """

    def __init__(
        self,
        targets: Sequence[str],
        files: Sequence[str],
        *,
        port: int | None = None,
        dialect: str | None = None,
        taken: Callable[[], None] = lambda: None,
    ) -> None:
        from hemostat.targets import SeenTargets

        if files.count(STANDARD) > 1:
            raise UsageError("standard input is named twice, and can be read once")
        for name in files:
            _look_at(name)
        self._targets, self._files, self._port, self._dialect = targets, files, port, dialect
        self._taken = taken
        self._seen = SeenTargets()
        self._loop = asyncio.get_running_loop()
        self._came: asyncio.Queue[api.Given | Exception | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._closed = False

    @property
    def repeated(self) -> int:
        """Targets that were named before, and so were dropped."""
        return self._seen.repeated

    def __enter__(self) -> Self:
        threading.Thread(target=self._work, name="targets", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A thread that waits for its pipe is left behind: nothing wakes it, and it holds nothing.
        self._closed = True
        self._room.release()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> "api.Given":
        each = await self._came.get()
        if each is None:
            raise StopAsyncIteration
        if isinstance(each, Exception):
            raise each
        self._room.release()
        self._taken()
        return each

    def _work(self) -> None:
        end: Exception | None = None
        try:
            for each in self._all():
                self._room.acquire()
                if self._closed:
                    return
                self._tell(each)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            end = error
        self._tell(end)

    def _tell(self, each: "api.Given | Exception | None") -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._came.put_nowait, each)

    def _all(self) -> "Iterator[api.Given]":
        from hemostat import api
        from hemostat.targets import TargetError, parse_chunks

        for written in self._targets:
            try:
                target = api.read_target(written, port=self._port, dialect=self._dialect)
            except TargetError:
                yield written  # whoever asks says what is wrong
            else:
                if self._seen.add(target):
                    yield target
        for name in self._files:
            shown = STANDARD_INPUT if name == STANDARD else name
            yield from parse_chunks(
                _chunks(name),
                api.schemes(self._dialect),
                default_port=self._port,
                seen=self._seen,
                source=shown,
            )


def _look_at(name: str) -> None:
    """Raises UsageError where nothing can be read; without opening it, for a pipe would wait for its writer."""
    if name == STANDARD:
        standard_input()
        return
    try:
        if stat.S_ISDIR(os.stat(name).st_mode):
            raise UsageError(f"{name} can't be read: it is a folder")
        if not os.access(name, os.R_OK):
            raise UsageError(f"{name} can't be read: this user may not")
    except OSError as error:
        raise _unreadable(name, error) from error
    except ValueError as error:
        raise UsageError(f"no file is called {name!r}") from error


def _chunks(name: str) -> Iterator[bytes]:
    try:
        # Unbuffered: a thread that waits inside a buffered file would hold its lock when Python ends, and abort it.
        if name == STANDARD:
            buffered = standard_input()
            yield from _read(getattr(buffered, "raw", buffered))
            return
        with open(name, "rb", buffering=0) as file:
            yield from _read(file)
    except OSError as error:
        raise _unreadable(STANDARD_INPUT if name == STANDARD else name, error) from error


def _read(source: _Source) -> Iterator[bytes]:
    while (chunk := source.read(_CHUNK)) != b"":
        if chunk is None:  # somebody made it non-blocking
            select.select([source], [], [])
        else:
            yield chunk


def _unreadable(name: str, error: OSError) -> UsageError:
    return UsageError(f"{name} can't be read: {error.strerror or error}")
