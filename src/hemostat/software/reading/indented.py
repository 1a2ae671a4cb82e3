"""`key: value` and `- value`, nested by indent: the part of YAML that configurations are written in.

A parser of all YAML refuses a file as a whole for one line that is bad, or missing because only allowed lines were
given; this one goes on. Anchors, tags, block scalars and documents after the first are not known: their lines are
values like others.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hemostat.software.reading.files import Numbered
from hemostat.software.reading.tree import Event
from hemostat.software.reading.words import unquoted

__all__ = ["indented"]

_KEY: Final = re.compile(r"""("[^"]*"|'[^']*'|[^\s"'#\[{:-][^:#]*):(?:\s+(.*))?$""")
_ITEM: Final = "-"


def indented(lines: Iterable[Numbered]) -> Iterator[Event]:
    """A block for each key without a value and for each item of a list that holds keys, named `-`; what ends by its
    indent is closed. An item that is a value is a directive named `-`. The values of a flow list (`[a, b]`) are
    values. Keys keep their case.
    """
    stack: list[tuple[int, bool]] = []
    # Indent, and whether it is an item's block.
    for number, text in lines:
        text = _uncommented(text).rstrip()
        bare = text.lstrip(" ")
        if not bare or bare in ("---", "..."):
            continue
        indent = len(text) - len(bare)
        while bare == _ITEM or bare.startswith("- "):
            yield from _close(stack, indent, number, item=True)
            rest = bare[1:].lstrip(" ")
            if rest and rest != _ITEM and not rest.startswith("- ") and not _KEY.match(rest):
                yield Event(number, "says", _ITEM, _values(rest))
                bare = ""
                break
            yield Event(number, "opens", _ITEM)
            stack.append((indent, True))
            indent += len(bare) - len(rest)
            bare = rest
        if not bare:
            continue
        yield from _close(stack, indent, number, item=False)
        found = _KEY.match(bare)
        if not found:
            yield Event(number, "says", "", _values(bare))
        elif found[2] is None or not found[2].strip():
            yield Event(number, "opens", unquoted(found[1]))
            stack.append((indent, False))
        else:
            yield Event(number, "says", unquoted(found[1]), _values(found[2]))


def _close(stack: list[tuple[int, bool]], indent: int, number: int, *, item: bool) -> Iterator[Event]:
    # Items of a list may stand at the indent of their key: `key:` is closed by a key there, not by an item.
    while stack and (stack[-1][0] > indent or (stack[-1][0] == indent and (stack[-1][1] or not item))):
        stack.pop()
        yield Event(number, "closes")


def _uncommented(text: str) -> str:
    quote = ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (at == 0 or text[at - 1].isspace()):
            return text[:at]
    return text


def _values(text: str) -> tuple[str, ...]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return tuple(unquoted(each) for each in text[1:-1].split(",") if each.strip())
    return (unquoted(text),)
