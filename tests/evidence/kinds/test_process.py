"""The kind `process`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["process"]
EXAMPLE: Any = dict(KIND.example)
SUBJECT = "process:host:name=web1:" + "0b" * 16 + ":4711:98765"
RUN = "run:" + "0a" * 16


def mapped(**fields: object) -> Any:
    return EXAMPLE | {"mapped": [EXAMPLE["mapped"][0] | fields]}


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    KIND.check_subject(SUBJECT, RUN, EXAMPLE)
    assert encode(EXAMPLE)


def test_it_links_to_its_service_its_builds_and_whom_it_talks_to() -> None:
    assert KIND.links(EXAMPLE) == (
        "build:" + "3f" * 32,
        "service:host:name=web1:nginx.service",
        "tcp:8.8.8.8:443",
        "tcp:9.9.9.9:5432",
    )
    bare = EXAMPLE | {"mapped": [], "service": None, "listening": [], "connected": []}
    assert KIND.links(bare) == ()


def test_its_service_is_not_that_of_another_host() -> None:
    other = EXAMPLE | {"service": "service:host:name=web2:nginx.service"}
    KIND.check(other)
    with pytest.raises(EvidenceError):
        KIND.check_subject(SUBJECT, RUN, other)
    in_a_container = EXAMPLE | {"service": "service:container:" + "0f" * 32 + ":nginx.service"}
    KIND.check_subject(SUBJECT, RUN, in_a_container)
    KIND.check_subject(SUBJECT, RUN, EXAMPLE | {"service": None})


def test_names_of_users_and_units_alone_are_free() -> None:
    assert takes(KIND, EXAMPLE, ["words of somebody"]) == {"user", "unit"}
    assert takes(KIND, EXAMPLE, MEMORY[4:]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), -4711))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EXAMPLE | {"exe": None, "user": None, "uid": None, "started": None, "unit": None}, True),
        (EXAMPLE | {"exe": None, "exe_deleted": True}, False),
        (EXAMPLE | {"exe": "/opt/my%20server/bin%FF"}, True),
        (EXAMPLE | {"exe": "/opt/my server"}, False),
        (EXAMPLE | {"exe": "nginx"}, False),
        (EXAMPLE | {"container": "0f" * 32}, True),
        (EXAMPLE | {"container": "web"}, False),
        (EXAMPLE | {"service": "host:name=web1"}, False),
        (EXAMPLE | {"listening": ["tcp:8.8.8.8:443", "tcp:8.8.8.8:80"]}, True),
        (EXAMPLE | {"listening": ["tcp:8.8.8.8:80", "tcp:8.8.8.8:443"]}, False),
        (EXAMPLE | {"listening": ["tcp:8.8.8.8:443"] * 2}, False),
        (EXAMPLE | {"connected": ["build:" + "12" * 32]}, False),
        (EXAMPLE | {"connected": ["nobody"]}, False),
        (mapped(build=None, why="not-readable"), True),
        (mapped(build=None), False),
        (mapped(why="not-readable"), False),
        (mapped(device=None, inode=None), True),
        (mapped(device="8:1"), False),
        (EXAMPLE | {"mapped": EXAMPLE["mapped"] * 65}, False),
        (EXAMPLE | {"unread": [{"what": "maps", "why": "permission"}]}, True),
        (EXAMPLE | {"unread": [{"what": "memory", "why": "permission"}]}, False),
        (None, False),
    ],
)
def test_what_facts_may_say(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected
