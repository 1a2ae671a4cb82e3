"""The kind `run`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["run"]
EXAMPLE: Any = dict(KIND.example)


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)
    assert KIND.subjects == frozenset({"run"})
    assert KIND.links(EXAMPLE) == ()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))


def test_only_a_persons_words_are_free() -> None:
    assert takes(KIND, EXAMPLE, MEMORY[:1]) == {"operator", "authority"}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("operator", ["a", "Jürgen Müller", "a" * 256]),
        ("authority", [None, "change 4711 (CAB, 24 November)", "a" * 1024]),
        ("tool", ["hemostat check", "nmap", "7z"]),
        ("version", ["0.1.0", "1.0.1e-2+deb7u4", "7.94SVN", "2:1.0~rc1"]),
        (
            "vantage",
            ["office", "host:" + "0f" * 16, "host:name=web1", "host:unstable=web1", "container:" + "0f" * 32],
        ),
    ],
)
def test_a_field_takes_each_of_its_values(key: str, values: list[Any]) -> None:
    assert [value for value in values if not accepts(KIND, put(EXAMPLE, (key,), value))] == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("operator", [None, "", " ", "a\nb", "a\x1bb", "a" * 257]),
        ("authority", ["", "a\nb", "a" * 1025, 4711]),
        ("tool", [None, "", "Hemostat", " check", "a" * 65]),
        ("version", [None, "", ".1", "1 2", "a" * 65]),
        ("vantage", [None, "", "two words", "image:" + "0f" * 32, "-a"]),
        ("further", [None, 1]),
    ],
)
def test_a_field_takes_no_other(key: str, values: list[Any]) -> None:
    assert [value for value in values if accepts(KIND, put(EXAMPLE, (key,), value))] == []
