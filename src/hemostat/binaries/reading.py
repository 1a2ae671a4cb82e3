"""Which reader a file of code wants."""

import warnings
from collections.abc import Callable, Collection
from typing import Final

from hemostat.binaries.elf import read_elf
from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image
from hemostat.binaries.kinds import HEAD, Kind, kind_of
from hemostat.binaries.macho import read_macho
from hemostat.binaries.objects import read_objects
from hemostat.binaries.pe import read_pe

__all__ = ["load_readers", "read_image"]

_READERS: Final[dict[Kind, Callable[[bytes, Collection[str]], Image]]] = {
    Kind.ELF: read_elf,
    Kind.PE: read_pe,
    Kind.MACHO: read_macho,
    Kind.OBJECTS: read_objects,
}


def load_readers() -> None:
    """Load now what the first file of code would wait for: lief takes a good part of a second to load."""
    import lief

    lief.logging.disable()


def read_image(data: bytes, names: Collection[str]) -> Image:
    """Read the headers and look for the functions `names`, given as C has them.

    Takes time and memory in proportion to the file. Raises BinaryError, and nothing else.
    """
    reader = _READERS.get(kind_of(data[:HEAD]))
    if reader is None:
        raise BinaryError("not-code")
    with warnings.catch_warnings():
        # lief warns of each number that has no name in its format.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return reader(data, names)
        except (ValueError, RuntimeError, OverflowError, SystemError, MemoryError) as error:  # lief's own
            raise BinaryError("malformed") from error
