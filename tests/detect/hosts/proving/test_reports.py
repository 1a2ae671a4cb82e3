"""The child's two frames, and what a library may have put in their place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess.before_tls import LIBRARY_FAILURES
from hemostat.detect.hosts.proving.openssl import FAILURES
from hemostat.detect.hosts.proving.reports import Loaded, NoReport, read_loaded, read_sandbox

HELD = {"limits": "held", "namespaces": "eperm", "landlock": "held", "seccomp": "held"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_what_a_child_says_is_read() -> None:
    assert read_sandbox(encoded(HELD)) == HELD
    assert read_sandbox(encoded(HELD)).files_and_network
    assert read_loaded(encoded({"version": "OpenSSL 1.0.1f 6 Jan 2014", "failure": None})) == Loaded(
        "OpenSSL 1.0.1f 6 Jan 2014", None
    )
    for code in FAILURES:
        assert read_loaded(encoded({"version": None, "failure": code})) == Loaded(None, code)


def test_every_failure_is_one_that_is_explained() -> None:
    ours = {"library-crashed", "library-silent", "sandbox-not-held"}
    assert FAILURES | ours == LIBRARY_FAILURES.keys()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 4000,
        b"[" * 200_000,
        encoded({}),
        encoded({"version": None, "failure": None}),
        encoded({"version": None, "failure": [1]}),
        encoded({"version": None, "failure": {"a": 1}}),
        encoded({"version": None, "failure": "library-crashed\x1b[2J"}),
        encoded({"version": None, "failure": "sandbox-not-held"}),
        encoded({"version": "OpenSSL", "failure": "library-refused"}),
        encoded({"version": 1, "failure": None}),
        encoded({"version": "x" * 97, "failure": None}),
        encoded({"version": "\x1b[31m", "failure": None}),
        encoded({"version": "OpenSSL\n", "failure": None}),
        encoded({"version": "\u202eLSSnepO", "failure": None}),
        encoded({"version": "OpenSSL", "failure": None, "sandbox": HELD}),
    ],
    ids=lambda payload: repr(payload[:24]),
)
def test_what_no_child_says_is_refused(payload: bytes) -> None:
    with pytest.raises(NoReport):
        read_loaded(payload)


@pytest.mark.parametrize(
    "value", [[], {}, HELD | {"more": "held"}, HELD | {"seccomp": 1}, HELD | {"seccomp": "\x1b"}]
)
def test_another_sandbox_is_refused(value: Any) -> None:
    with pytest.raises(NoReport):
        read_sandbox(encoded(value))


@given(
    st.binary(max_size=200)
    | JSON.map(encoded)
    | st.builds(lambda v, f: encoded({"version": v, "failure": f}), JSON, JSON)
)
def test_whatever_comes_is_read_or_refused(payload: bytes) -> None:
    for read in (read_sandbox, read_loaded):
        try:
            found = read(payload)
        except NoReport:
            continue
        assert isinstance(found, Loaded)
        assert (found.version is None) != (found.failure is None)
        assert (found.version or "").isprintable()
        assert found.failure in (None, *FAILURES)
