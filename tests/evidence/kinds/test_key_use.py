"""The kind `key-use`."""

from typing import Any, get_args

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from hemostat.software.reading.use import Unresolved
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["key-use"]
EXAMPLE: Any = dict(KIND.example)
RUN = "run:" + "0a" * 16


def held(**fields: object) -> Any:
    return EXAMPLE | {"key": EXAMPLE["key"] | fields}


def shown(**fields: object) -> Any:
    return EXAMPLE | {"certificate": EXAMPLE["certificate"] | fields}


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    KIND.check_subject("service:host:name=web1:nginx.service", RUN, EXAMPLE)
    assert encode(EXAMPLE)
    with pytest.raises(EvidenceError):
        KIND.check_subject("host:name=web1", RUN, EXAMPLE)


def test_it_links_to_its_key_and_certificates() -> None:
    assert KIND.links(EXAMPLE) == ("cert:" + "12" * 32, "cert:" + "34" * 32, "spki:" + "3f" * 32)
    unknown = held(spki=None, why="encrypted") | {"certificate": None}
    assert KIND.links(unknown) == ()
    assert KIND.links(EXAMPLE | {"key": None}) == ("cert:" + "12" * 32, "cert:" + "34" * 32)


def test_only_names_may_be_free_words_where_all_is_known() -> None:
    # Names of hosts, users and groups; `written` too, but only where something is not known.
    owners = {f"{file}.{whose}" for file in ("certificate", "key", "tickets") for whose in ("owner", "group")}
    assert takes(KIND, EXAMPLE, ["words of somebody"]) == {"names", *owners}
    assert takes(KIND, EXAMPLE, MEMORY[4:]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), -4711))


def test_its_reasons_are_those_of_the_readers() -> None:
    for reason in get_args(Unresolved):
        assert accepts(KIND, EXAMPLE | {"certificate": None, "key": None, "unresolved": reason})
    assert not accepts(KIND, EXAMPLE | {"unresolved": "lazy"})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EXAMPLE | {"role": "client", "names": [], "ports": [], "enabled": False}, True),
        (EXAMPLE | {"role": "peer"}, False),
        (EXAMPLE | {"program": "Nginx"}, False),
        (EXAMPLE | {"configuration": {"path": "conf/a%20b", "line": 0}}, True),
        (EXAMPLE | {"configuration": {"path": "a b", "line": 1}}, False),
        (EXAMPLE | {"configuration": {"path": "/a", "line": -1}}, False),
        (EXAMPLE | {"ports": [443, 80]}, False),
        (EXAMPLE | {"ports": [443, 443]}, False),
        (EXAMPLE | {"ports": [0]}, False),
        (EXAMPLE | {"certificate": None}, True),
        (EXAMPLE | {"key": None}, True),
        (EXAMPLE | {"key": None, "certificate": None}, False),
        (held(spki=None, why="permission"), True),
        (held(spki=None), False),
        (held(why="permission"), False),
        (held(form="text"), False),
        (held(mode=0o7777), True),
        (held(mode=0o10000), False),
        (held(owner=None, group=None, mode=None), True),
        (shown(certificates=[]), True),
        (shown(certificates=["12"]), False),
        (EXAMPLE | {"written": "$name.pem", "unresolved": "variable"}, True),
        (EXAMPLE | {"written": "$name.pem"}, False),
        (EXAMPLE | {"written": "-----BEGIN", "unresolved": "inline"}, False),
        (EXAMPLE | {"written": "\x1b[31m", "unresolved": "variable"}, False),
        (EXAMPLE | {"chain": ["/a", "b"]}, True),
        (EXAMPLE | {"chain": ["/a"] * 65}, False),
        (EXAMPLE | {"tickets": [EXAMPLE["tickets"][0] | {"sha256": None}]}, True),
        (EXAMPLE | {"further": None}, False),
        (None, False),
    ],
)
def test_each_field(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected
