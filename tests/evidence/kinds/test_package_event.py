"""The kind `package-event`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["package-event"]
EXAMPLE: Any = dict(KIND.example)


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_is_about_whatever_has_packages_of_its_own() -> None:
    for subject in ("host:name=web1", "container:" + "0f" * 32, "image:" + "12" * 32):
        KIND.check_subject(subject, "run:" + "0a" * 16, EXAMPLE)
    with pytest.raises(EvidenceError):
        KIND.check_subject("tcp:8.8.8.8:443", "run:" + "0a" * 16, EXAMPLE)


def test_the_path_of_the_log_alone_is_free_and_prints() -> None:
    assert takes(KIND, EXAMPLE, MEMORY[:1]) == {"log"}
    assert takes(KIND, EXAMPLE, MEMORY[3:]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), 4.5))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EXAMPLE | {"from": None}, True),
        (EXAMPLE | {"to": None}, True),
        (EXAMPLE | {"from": None, "to": None}, False),
        (EXAMPLE | {"from": None, "new": True}, True),
        (EXAMPLE | {"new": True}, False),
        (EXAMPLE | {"to": None, "new": True}, False),
        (EXAMPLE | {"from": None, "to": None, "new": True}, False),
        (EXAMPLE | {"new": None}, False),
        (EXAMPLE | {"to": EXAMPLE["from"]}, True),
        (EXAMPLE | {"to": "1.0.1e;"}, False),
        (EXAMPLE | {"latest": EXAMPLE["earliest"]}, True),
        (EXAMPLE | {"latest": "2014-04-08T06:12:43.999999Z"}, False),
        (EXAMPLE | {"earliest": None}, False),
        (EXAMPLE | {"log": None, "line": None}, True),
        (EXAMPLE | {"log": None}, False),
        (EXAMPLE | {"line": None}, False),
        (EXAMPLE | {"line": 0}, False),
        (EXAMPLE | {"architecture": None, "distribution": None, "release": None}, True),
        (EXAMPLE | {"manager": "apt"}, False),
        (EXAMPLE | {"further": None}, False),
        (None, False),
    ],
)
def test_each_field(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected
