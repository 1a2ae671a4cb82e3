"""OpenSSL's own version numbers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.incidents.openssl_version import MAX_VERSION, OpensslVersion, read_version

IN_ORDER = [
    "0.9.6", "0.9.6m", "0.9.7-beta3", "0.9.7", "0.9.8", "0.9.8a", "0.9.8y", "0.9.8z", "0.9.8za", "0.9.8zh",
    "1.0.0-beta5", "1.0.0", "1.0.0t", "1.0.1-beta1", "1.0.1", "1.0.1a", "1.0.1e", "1.0.1f", "1.0.1g", "1.0.1u",
    "1.0.2-beta1", "1.0.2-beta2", "1.0.2-beta3", "1.0.2", "1.0.2a", "1.0.2z", "1.0.2za", "1.0.2zg", "1.0.2zz",
    "1.1.0-pre1", "1.1.0-pre6", "1.1.0", "1.1.0l", "1.1.1-pre9", "1.1.1", "1.1.1w", "1.1.1za",
    "3.0.0-alpha1", "3.0.0-alpha9", "3.0.0-alpha17", "3.0.0-beta1", "3.0.0-beta2", "3.0.0", "3.0.2", "3.0.11",
    "3.1.0", "3.2.0", "3.10.0", "4.0.0",
]  # fmt: skip


def version(text: str) -> OpensslVersion:
    found = read_version(text)
    assert found is not None, text
    return found


def test_they_sort_as_openssl_counts() -> None:
    for lower, higher in itertools.combinations(IN_ORDER, 2):
        assert version(lower) < version(higher), (lower, higher)


@pytest.mark.parametrize("text", [*IN_ORDER, "fips-1.1.1", "fips-1.1.2"])
def test_they_are_written_as_they_were_read(text: str) -> None:
    assert version(text).text == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("OpenSSL 1.0.1e", "1.0.1e"),
        ("1.0.1e-fips", "1.0.1e"),
        ("OpenSSL 1.0.1e-fips", "1.0.1e"),
        ("1.0.1e-freebsd", "1.0.1e"),
    ],
)
def test_what_builders_add_is_no_other_version(text: str, same: str) -> None:
    assert version(text) == version(same)


def test_the_fips_module_counts_by_itself() -> None:
    assert version("fips-1.1.1") < version("fips-1.1.2")
    assert version("fips-1.1.1").product == "fips"
    assert version("1.1.1").product == "openssl"
    assert version("fips-1.1.1") != version("1.1.1")


@pytest.mark.parametrize(
    ("text", "branch", "released"),
    [
        ("1.0.1e", "1.0.1", True),
        ("1.0.2-beta1", "1.0.2", False),
        ("0.9.8zh", "0.9.8", True),
        ("3.0.11", "3.0", True),
        ("3.0.0-alpha1", "3.0", False),
        ("1.1.1-pre2", "1.1.1", False),
    ],
)
def test_branch_and_release(text: str, branch: str, released: bool) -> None:
    assert (version(text).branch, version(text).released) == (branch, released)


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "1.0", "1.0.1.e", "1.0.1E", "1.0.1e ", " 1.0.1e", "1.0.1e\n", "1.0.1aa", "1.0.1eb", "1.0.2-dev",
        "1.0.2-beta", "3.0.1a", "OpenSSL", "LibreSSL 2.0.0", "1.0.1e-2+deb7u5", "1.0.1e-16.el6_5.7", "01.0.1-x",
        "١.0.1", "1.0.1-beta²", "12345.0.1", "1.0.1" + "0" * MAX_VERSION,
    ],
)  # fmt: skip
def test_all_else_is_no_version(text: str) -> None:
    assert read_version(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_version_or_is_none(text: str) -> None:
    found = read_version(text)
    assert found is None or isinstance(found, OpensslVersion)


@given(
    st.from_regex(
        r"(fips-)?[0-9]{1,2}\.[0-9]\.[0-9]{1,2}(z?[a-z])?(-(alpha|beta|pre)[0-9]{1,2})?", fullmatch=True
    )
)
def test_a_versions_own_text_is_that_version(text: str) -> None:
    found = read_version(text)
    assert found is None or read_version(found.text) == found
