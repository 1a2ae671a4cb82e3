"""Nested terms of strings and atoms: Lua's tables and Erlang's tuples and lists, told apart by their comments alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from hemostat.software.reading.files import Numbered

__all__ = ["MAX_NESTED", "Group", "Token", "terms"]

MAX_NESTED: Final = 64
_MAX_TOKENS: Final = 200_000
_PAIRS: Final = {"{": "}", "[": "]", "(": ")"}
_PUNCTUATION: Final = ",;=.|:+"


class Token(NamedTuple):
    """An atom, number or name (`quoted` false), a string (true), or a character of punctuation."""

    line: int
    text: str
    quoted: bool = False


@dataclass(slots=True)
class Group:
    """What stands between brackets."""

    line: int
    bracket: str
    inside: "list[Token | Group]"

    def walk(self) -> "Iterator[Group]":
        """This and all groups in it, outermost first."""
        yield self
        for each in self.inside:
            if isinstance(each, Group):
                yield from each.walk()


def terms(lines: Iterable[Numbered], *, comment: str) -> Group:
    """All that a file says, as one group. `comment`: what begins one (`--`, `%`). Lua's long strings and comments
    (`[[ … ]]`) are passed over. What opens past the limit on nesting is read flat; a bracket that closes nothing is
    passed over, one that is not closed closes with the file; an open string closes with its line.
    """
    root = Group(0, "", [])
    stack = [root]
    left = _MAX_TOKENS
    long = ""
    for number, text in lines:
        at = 0
        while at < len(text) and left:
            if long:
                end = text.find(long, at)
                at = len(text) if end < 0 else end + len(long)
                long = "" if end >= 0 else long
                continue
            character = text[at]
            if text.startswith(comment, at):
                if text.startswith("[[", at + len(comment)):
                    long, at = "]]", at + len(comment) + 2
                    continue
                break
            left -= 1
            if character.isspace():
                at += 1
            elif character in "\"'":
                word, at = _string(text, at)
                stack[-1].inside.append(Token(number, word, True))
            elif comment == "--" and text.startswith("[[", at):
                long, at = "]]", at + 2
            elif character in _PAIRS:
                if len(stack) < MAX_NESTED:
                    group = Group(number, character, [])
                    stack[-1].inside.append(group)
                    stack.append(group)
                at += 1
            elif character in _PAIRS.values():
                if len(stack) > 1 and _PAIRS[stack[-1].bracket] == character:
                    stack.pop()
                at += 1
            elif character in _PUNCTUATION:
                stack[-1].inside.append(Token(number, character))
                at += 1
            else:
                end = at + 1
                while end < len(text) and (text[end].isalnum() or text[end] in "_@-"):
                    end += 1
                stack[-1].inside.append(Token(number, text[at:end]))
                at = end
    return root


def _string(text: str, at: int) -> tuple[str, int]:
    """The string that begins at a quote, and where it has ended."""
    quote, word = text[at], list[str]()
    at += 1
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        word.append(text[at])
        at += 1
    return "".join(word), at + 1
