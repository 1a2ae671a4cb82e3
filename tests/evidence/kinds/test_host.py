"""The kind `host`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["host"]
EXAMPLE: Any = dict(KIND.example)
EARLIER, LATER = "2014-04-08T06:12:44.000000Z", "2014-04-08T06:12:45.000000Z"
UNREAD = {"what": "file", "where": "/root/x", "why": "permission"}


def log(earliest: object, latest: object) -> Any:
    return EXAMPLE | {"logs": [{"path": "/var/log/dpkg.log", "earliest": earliest, "latest": latest}]}


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_is_about_whatever_has_files_of_its_own() -> None:
    for subject in ("host:name=web1", "container:" + "0f" * 32, "image:" + "12" * 32):
        KIND.check_subject(subject, "run:" + "0a" * 16, EXAMPLE)
    with pytest.raises(EvidenceError):
        KIND.check_subject("service:host:name=web1:nginx.service", "run:" + "0a" * 16, EXAMPLE)


def test_only_names_that_people_gave_are_free_and_they_print() -> None:
    assert takes(KIND, EXAMPLE, MEMORY[:1]) == {"title", "look.user", "logs.path", "unread.where"}
    assert takes(KIND, EXAMPLE, MEMORY[3:]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), 4.5))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            EXAMPLE | {"name": None, "kernel": None, "kernel_release": None, "machine": None, "boot": None},
            True,
        ),
        (EXAMPLE | {"distribution": None, "release": None, "title": None}, True),
        (EXAMPLE | {"distribution": "Debian"}, False),
        (EXAMPLE | {"distribution": "opensuse-leap"}, True),
        (EXAMPLE | {"release": "jessie/sid"}, True),
        (EXAMPLE | {"release": ""}, False),
        (EXAMPLE | {"name": "web 1"}, False),
        (EXAMPLE | {"boot": {"id": None, "at": None}}, True),
        (EXAMPLE | {"boot": {"id": "5e" * 15, "at": None}}, False),
        (EXAMPLE | {"look": {"how": "guess", "user": "alice", "root": False}}, False),
        (EXAMPLE | {"look": {"how": "tree", "user": None, "root": True}}, True),
        (EXAMPLE | {"look": {"how": "here", "user": "alice", "root": 1}}, False),
        (log(EARLIER, LATER), True),
        (log(EARLIER, EARLIER), True),
        (log(None, None), True),
        (log(LATER, EARLIER), False),
        (log(None, EARLIER), False),
        (log(EARLIER, None), False),
        (log("2014-04-08", EARLIER), False),
        (EXAMPLE | {"unread": [], "unread_count": 0}, True),
        (EXAMPLE | {"unread": [], "unread_count": 1}, False),
        (EXAMPLE | {"unread_count": 2}, False),
        (EXAMPLE | {"unread": [UNREAD] * 256, "unread_count": 4711}, True),
        (EXAMPLE | {"unread": [UNREAD] * 257, "unread_count": 257}, False),
        (EXAMPLE | {"unread": [UNREAD | {"what": "memory"}]}, False),
        (EXAMPLE | {"unread": [UNREAD | {"why": "Permission denied"}]}, False),
        (EXAMPLE | {"further": None}, False),
        (None, False),
    ],
)
def test_each_field(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected
