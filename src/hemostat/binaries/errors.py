"""What can be wrong with a file that should be code, or an archive."""

from typing import Final

from hemostat.errors import HemostatError

__all__ = ["BINARY_ERROR_CODES", "BinaryError"]

BINARY_ERROR_CODES: Final = {
    "not-code": "the bytes are no ELF, PE or Mach-O file and no library of objects",
    "truncated": "the bytes end before what their headers promise",
    "malformed": "the headers contradict themselves, or the format",
}
"""Every code that a `BinaryError` can carry, and what it means."""


class BinaryError(HemostatError):
    """These bytes cannot be read as what they should be.

    `code` is one of `BINARY_ERROR_CODES`. The text never holds bytes of the file.
    """

    def __init__(self, code: str) -> None:
        super().__init__(BINARY_ERROR_CODES[code])
        self.code = code
