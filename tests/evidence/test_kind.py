"""What every kind of fact has."""

from dataclasses import replace

import pytest

from hemostat.evidence import KINDS, EvidenceError, Kind, find
from hemostat.evidence.kind import no_links
from hemostat.evidence.kinds import by_version
from hemostat.evidence.shape import boolean, fields

RUN = "run:" + "0a" * 16
OTHER_RUN = "run:" + "0b" * 16
ENDPOINT = "tcp:8.8.8.8:443"


def kind(*subjects: str) -> Kind:
    return Kind(
        "miracle", 1, frozenset(subjects) if subjects else None, fields({"seen": boolean}), {"seen": True}
    )


def test_facts_of_another_shape_are_refused_by_the_name_of_the_kind() -> None:
    kind().check({"seen": False})
    with pytest.raises(EvidenceError, match=r"^miracle facts: seen: not true or false$"):
        kind().check({"seen": None})


@pytest.mark.parametrize(
    ("subjects", "subject", "expected"),
    [
        (("endpoint", "build"), ENDPOINT, True),
        (("endpoint", "build"), RUN, False),
        (("endpoint",), "tcp:10.0.0.1:443", False),
        (("endpoint",), "vm:4711", False),
        (("run",), RUN, True),
        (("run",), OTHER_RUN, False),
        (("run", "endpoint"), OTHER_RUN, True),
        ((), OTHER_RUN, True),
        ((), "vm:4711", True),
        ((), "tcp:10.0.0.1:443", False),
        ((), "no name", False),
    ],
)
def test_subjects(subjects: tuple[str, ...], subject: str, expected: bool) -> None:
    if expected:
        kind(*subjects).check_subject(subject, RUN, {})
    else:
        with pytest.raises(EvidenceError):
            kind(*subjects).check_subject(subject, RUN, {})


def test_a_kind_links_to_nothing_unless_it_says_so() -> None:
    assert kind().links is no_links
    assert no_links({"seen": True}) == ()


def test_versions_of_a_kind_stand_side_by_side() -> None:
    first, second = kind("run"), replace(kind("run"), version=2)
    assert list(by_version([second, first]).values()) == [first, second]
    with pytest.raises(EvidenceError, match="the same version"):
        by_version([first, replace(first, example={})])


def test_the_newest_version_is_written_and_each_can_be_found() -> None:
    for name, newest in KINDS.items():
        assert find(name, newest.version) is newest
        assert find(name, newest.version + 1) is None
