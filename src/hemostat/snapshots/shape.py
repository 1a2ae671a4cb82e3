"""What a field of a record may hold: each helper makes a field of a dataclass that knows how it is read.

The key in a snapshot is the field's name with dashes. A field that a record need not have is None, or empty, without
it.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import field
from typing import Any, Final

from hemostat.snapshots.line import as_path, as_text, items

__all__ = [
    "boolean",
    "data",
    "device",
    "digest",
    "host_id",
    "moment",
    "number",
    "numbers",
    "path",
    "text",
    "texts",
    "word",
]

_NUMBER: Final = re.compile(rb"0|[1-9][0-9]{0,18}")
_MOMENT: Final = re.compile(rb"([0-9]{1,12})(?:\.([0-9]{1,6}))?")
_DEVICE: Final = re.compile(rb"([0-9]{1,10}),([0-9]{1,10})")
_DIGEST: Final = re.compile(rb"[0-9a-f]{64}")
_HOST_ID: Final = re.compile(rb"[0-9a-f]{32}")
_WORD: Final = re.compile(rb"[a-z0-9][a-z0-9-]{0,63}")
_MOST: Final = 2**63 - 1


def _made(read: Callable[[bytes], Any], form: str, says: str, required: bool, without: Any = None) -> Any:
    metadata = {"read": read, "form": form, "says": says, "required": required}
    return field(metadata=metadata) if required else field(default=without, metadata=metadata)


def path(says: str, *, required: bool = False) -> Any:
    """`str` as `os.fsdecode` gives it: bytes that are not UTF-8 are kept, and nothing of it is safe to show."""
    return _made(as_path, "path", says, required)


def text(says: str, *, required: bool = False) -> Any:
    """`str`, one line, printable."""
    return _made(as_text, "text", says, required)


def texts(says: str) -> Any:
    """`tuple[str, ...]`, each as `text`."""
    return _made(lambda value: tuple(map(as_text, items(value))), "list of texts", says, False, ())


def word(says: str, *, required: bool = False) -> Any:
    """`str`: a code of lower-case letters, digits and dashes."""
    return _made(lambda value: _match(_WORD, value)[0].decode(), "word", says, required)


def number(says: str, *, required: bool = False) -> Any:
    """`int`, from 0 to 2⁶³ - 1."""
    return _made(_number, "number", says, required)


def numbers(says: str) -> Any:
    """`tuple[int, ...]`."""
    return _made(lambda value: tuple(map(_number, items(value))), "list of numbers", says, False, ())


def moment(says: str) -> Any:
    """`int`: microseconds since 1970-01-01T00:00Z; a snapshot has seconds, with up to six decimals."""

    def read(value: bytes) -> int:
        found = _match(_MOMENT, value)
        return int(found[1]) * 1_000_000 + int((found[2] or b"").ljust(6, b"0"))

    return _made(read, "seconds since 1970", says, False)


def boolean(says: str) -> Any:
    """`bool`."""
    known = {b"yes": True, b"no": False}
    return _made(lambda value: known[value], "yes or no", says, False)


def device(says: str) -> Any:
    """`tuple[int, int]`: major and minor number."""

    def read(value: bytes) -> tuple[int, int]:
        found = _match(_DEVICE, value)
        return int(found[1]), int(found[2])

    return _made(read, "MAJOR,MINOR", says, False)


def digest(says: str, *, required: bool = False) -> Any:
    """`str`: a SHA-256 in 64 hex digits."""
    return _made(lambda value: _match(_DIGEST, value)[0].decode(), "SHA-256", says, required)


def host_id(says: str) -> Any:
    """`str`: 32 hex digits."""
    return _made(lambda value: _match(_HOST_ID, value)[0].decode(), "32 hex digits", says, False)


def data(says: str) -> Any:
    """`bytes`; base64 in a snapshot."""
    return _made(_base64, "base64", says, True)


def _match(form: re.Pattern[bytes], value: bytes) -> re.Match[bytes]:
    found = form.fullmatch(value)
    if found is None:
        raise ValueError("another form")
    return found


def _number(value: bytes) -> int:
    found = int(_match(_NUMBER, value)[0])
    if found > _MOST:
        raise ValueError("too large")
    return found


def _base64(value: bytes) -> bytes:
    try:
        return b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
