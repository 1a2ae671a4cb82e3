"""One line of a snapshot: a type and fields, percent-encoded, separated by tabs (docs/collect-format.md)."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

__all__ = ["as_path", "as_text", "items", "read_line"]

_LINE: Final = re.compile(rb"[a-z][a-z0-9-]{0,63}(?:\t[a-z][a-z0-9-]{0,63}=(?:[ -$&-~]|%[0-9A-F]{2})*)*")
"""Bytes 0x20 to 0x7E but `%` stand for themselves, every other byte is `%XX`."""
_NOT_SHOWN: Final = re.compile(r"[^ -~]")


def read_line(line: bytes) -> tuple[str, dict[str, bytes]] | None:
    """The type of a record and its fields, still encoded; None where the line is malformed or has a field twice.

    `line` has no newline at its end.
    """
    if not _LINE.fullmatch(line):
        return None
    kind, *pairs = line.split(b"\t")
    fields: dict[str, bytes] = {}
    for pair in pairs:
        key, _, value = pair.partition(b"=")
        fields[key.decode("ascii")] = value
    return (kind.decode("ascii"), fields) if len(fields) == len(pairs) else None


def as_path(value: bytes) -> str:
    """A path of any bytes, as `os.fsdecode` gives it where names are UTF-8 (PEP 383). Not for a terminal as it is."""
    return unquote_to_bytes(value).decode("utf-8", "surrogateescape")


def as_text(value: bytes) -> str:
    r"""A text that may be shown: one line, each character that is not printable written as an escape (`\x1b`)."""
    text = unquote_to_bytes(value).decode("utf-8", "backslashreplace")
    return text if text.isprintable() else _NOT_SHOWN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable():
        return character
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def items(value: bytes) -> list[bytes]:
    """The items of a list: they are separated by commas; a comma in an item is `%2C`."""
    return value.split(b",") if value else []
