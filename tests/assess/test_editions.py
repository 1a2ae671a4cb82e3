"""Database servers' own words, in the forms in which they print them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess.editions import EDITIONS, Edition, judge_edition, read_edition

COMMERCIAL = (
    "mysqld  Ver {}-enterprise-commercial-advanced for Linux on x86_64 "
    "(MySQL Enterprise Server - Advanced Edition (Commercial))"
)
COMMUNITY = "mysqld  Ver {} for Linux on x86_64 (MySQL Community Server (GPL))"


@pytest.mark.parametrize(
    ("banner", "edition"),
    [
        (COMMERCIAL.format("5.6.15"), ("mysql", (5, 6, 15), "commercial")),
        (COMMUNITY.format("5.6.17"), ("mysql", (5, 6, 17), "community")),
        ("5.6.22-enterprise-commercial-advanced-log", ("mysql", (5, 6, 22), "commercial")),
        ("mysqld  Ver 5.5.35-0+wheezy1 for debian-linux-gnu on x86_64 ((Debian))", ("mysql", (5, 5, 35), None)),
        ("/usr/libexec/mysqld  Ver 5.1.73 for redhat-linux-gnu (Source distribution)", ("mysql", (5, 1, 73), None)),
        ("mysqld  Ver 10.0.10-MariaDB-log for Linux on x86_64 (MariaDB Server)", ("mariadb", (10, 0, 10), None)),
        ("/usr/sbin/mysqld  Ver 5.6.16-64.2-rel64.2 (Percona Server (GPL))", ("percona", (5, 6, 16), None)),
        ("mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", ("mysql", (8, 0, 36), "community")),
        ("postgres (PostgreSQL) 9.3.4", None),
        ("mysqld", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_a_server_says_of_itself(banner: str, edition: tuple[object, ...] | None) -> None:
    found = read_edition(banner)
    assert (None if found is None else tuple(found)) == edition


@pytest.mark.parametrize(
    ("banner", "packaged", "expected"),
    [
        (COMMERCIAL.format("5.6.5"), None, ("not-affected", "yassl")),
        (COMMERCIAL.format("5.6.6"), None, ("inconclusive", "bundled-openssl")),
        (COMMERCIAL.format("5.6.15"), True, ("inconclusive", "bundled-openssl")),
        (COMMERCIAL.format("5.6.22"), False, ("inconclusive", "bundled-openssl")),
        (COMMERCIAL.format("5.6.23"), None, ("not-affected", "later-release")),
        (COMMERCIAL.format("5.7.4"), None, ("inconclusive", "bundled-openssl")),
        (COMMERCIAL.format("5.7.9"), None, ("not-affected", "later-release")),
        (COMMERCIAL.format("5.5.28"), None, ("not-affected", "yassl")),
        (COMMUNITY.format("5.6.17"), None, ("not-affected", "yassl")),
        (COMMUNITY.format("5.5.36"), True, ("not-affected", "yassl")),
        (COMMUNITY.format("8.4.0"), None, ("not-affected", "later-release")),
        ("Ver 5.5.36-MariaDB", False, ("not-affected", "yassl")),
        ("Ver 5.5.36-MariaDB", True, ("inconclusive", "linked-library")),
        ("Ver 5.5.36-MariaDB", None, ("inconclusive", "linked-library")),
        ("Ver 5.6.16 (Percona Server (GPL))", False, ("inconclusive", "linked-library")),
        ("mysqld Ver 5.1.73 (Source distribution)", True, ("inconclusive", "linked-library")),
        (
            "mysqld Ver 5.5.35 (MySQL Community Server (GPL)) (Ubuntu)",
            True,
            ("inconclusive", "linked-library"),
        ),
    ],
)
def test_where_its_tls_comes_from(banner: str, packaged: bool | None, expected: tuple[str, str]) -> None:
    edition = read_edition(banner)
    assert edition is not None
    verdict = judge_edition(edition, packaged)
    assert (verdict.word, verdict.reason) == expected
    assert ".".join(map(str, edition.version)) in verdict.explanation


def test_never_patched_nor_vulnerable_by_a_name() -> None:
    assert {word for word, _ in EDITIONS.values()} == {"not-affected", "inconclusive"}


@given(
    st.text(max_size=60).map(lambda text: f"5.6.7 {text} mysql") | st.text(max_size=60),
    st.sampled_from([True, False, None]),
)
def test_any_words_are_an_edition_or_none(banner: str, packaged: bool | None) -> None:
    edition = read_edition(banner)
    if edition is not None:
        assert isinstance(edition, Edition)
        assert judge_edition(edition, packaged).word in ("not-affected", "inconclusive")


def test_the_page_names_each_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "packages.md").read_text(encoding="utf-8")
    for reason, (word, _) in EDITIONS.items():
        assert f"`{word}` (`{reason}`)" in page
