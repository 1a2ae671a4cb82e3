"""`word word … ;` and `word … { … }`: the syntax of nginx."""

from collections.abc import Iterable, Iterator
from typing import Final

from hemostat.software.reading.files import Numbered
from hemostat.software.reading.tree import Event

__all__ = ["braces"]

_MAX_WORDS: Final = 4096


def braces(lines: Iterable[Numbered]) -> Iterator[Event]:
    """Directives and blocks. A statement may go over lines and has the number of its first word; a quoted word may go
    over lines too. Where a line is missing in between (only allowed lines were given), a statement that was begun
    ends at it: a word would else swallow what follows.
    """
    said: list[str] = []
    first = 0
    word: list[str] | None = None
    quote = ""
    before = 0
    for number, text in lines:
        if number != before + 1 and before and (said or word is not None):
            said, word, quote = [], None, ""
        before = number
        characters = iter(text)
        for character in characters:
            if character == "\\":
                word = word if word is not None else []
                following = next(characters, "")
                word.append(following if following in "\"'\\;{} \t" else "\\" + following)
            elif quote:
                if character == quote:
                    quote = ""
                elif word is not None:
                    word.append(character)
            elif character in "\"'" and word is None:
                quote, word = character, []
            elif character == "#" and word is None:
                break
            elif character.isspace() or character in ";{}":
                # `${name}` is a word, not a block.
                if character == "{" and word and word[-1] == "$":
                    word.append(character)
                    continue
                if character == "}" and word and "{" in word:
                    word.append(character)
                    continue
                if word is not None:
                    first = first if said else number
                    if len(said) < _MAX_WORDS:
                        said.append("".join(word))
                    word = None
                if character in ";{" and said:
                    yield Event(first, "says" if character == ";" else "opens", said[0], tuple(said[1:]))
                elif character == "{":
                    yield Event(number, "opens")
                if character == "}":
                    yield Event(number, "closes")
                if character in ";{}":
                    said = []
            else:
                word = word if word is not None else []
                word.append(character)
        if word is not None and not quote:
            first = first if said else number
            if len(said) < _MAX_WORDS:
                said.append("".join(word))
            word = None
        elif quote and word is not None:
            word.append("\n")
