"""The bytes of a file that a process has mapped: of one that was deleted, too, as long as it is mapped.

Never the process' memory: `/proc/PID/map_files` leads to the file itself, whose pages are what was on the disk.
"""

import os
import re
import stat
from collections.abc import Collection
from typing import Final, NamedTuple

__all__ = ["MappedBytes", "read_mapped"]

_PROC: Final = "/proc"
_LINE: Final = re.compile(
    rb"([0-9a-f]+-[0-9a-f]+) [rwxps-]{4} ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) ([0-9]+) +(/.*)"
)
_MOST_BYTES: Final = 256 << 20
_MOST_MAPS: Final = 64 << 20


class MappedBytes(NamedTuple):
    """`data` None: they are not here, and `why` (`permission`, `vanished`, `too-large`, `unreadable`, `not-mapped`;
    `no-file`: it is no plain file; `known`). `identity`: st_dev and st_ino of the file that they are of.
    """

    data: bytes | None
    why: str | None
    identity: tuple[int, int] | None = None


def read_mapped(
    pid: int,
    device: tuple[int, int] | None,
    inode: int | None,
    path: str,
    known: Collection[tuple[int, int]] = (),
) -> MappedBytes:
    """The file that the process has mapped, told by device and inode, or, where these are not known, by its path.

    `known`: identities of files that need not be read. `/proc/PID/map_files` takes a privilege. Without it the file is
    opened at its path as the process sees it, or as its program, where that is the same file by device and inode.
    """
    try:
        with open(f"{_PROC}/{pid}/maps", "rb") as maps:
            lines = maps.read(_MOST_MAPS).splitlines()
    except PermissionError:
        return MappedBytes(None, "permission")
    except OSError:
        return MappedBytes(None, "vanished")
    wanted = os.fsencode(path)
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        where = (int(found[3], 16), int(found[4], 16))
        if (where, int(found[5])) == (device, inode) if inode is not None else found[6] == wanted:
            read = _read(f"{_PROC}/{pid}/map_files/{found[1].decode('ascii')}", known)
            if read.why != "permission" or not found[6].startswith(b"/"):
                return read
            for other in (os.fsencode(f"{_PROC}/{pid}/root") + found[6], os.fsencode(f"{_PROC}/{pid}/exe")):
                again = _read(other, known, (*where, int(found[5])))
                if again.data is not None or again.why in ("known", "too-large"):
                    return again
            return read
    return MappedBytes(None, "not-mapped")


def _read(
    link: str | bytes, known: Collection[tuple[int, int]], mapped: tuple[int, int, int] | None = None
) -> MappedBytes:
    """`mapped`: device and inode that it must have."""
    try:
        descriptor = os.open(link, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return MappedBytes(None, "no-file")
            identity = (status.st_dev, status.st_ino)
            if mapped is not None and (os.major(identity[0]), os.minor(identity[0]), identity[1]) != mapped:
                return MappedBytes(None, "not-mapped")
            if identity in known:
                return MappedBytes(None, "known", identity)
            if status.st_size > _MOST_BYTES:
                return MappedBytes(None, "too-large", identity)
            return MappedBytes(file.read(_MOST_BYTES), None, identity)
    except PermissionError:
        return MappedBytes(None, "permission")
    except (FileNotFoundError, ProcessLookupError):
        return MappedBytes(None, "vanished")
    except OSError:
        return MappedBytes(None, "unreadable")
