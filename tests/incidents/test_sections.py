"""The outline behind each way of showing an incident."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from hemostat.incidents import Incident, all_incidents, get
from hemostat.incidents.sections import Items, Paragraph, Table, sections

# Said by the outline in other words, or for programs only.
NOT_SHOWN = {
    "key",
    "sources",
    "source",
    "advisory",
    "name",
    "id",
    "aliases",
    "package",
    "introduced",
    "released",
    "distribution",
    "releases",
    "without_flaw",
}


def said(incident: Incident) -> str:
    words: list[str] = []
    for section in sections(incident):
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    words.append(text)
                case Items(items):
                    words += [word for item in items for word in item]
                case Table(_, rows):
                    words += [cell for row in rows for cell in row]
    return "\n".join(words)


def shown_texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, str) and field not in NOT_SHOWN:
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from shown_texts(item, name)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from shown_texts(item, field)


@pytest.mark.parametrize("incident", all_incidents(), ids=lambda incident: incident.id)
def test_every_text_of_the_incident_is_in_its_outline(incident: Incident) -> None:
    outline = said(incident)
    missing = [text for text in shown_texts(dataclasses.asdict(incident)) if text not in outline]
    assert missing == []


def test_tables_have_as_many_cells_in_each_row() -> None:
    tables = [b for one in all_incidents() for s in sections(one) for b in s.blocks if isinstance(b, Table)]
    assert tables
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.head)}


def test_the_order_of_steps_is_a_statement() -> None:
    steps = next(s for s in sections(get("heartbleed")) if s.title == "What to do, in this order")
    (block,) = steps.blocks
    assert isinstance(block, Items)
    assert block.numbered
    assert [name for name, _ in block.items][:2] == ["upgrade", "restart"]


def test_a_package_without_a_version_or_an_advisory_says_so() -> None:
    packages = next(s for s in sections(get("heartbleed")) if s.title == "Packages that fixed it")
    table = packages.blocks[0]
    assert isinstance(table, Table)
    assert ("FreeBSD", "10.0", "see the advisory", "FreeBSD-SA-14:06") in table.rows
    assert ("Fedora", "19", "1.0.1e-37.fc19.1", "-") in table.rows
