"""Text of strangers, made safe to show.

A list of targets may come from anywhere, and so may hold what a terminal obeys (escape sequences), what
reorders a line (bidirectional marks) and what should not be repeated (passwords in URLs).
"""

import re
from typing import Final

SHOWN: Final = 80
"""Longest text that `shown` repeats, in characters, the dots that mark a cut included."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_QUERY: Final = re.compile(r"([?#]).*", re.DOTALL)


def printable(text: str) -> str:
    r"""The text with each character that is not printable written as an escape: ESC becomes `\x1b`.

    Printable is what `str.isprintable` says: no control, format, surrogate, private or unassigned character,
    and no separator but the space. So the result is one line, whatever the text.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def shortened(text: str, limit: int = SHOWN) -> str:
    """The text, or its beginning and `...` where it is longer than `limit` characters (at least 3)."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def shown(text: str) -> str:
    """What of a target may be repeated in a message: printable, at most `SHOWN` characters, and without its
    secrets.

    A user name and password become `***`, what follows `?` or `#` becomes `...`.
    """
    # The last @ of all, before anything is cut: a password may hold every character, and a password cut in
    # half would lose the @ that gives it away.
    before, at, after = text.rpartition("@")
    if at:
        scheme = _SCHEME.match(before)
        text = (scheme[0] if scheme else "") + "***@" + after
    text = _QUERY.sub(r"\1...", text, count=1)
    return shortened(printable(text[: SHOWN + 1]))


def _escape(character: str) -> str:
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
