"""Lines made of a keyword and its values: continued lines joined, comments left out, quotes taken off."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from hemostat.software.reading.files import MAX_LINE, Numbered
from hemostat.software.reading.tree import Event

__all__ = ["Continued", "keywords", "logical", "pair", "pairs", "unquoted", "words"]

Continued = Literal["never", "backslash", "indent"]
_MAX_JOINED: Final = 4 * MAX_LINE
_MAX_WORDS: Final = 4096


def logical(
    lines: Iterable[Numbered], *, comments: str = "#", continued: Continued = "never"
) -> Iterator[Numbered]:
    """Lines as the program sees them, stripped, each with the number of its first; no empty ones.

    `comments`: characters that make a comment of a line that begins with one. `continued`: by a backslash at its end,
    by an indent of the next (comments and empty lines between do not end it), or never. What would be joined to more
    than four lines' length goes no further.
    """
    first, joined = 0, ""
    for number, text in lines:
        stripped = text.strip()
        if not stripped or stripped[0] in comments:
            if continued == "backslash" and joined and not stripped:
                yield first, joined
                joined = ""
            continue
        goes_on = bool(joined) and (continued == "backslash" or text[:1] in " \t")
        if joined and not goes_on:
            yield first, joined
            joined = ""
        if not joined:
            first = number
        more = continued == "backslash" and stripped.endswith("\\")
        piece = stripped[:-1].rstrip() if more else stripped
        joined = f"{joined} {piece}".strip()[:_MAX_JOINED]
        if continued == "never" or (continued == "backslash" and not more):
            if joined:
                yield first, joined
            joined = ""
    if joined:
        yield first, joined


def words(text: str, *, comments: str = "#", quotes: str = "\"'", escapes: bool = True) -> list[str]:
    """The words of a line. A quote begins a word or stands in it, `\\` takes the next character as it is (within single
    quotes too, as in OpenVPN and Apache), a comment begins where a word could. An open quote ends with the line.
    """
    found: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if escapes and character == "\\":
            word = word if word is not None else []
            word.append(next(characters, "\\"))
        elif quote:
            if character == quote:
                quote = ""
            elif word is not None:
                word.append(character)
        elif character in quotes:
            quote = character
            word = word if word is not None else []
        elif character.isspace():
            if word is not None:
                found.append("".join(word))
                word = None
                if len(found) >= _MAX_WORDS:
                    return found
        elif word is None and character in comments:
            return found
        else:
            word = word if word is not None else []
            word.append(character)
    if word is not None:
        found.append("".join(word))
    return found


def unquoted(text: str) -> str:
    """A value without the quotes around it, where both are there."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def pair(text: str, separator: str = "=") -> tuple[str, str]:
    """Name and value on both sides of the first separator, stripped; the value is empty where there is none."""
    name, _, value = text.partition(separator)
    return name.strip(), value.strip()


def keywords(
    lines: Iterable[Numbered],
    *,
    comments: str = "#",
    inner_comments: str | None = None,
    continued: Continued = "never",
    fold: bool = True,
    quotes: str = "\"'",
    escapes: bool = True,
) -> Iterator[Event]:
    """`keyword value value…`, a directive a line. `inner_comments` begin in a line, where they aren't `comments`."""
    inner = comments if inner_comments is None else inner_comments
    for number, text in logical(lines, comments=comments, continued=continued):
        name, *values = words(text, comments=inner, quotes=quotes, escapes=escapes) or [""]
        if name:
            yield Event(number, "says", name.lower() if fold else name, tuple(values))


def pairs(
    lines: Iterable[Numbered], *, comments: str = "#", continued: Continued = "never", fold: bool = True
) -> Iterator[Event]:
    """`name = value`, a directive a line; the value is one, as it is written, without quotes around it."""
    for number, text in logical(lines, comments=comments, continued=continued):
        name, value = pair(text)
        if name:
            yield Event(number, "says", name.lower() if fold else name, (unquoted(value),))
