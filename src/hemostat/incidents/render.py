"""An incident as text for a terminal, as Markdown for the documentation, as JSON for programs."""

import dataclasses
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from hemostat.incidents.incident import Incident
from hemostat.incidents.sections import Block, Items, Paragraph, Section, Table, sections

MIN_WIDTH: Final = 40
"""Narrower than this no terminal is written for."""

ANEW: Final = (
    "PYTHONPATH=src python3 -c 'from hemostat.incidents import *;"
    ' print(as_markdown(all_incidents()), end="")\' > docs/incidents.md'
)
"""The command that makes the documentation's page, run where the source lies."""

_GAP: Final = "  "


def as_text(incident: Incident, width: int = 80) -> str:
    """Plain ASCII, wrapped at `width` columns (at least `MIN_WIDTH`), ending in a line break.

    A line is longer only where one word is: an address is never broken.
    """
    width = max(width, MIN_WIDTH)
    heading = f"{incident.id}  {incident.name}"
    lines = [heading, "=" * len(heading), f"also known as {', '.join(incident.aliases)}"]
    for section in sections(incident):
        lines += ["", section.title, "-" * len(section.title)]
        for number, block in enumerate(section.blocks):
            if number:
                lines.append("")
            lines += _text_of(block, width)
    return "\n".join(lines) + "\n"


def as_markdown(incidents: Iterable[Incident]) -> str:
    """The documentation's page of all these incidents."""
    parts = [
        "# What is known of each incident\n",
        f"<!-- Made from src/hemostat/incidents, and held to it by a test. To make it anew:\n{ANEW} -->\n",
        "`hemostat incidents NAME` prints the same, `--json` as data.\n",
    ]
    for incident in incidents:
        parts.append(f"## {incident.id}: {incident.name}\n")
        parts.append(f"Also known as {', '.join(incident.aliases)}.\n")
        for section in sections(incident):
            parts += _markdown_of(section)
    return "\n".join(parts)


def as_json(incident: Incident) -> dict[str, Any]:
    """The fields of `Incident`, as what JSON can hold: dict, list, str, None."""
    return {name: _plain(value) for name, value in dataclasses.asdict(incident).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _text_of(block: Block, width: int) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield from _wrapped(text, width)
        case Items(items, numbered):
            for number, (name, text) in enumerate(items, start=1):
                mark = f"{number}. " if numbered else "- "
                yield from _wrapped(f"{name}: {text}" if name else text, width, mark)
        case Table(head, rows):
            yield from _text_table(head, rows, width)


def _text_table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], width: int) -> Iterator[str]:
    """Columns side by side, the last one wrapped; or, where too little is left for it, each row as a list."""
    columns = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    before = sum(columns[:-1]) + len(_GAP) * (len(head) - 1)
    if width - before < min(columns[-1], 24):
        for row in rows:
            yield from _wrapped(
                f"{row[0]}: {'; '.join(cell for cell in row[1:] if cell != '-')}", width, "- "
            )
        return
    for row in (head, tuple("-" * len(word) for word in head), *rows):
        first = "".join(
            cell.ljust(column) + _GAP for cell, column in zip(row[:-1], columns[:-1], strict=True)
        )
        yield from _wrapped(row[-1], width, first)


def _wrapped(text: str, width: int, first: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _markdown_of(section: Section) -> Iterator[str]:
    yield f"### {section.title}\n"
    for block in section.blocks:
        match block:
            case Paragraph(text):
                yield f"{text}\n"
            case Items(items, numbered):
                for number, (name, text) in enumerate(items, start=1):
                    mark = f"{number}." if numbered else "-"
                    yield f"{mark} {f'**{name}**: ' if name else ''}{text}"
                yield ""
            case Table(head, rows):
                for row in (head, ("---",) * len(head), *rows):
                    yield f"| {' | '.join(row)} |"
                yield ""
