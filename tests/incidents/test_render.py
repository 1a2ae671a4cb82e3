"""An incident as text, as Markdown and as JSON."""

import json
from pathlib import Path

import pytest

from hemostat.incidents import Incident, all_incidents, as_json, as_markdown, as_text, get
from hemostat.incidents.render import ANEW, MIN_WIDTH
from hemostat.incidents.sections import sections

PAGE = Path(__file__).parents[2] / "docs" / "incidents.md"

every = pytest.mark.parametrize("incident", all_incidents(), ids=lambda incident: incident.id)


@every
@pytest.mark.parametrize("width", [MIN_WIDTH, 60, 80, 81, 100, 132, 300])
def test_text_keeps_to_its_width_but_for_a_word_that_is_longer(incident: Incident, width: int) -> None:
    text = as_text(incident, width)
    assert text.isascii()
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line == line.rstrip()
        assert len(line) <= width or " " not in line.strip(" -"), line


@every
def test_text_says_the_same_at_every_width(incident: Incident) -> None:
    def words(width: int) -> set[str]:
        return {
            word
            for word in as_text(incident, width).replace(";", " ").replace(":", " ").split()
            if word[0] != "-"
        }

    # A table that is too wide becomes a list, which has no headings and leaves empty cells out.
    headings = {"date", "what", "system", "release", "first", "fixed", "advisory"}
    assert words(60) - headings == words(132) - headings


@every
def test_text_is_never_narrower_than_a_terminal(incident: Incident) -> None:
    assert as_text(incident, 1) == as_text(incident, MIN_WIDTH)


@every
def test_text_has_every_section(incident: Incident) -> None:
    lines = as_text(incident).splitlines()
    assert lines[0] == f"{incident.id}  {incident.name}"
    for section in sections(incident):
        where = lines.index(section.title)
        assert lines[where + 1] == "-" * len(section.title)
        assert lines[where + 2]


def test_tables_stand_in_columns_where_there_is_room_and_as_lists_where_not() -> None:
    incident = get("heartbleed")
    assert "Fedora            19               1.0.1e-37.fc19.1      -\n" in as_text(incident, 80)
    assert "- Fedora: 19; 1.0.1e-37.fc19.1\n" in as_text(incident, 60)


def test_what_has_an_order_is_numbered_and_what_has_none_is_not() -> None:
    text = as_text(get("heartbleed"))
    assert "\n1. upgrade: " in text
    assert "\n9. passwords: " in text
    assert "\n- server: " in text


@every
def test_json_is_what_json_can_hold_and_all_of_it(incident: Incident) -> None:
    data = as_json(incident)
    assert json.loads(json.dumps(data)) == data
    assert list(data) == list(Incident.__slots__)
    assert data["id"] == incident.id
    assert data["fixed_packages"][0] == {
        "system": incident.fixed_packages[0].system,
        "release": incident.fixed_packages[0].release,
        "package": incident.fixed_packages[0].package,
        "version": incident.fixed_packages[0].version,
        "advisory": incident.fixed_packages[0].advisory,
        "note": incident.fixed_packages[0].note,
        "distribution": incident.fixed_packages[0].distribution,
        "releases": list(incident.fixed_packages[0].releases),
        "without_flaw": list(incident.fixed_packages[0].without_flaw),
    }


def test_the_page_of_the_documentation_is_made_from_here() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(all_incidents()), f"make it anew: {ANEW}"


def test_markdown_has_a_chapter_for_each_incident_and_whole_tables() -> None:
    text = as_markdown(all_incidents())
    for incident in all_incidents():
        assert f"## {incident.id}: {incident.name}\n" in text
        for section in sections(incident):
            assert f"### {section.title}\n" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert "| system | release | first fixed | advisory |" in rows
    assert "| --- | --- | --- | --- |" in rows
    assert "1. **upgrade**: " in text
