"""The kind `lookup`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["lookup"]
EXAMPLE: Any = dict(KIND.example)


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)
    assert KIND.subjects == frozenset({"run"})
    assert KIND.links(EXAMPLE) == ()


def test_no_place_but_the_name_that_was_asked_for_takes_foreign_text() -> None:
    assert takes(KIND, EXAMPLE, MEMORY) == {"host"}


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("host", "a_b.example.", True),
        ("host", "xn--bcher-kva.example", True),
        ("host", "bücher.example", False),
        ("host", "a b", False),
        ("host", "", False),
        ("host", "a" * 256, False),
        ("host", None, False),
        ("port", 65535, True),
        ("port", 0, False),
        ("transport", "udp", True),
        ("transport", "sctp", False),
        ("dialect", "dtls", True),
        ("dialect", "DTLS", False),
        ("failure", "dns", True),
        ("failure", "no-such-name", True),
        ("failure", "", False),
        ("failure", "no such name", False),
        ("further", 1, False),
    ],
)
def test_each_field(key: str, value: Any, expected: bool) -> None:
    assert accepts(KIND, put(EXAMPLE, (key,), value)) is expected
