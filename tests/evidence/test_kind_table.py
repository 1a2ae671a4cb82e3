"""The kinds as docs/evidence.md shows them."""

from hemostat.evidence import KINDS
from hemostat.evidence.kind_table import kind_table


def test_each_kind_has_its_section_with_its_fields() -> None:
    table = kind_table()
    for name, kind in KINDS.items():
        _, _, section = table.partition(f"### `{name}`, version {kind.version}, about: ")
        section = section.partition("\n### ")[0]
        for field in kind.example:
            assert f"`{field}`" in section, f"{name} says nothing of {field}"


def test_the_headings_are_the_kinds_in_order() -> None:
    headings = [line for line in kind_table().splitlines() if line.startswith("#")]
    assert [heading.split("`")[1] for heading in headings] == list(KINDS)
    assert "### `statement`, version 1, about: any asset" in headings
    assert "### `probe`, version 2, about: build, client, endpoint" in headings
