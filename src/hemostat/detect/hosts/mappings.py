"""The bytes of a file that a process has mapped: of one that was deleted, too, as long as it is mapped.

Never the process' memory: `/proc/PID/map_files` leads to the file itself, whose pages are what was on the disk.
"""

import os
import re
import stat
from typing import Final, NamedTuple

__all__ = ["MappedBytes", "read_mapped"]

_PROC: Final = "/proc"
_LINE: Final = re.compile(
    rb"([0-9a-f]+-[0-9a-f]+) [rwxps-]{4} ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) ([0-9]+) +(/.*)"
)
_MOST_BYTES: Final = 256 << 20
_MOST_MAPS: Final = 64 << 20


class MappedBytes(NamedTuple):
    """`data` None: they could not be read, and `why` (`permission`, `vanished`, `too-large`, `not-mapped`)."""

    data: bytes | None
    why: str | None


def read_mapped(pid: int, device: tuple[int, int] | None, inode: int | None, path: str) -> MappedBytes:
    """The file that the process has mapped, told by device and inode, or, where these are not known, by its path."""
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
            return _read(f"{_PROC}/{pid}/map_files/{found[1].decode('ascii')}")
    return MappedBytes(None, "not-mapped")


def _read(link: str) -> MappedBytes:
    try:
        descriptor = os.open(link, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return MappedBytes(None, "not-mapped")
            if status.st_size > _MOST_BYTES:
                return MappedBytes(None, "too-large")
            return MappedBytes(file.read(_MOST_BYTES), None)
    except PermissionError:
        return MappedBytes(None, "permission")
    except OSError:
        return MappedBytes(None, "vanished")
