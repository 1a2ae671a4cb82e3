"""What every incident must hold, whichever it is."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from hemostat.incidents import Incident, all_incidents
from hemostat.incidents.incident import FixedPackage

every = pytest.mark.parametrize("incident", all_incidents(), ids=lambda incident: incident.id)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)


@every
def test_is_frozen(incident: Incident) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        incident.name = "x"  # type: ignore[misc]


@every
def test_cites_only_sources_that_it_has_and_has_only_sources_that_it_cites(incident: Incident) -> None:
    keys = [source.key for source in incident.sources]
    cited = {key for event in incident.events for key in event.sources}
    cited |= {figure.source for figure in incident.figures}
    cited |= {package.advisory for package in incident.fixed_packages if package.advisory}
    assert len(keys) == len(set(keys))
    assert cited == set(keys)


@every
def test_every_figure_and_every_event_says_where_it_is_known_from(incident: Incident) -> None:
    assert incident.figures
    assert all(event.sources for event in incident.events)


@every
def test_dates_are_real_and_in_order(incident: Incident) -> None:
    days = [incident.introduced, incident.released, incident.disclosed, incident.fixed]
    assert [date.fromisoformat(day).isoformat() for day in days] == days
    assert incident.introduced <= incident.released <= incident.disclosed
    events = [event.date for event in incident.events]
    assert all(re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", day) for day in events)
    assert events == sorted(events)
    assert {incident.introduced, incident.released, incident.disclosed} <= set(events)


@every
def test_texts_are_plain_and_whole(incident: Incident) -> None:
    for text in texts(dataclasses.asdict(incident)):
        assert text.isascii(), text
        assert text.isprintable(), text
        assert text == " ".join(text.split()), text
        assert not re.search(r"[|<>*]", text), f"would be markup in the documentation: {text}"


@every
def test_fixed_packages_have_a_version_or_say_where_it_is(incident: Incident) -> None:
    rows = [(package.system, package.release) for package in incident.fixed_packages]
    assert len(rows) == len(set(rows))
    for package in incident.fixed_packages:
        assert package.version or (package.advisory and package.note), package


@every
def test_a_release_is_found_by_what_os_release_says(incident: Incident) -> None:
    """Each row by its own words, and no two rows by the same."""
    for package in incident.fixed_packages:
        for release in package.releases or (None, "2.14"):
            found = [one for one in incident.fixed_packages if one.is_of(package.distribution, release)]
            assert found == [package]


def test_a_release_is_meant_with_its_minor_ones_and_no_other() -> None:
    row = FixedPackage("X", "6", "openssl", "1", None, distribution="x", releases=("6",))
    assert all(row.is_of("x", release) for release in ("6", "6.5", "6.10.1", "6-RELEASE-p4"))
    assert not any(row.is_of("x", release) for release in ("60", "7", "6_1", "5.6", "", None))
    assert not row.is_of("y", "6")


@every
def test_both_roles_are_told(incident: Incident) -> None:
    assert [role.name for role in incident.roles] == ["server", "client"]
