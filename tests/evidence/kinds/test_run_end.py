"""The kind `run-end`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, encode
from hemostat.evidence.canonical import MAX_INTEGER
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["run-end"]
EXAMPLE: Any = dict(KIND.example)


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE) == '{"count":3,"outcome":"complete"}'
    assert KIND.subjects == frozenset({"run"})
    assert KIND.links(EXAMPLE) == ()


def test_no_place_takes_a_text() -> None:
    assert takes(KIND, EXAMPLE, MEMORY) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("count", 2, True),
        ("count", MAX_INTEGER, True),
        ("count", 1, False),
        ("count", True, False),
        ("count", None, False),
        ("outcome", "interrupted", True),
        ("outcome", "failed", False),
        ("outcome", None, False),
        ("further", 1, False),
    ],
)
def test_each_field(key: str, value: Any, expected: bool) -> None:
    assert accepts(KIND, put(EXAMPLE, (key,), value)) is expected
