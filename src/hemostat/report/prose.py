"""Text laid out in columns of a terminal: how many it takes, where it wraps, numbers with their nouns.

`textwrap` counts characters; a host name in Chinese takes two columns a character, and a combining mark none. What
Unicode says of that comes with Python (`unicodedata`), so no library is needed for it.
"""

import unicodedata
from collections.abc import Iterator

__all__ = ["columns", "counted", "padded", "wrapped"]


def columns(text: str) -> int:
    """How many columns of a terminal the printable text takes (Unicode Standard Annex 11).

    Characters of ambiguous width count as one: so they are outside of East Asian fonts.
    """
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def padded(text: str, width: int) -> str:
    """The text with spaces after it, up to `width` columns; unchanged where it takes more."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int, first: str = "", after: str | None = None) -> Iterator[str]:
    """The words of the text in lines of at most `width` columns, without spaces at their ends.

    `first` stands before the first line, `after` before all others (None: as many spaces as `first` has columns).
    No word is broken, so that an address or a digest can be copied: a line is longer where one word is. No words, no
    line.
    """
    line, empty = first, True
    rest = " " * columns(first) if after is None else after
    for word in text.split():
        if not empty and columns(line) + 1 + columns(word) > width:
            yield line
            line, empty = rest, True
        line += word if empty else f" {word}"
        empty = False
    if not empty:
        yield line


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 answer`, `2 answers`; `many` where the plural is not made by an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
