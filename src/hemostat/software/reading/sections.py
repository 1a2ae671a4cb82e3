"""`[section]` and `name = value`: INI-like files, as each program of them has it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hemostat.software.reading.files import Numbered
from hemostat.software.reading.tree import Event
from hemostat.software.reading.words import logical, pair, unquoted

__all__ = ["sections"]

_SECTION: Final = re.compile(r"\[([^\]]*)\]")
_COMMENT: Final = re.compile(r"\s[#;].*")


def sections(
    lines: Iterable[Numbered], *, comments: str = "#;", inner_comments: bool = False
) -> Iterator[Event]:
    """A block for each section, which the next one closes; `name = value` in them, and before the first.

    Names are folded; the value is one, without quotes around it; a name alone has none. A line that begins with `!`
    (MySQL's includes) is a name and its value. `inner_comments`: whether one may follow a value.
    """
    within = False
    for number, text in logical(lines, comments=comments):
        section = _SECTION.match(text)
        if section:
            if within:
                yield Event(number, "closes")
            yield Event(number, "opens", "section", (section[1].strip(),))
            within = True
            continue
        if text.startswith("!"):
            name, _, value = text.partition(" ")
            yield Event(number, "says", name.lower(), (value.strip(),))
            continue
        name, value = pair(text)
        if inner_comments and value[:1] not in ("'", '"'):
            value = _COMMENT.sub("", value)
        if name:
            yield Event(number, "says", name.lower(), (unquoted(value),) if "=" in text else ())
