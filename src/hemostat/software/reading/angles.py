"""`<Section argument>` … `</Section>` with a directive a line between: the syntax of Apache and of ProFTPD."""

from collections.abc import Iterable, Iterator

from hemostat.software.reading.files import Numbered
from hemostat.software.reading.tree import Event
from hemostat.software.reading.words import logical, words

__all__ = ["angles"]


def angles(lines: Iterable[Numbered]) -> Iterator[Event]:
    """Directives and sections, their names in lower case. A backslash continues a line; a comment is a line of its
    own. What closes is not compared with what opened: the program itself refuses the file where they differ.
    """
    for number, text in logical(lines, continued="backslash"):
        if text.startswith("</"):
            yield Event(number, "closes")
            continue
        opens = text.startswith("<")
        if opens:
            text = text[1:].rstrip().removesuffix(">")
        name, *values = words(text, comments="") or [""]
        if name:
            yield Event(number, "opens" if opens else "says", name.lower(), tuple(values))
