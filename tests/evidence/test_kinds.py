"""The kinds of fact: found in their folder, one file each, each with its test."""

from pathlib import Path

import pytest

from hemostat.evidence import KINDS, encode
from hemostat.evidence import kinds as package
from hemostat.evidence.kinds import find
from hemostat.evidence.names import TYPES

FILES = {path.stem for path in Path(next(iter(package.__path__))).glob("[a-z]*.py")}


def test_the_folder_is_the_list() -> None:
    assert {name.replace("-", "_") for name in KINDS} == {file for file in FILES if not file[-1].isdigit()}
    assert list(KINDS) == sorted(KINDS)
    assert {"run", "run-end", "probe", "statement"} <= KINDS.keys()


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_named_as_it_is_found_and_its_example_passes(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    assert kind.version >= 1
    assert kind.subjects is None or kind.subjects <= TYPES
    kind.check(dict(kind.example))
    assert encode(dict(kind.example))
    assert list(kind.links(kind.example)) == sorted(set(kind.links(kind.example)))


@pytest.mark.parametrize("file", sorted(file for file in FILES if file[-1].isdigit()))
def test_an_older_version_stays_in_a_file_of_its_number(file: str) -> None:
    name, _, number = file.rpartition("_")
    kind = find(name.replace("_", "-"), int(number))
    assert kind is not None
    assert kind.version < KINDS[kind.name].version
    kind.check(dict(kind.example))


def test_a_kind_or_version_that_is_not_here_is_none() -> None:
    assert find("probe", KINDS["probe"].version) is KINDS["probe"]
    assert find("probe", KINDS["probe"].version + 1) is None
    assert find("miracle", 1) is None


def test_the_list_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KINDS["miracle"] = KINDS["run"]  # type: ignore[index]
