"""What a libssl needs to be loaded, put together from where it lies, in the order in which it must be loaded."""

import errno
import os
import stat
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from hemostat.binaries import BinaryError, neighbours, read_image, read_openssl
from hemostat.detect.hosts.proving.prove import Libraries

__all__ = ["Lookup", "assemble", "lookup_beside", "lookup_within", "read_plain"]

Lookup = Callable[[str], bytes | None]
"""From the name that a library asks for (its soname) to the bytes of the one that is meant; None: there is none."""

_PROVIDED: Final = (
    "libc.so.",
    "libdl.so.",
    "libpthread.so.",
    "librt.so.",
    "libm.so.",
    "ld-linux",
    "ld-musl",
    "ld64",
)
"""The C library's own family: the child has it, and another one would not work with it."""
_SYSTEMS: Final = ("/lib64", "/usr/lib64", "/lib", "/usr/lib")
_MOST_FILES: Final = 32
_MOST_BYTES: Final = 256 << 20
_READ: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def assemble(ssl: bytes, lookup: Lookup) -> Libraries:
    """The libssl with all that it needs, as far as that is found; what is missing, the child will say.

    At most 32 files of 256 MiB together.
    """
    files: list[bytes] = []
    names: set[str] = set()
    crypto: list[int] = []

    def add(data: bytes) -> None:
        """Those it needs first. Depth is bounded by the number of names."""
        for name in _needed(data):
            if name in names or name.startswith(_PROVIDED) or len(names) >= _MOST_FILES - 1:
                continue
            names.add(name)
            found = lookup(name)
            if found is not None and sum(map(len, files)) + len(found) <= _MOST_BYTES:
                add(found)
        copy = read_openssl(data)
        if copy is not None and "libcrypto" in copy.parts:
            crypto.append(len(files))
        files.append(data)

    add(ssl)
    own = len(files) - 1
    return Libraries(files, ssl=own, crypto=crypto[0] if crypto else own)


def _needed(data: bytes) -> tuple[str, ...]:
    try:
        return read_image(data, frozenset()).needed
    except BinaryError:
        return ()


def lookup_beside(path: str) -> Lookup:
    """Looks in the folder of `path`, then where this system keeps its libraries. Links are followed, as loaders do."""
    own = os.path.dirname(path)
    system = [f"{folder}/{multiarch}" for multiarch in _multiarch() for folder in ("/lib", "/usr/lib")]

    def lookup(name: str) -> bytes | None:
        if PurePosixPath(name).name != name:
            return None
        for folder in (own, *system, *_SYSTEMS):
            found = read_plain(f"{folder}/{name}")
            if found is not None:
                return found
        return None

    return lookup


def lookup_within(path: str, inside: tuple[str, ...]) -> Lookup:
    """Looks into the folder, within the archive at `path`, of the library that lies `inside`; and nowhere else: what
    this system has belongs to another build.
    """

    @cache
    def beside() -> dict[str, bytes]:
        try:
            with _opened(path) as file:
                return neighbours(file, os.fstat(file.fileno()).st_size, inside)
        except OSError:
            return {}

    return lambda name: beside().get(name)


def read_plain(path: str) -> bytes | None:
    """The bytes of a plain file; None where none can be read, or it is too large."""
    try:
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            return file.read(size) if size <= _MOST_BYTES else None
    except OSError:
        return None


def _opened(path: str) -> BinaryIO:
    """A plain file, opened for reading; links are followed. Raises OSError, also for what is no plain file: to open a
    device can be to set it going, so what lies there is taken hold of and looked at first, and then that is opened.
    """
    held = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(held).st_mode):
            raise OSError(errno.EINVAL, "no plain file", path)
        return open(os.open(f"/proc/self/fd/{held}", _READ), "rb")
    finally:
        os.close(held)


def _multiarch() -> list[str]:
    """Debian's folders for this machine's libraries."""
    machine = os.uname().machine
    return [f"{machine}-linux-gnu", f"{machine}-linux-gnueabihf"]
