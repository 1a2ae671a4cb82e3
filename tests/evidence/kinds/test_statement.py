"""The kind `statement`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["statement"]
EXAMPLE: Any = dict(KIND.example)
NOTE = EXAMPLE | {"says": "note", "step": None}
EARLIER, LATER = "2026-11-24T00:00:00.000000Z", "2026-12-24T00:00:00.000000Z"


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_may_be_about_any_asset_also_of_a_later_version() -> None:
    assert KIND.subjects is None
    for subject in ("tcp:8.8.8.8:443", "spki:" + "0f" * 32, "vm:4711"):
        KIND.check_subject(subject, "run:" + "0a" * 16, {})


def test_others_are_links_each_once() -> None:
    facts = NOTE | {"says": "same-service", "others": ["vm:4711", "tcp:8.8.8.8:443", "vm:4711"]}
    KIND.check(facts)
    assert KIND.links(facts) == ("tcp:8.8.8.8:443", "vm:4711")
    assert KIND.links(EXAMPLE) == ()


def test_only_a_persons_words_are_free() -> None:
    assert takes(KIND, EXAMPLE, MEMORY[:3]) == {"who", "why"}
    assert not accepts(KIND, EXAMPLE | {"why": "a\x1b[31mb"})


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NOTE, True),
        (NOTE | {"says": "retired"}, True),
        (NOTE | {"says": "patched"}, True),
        (NOTE | {"says": "restart-window", "why": "only at night,\nfrom 2 to 4"}, True),
        (NOTE | {"says": "same-service", "others": ["tcp:8.8.8.8:443"]}, True),
        (NOTE | {"says": "same-service"}, False),
        (NOTE | {"says": "vulnerable"}, False),
        (NOTE | {"step": "revoke"}, False),
        (EXAMPLE | {"step": None}, False),
        (EXAMPLE | {"step": "restart"}, True),
        (EXAMPLE | {"step": "pray"}, False),
        (NOTE | {"others": ["tcp:10.0.0.1:443"]}, False),
        (NOTE | {"others": ["no name"]}, False),
        (NOTE | {"others": ["run:" + "0a" * 16] * 257}, False),
        (NOTE | {"others": None}, False),
        (NOTE | {"who": ""}, False),
        (NOTE | {"who": "a\nb"}, False),
        (NOTE | {"why": ""}, False),
        (NOTE | {"why": "a" * 4097}, False),
        (NOTE | {"since": EARLIER, "until": LATER}, True),
        (NOTE | {"since": LATER, "until": LATER}, True),
        (NOTE | {"since": LATER, "until": EARLIER}, False),
        (NOTE | {"until": None}, True),
        (NOTE | {"since": "2026-11-24"}, False),
        (NOTE | {"further": None}, False),
        (None, False),
        ([], False),
    ],
)
def test_each_field(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected


@pytest.mark.parametrize("key", ["says", "step", "others", "who", "why", "since", "until"])
def test_no_field_takes_a_value_of_another_type(key: str) -> None:
    assert not accepts(KIND, put(NOTE, (key,), 1))
