"""Which incidents there are, and how they are asked for."""

import copy
from inspect import ismodule
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hemostat.incidents
from hemostat.errors import HemostatError
from hemostat.incidents import UnknownIncident, all_incidents, get, known

FOLDER = Path(known.__file__).parent


def test_holds_one_incident_for_each_file_of_the_folder() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == {incident.name.lower() for incident in all_incidents()}


def test_all_incidents_come_by_id() -> None:
    ids = [incident.id for incident in all_incidents()]
    assert ids == sorted(ids)


def test_no_two_incidents_share_a_name() -> None:
    names = [word.casefold() for one in all_incidents() for word in (one.id, one.name, *one.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("incident", all_incidents(), ids=lambda incident: incident.id)
def test_is_found_by_id_name_and_alias_in_any_case(incident: hemostat.incidents.Incident) -> None:
    for word in (incident.id, incident.name, *incident.aliases):
        for written in (word, word.upper(), word.lower(), f"  {word}\n"):
            assert get(written) is incident


def test_an_unknown_name_is_told_what_is_known() -> None:
    with pytest.raises(UnknownIncident) as caught:
        get("POODLE")
    assert isinstance(caught.value, HemostatError)
    assert caught.value.name == "POODLE"
    assert str(caught.value) == "no incident is known as 'POODLE'; known are CVE-2014-0160 (Heartbleed)"
    assert str(copy.copy(caught.value)) == str(caught.value)


@given(st.text())
def test_any_name_is_found_or_refused_in_printable_text(name: str) -> None:
    error = UnknownIncident(name, ("CVE-2014-0160 (Heartbleed)",))
    assert str(error).isprintable()
    assert len(str(error)) < 800
    known_names = {"cve-2014-0160", "heartbleed", "cve-2014-0346", "vu#720951"}
    if name.strip().casefold() not in known_names:
        with pytest.raises(UnknownIncident):
            get(name)


def test_exports_what_it_says_and_no_more() -> None:
    public = {
        name for name, value in vars(hemostat.incidents).items() if name[0] != "_" and not ismodule(value)
    }
    assert set(hemostat.incidents.__all__) == public
