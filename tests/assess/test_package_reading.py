"""What the facts of one package say, question by question."""

import pytest

from hemostat.assess.package_reading import PackageReading
from tests.assess.package_facts import NAMES_IT, WITHOUT_IT, package


def reading(distribution: str | None, release: str | None, version: str, **others: object) -> PackageReading:
    return PackageReading(package(distribution, release, version, **others), "openssl")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "affected", "fixed", "never", "unclear"),
    [
        ("0.9.8o-1", False, False, True, False),
        ("1.0.0t-1", False, False, True, False),
        ("1.0.1~beta1-1", False, False, False, True),
        ("1.0.1-1", True, False, False, False),
        ("1.0.1f-1", True, False, False, False),
        ("1.0.1g-1", False, True, False, False),
        ("1.0.1u-1", False, True, False, False),
        ("1.0.2~beta1-1", True, False, False, False),
        ("1.0.2~beta2-1", False, False, True, False),
        ("1.0.2-1", False, False, True, False),
        ("1.1.1w-1", False, False, True, False),
        ("3.0.11-1", False, False, True, False),
        ("1.0-1", False, False, False, True),
    ],
)
def test_upstreams_version_is_one_of_four(
    version: str, affected: bool, fixed: bool, never: bool, unclear: bool
) -> None:
    one = reading("debian", "99", version)
    assert (one.upstream_affected, one.upstream_fixed, one.never_affected, one.unclear) == (
        affected,
        fixed,
        never,
        unclear,
    )


def test_the_row_is_that_of_the_release_and_of_the_source_package() -> None:
    assert (reading("debian", "7", "1.0.1e-2").row or reading).__class__.__name__ == "FixedPackage"
    assert reading("debian", "6", "1.0.1e-2").row is None
    assert reading(None, "7", "1.0.1e-2").row is None
    other = PackageReading(package("rhel", "6.5", "1.0.1e-2.el6", name="openssl101e"), "openssl101e")
    assert other.row is None
    base = reading("freebsd", "10.0-RELEASE-p4", "1.0.1e", manager="base")
    assert base.row is not None
    assert base.row.package == "base system"
    assert reading("freebsd", "10.0-RELEASE-p4", "1.0.1e", manager="pkg").row is None


@pytest.mark.parametrize(
    ("version", "below", "reaches"),
    [
        ("1.0.1e-2+deb7u4", True, False),
        ("1.0.1e-2+deb7u5", False, True),
        ("1.0.1e-2+deb7u6", False, True),
        ("1.0.1e-4", False, False),
    ],
)
def test_where_it_stands(version: str, below: bool, reaches: bool) -> None:
    one = reading("debian", "7", version)
    assert (one.below_fix, one.reaches_fix) == (below, reaches)


@pytest.mark.parametrize(
    ("version", "changelog", "disagree"),
    [
        ("1.0.1e-2+deb7u5", None, False),
        ("1.0.1e-2+deb7u5", NAMES_IT, False),
        ("1.0.1e-2+deb7u5", WITHOUT_IT, True),
        ("1.0.1e-2+deb7u5", "", False),
        ("1.0.1e-2+deb7u5", "- revert CVE-2014-0160", True),
        ("1.0.1e-2+deb7u4", None, False),
        ("1.0.1e-2+deb7u4", WITHOUT_IT, False),
        ("1.0.1e-2+deb7u4", "- revert CVE-2014-0160", False),
        ("1.0.1e-2+deb7u4", NAMES_IT, True),
    ],
)
def test_when_witnesses_disagree(version: str, changelog: str | None, disagree: bool) -> None:
    assert reading("debian", "7", version, changelog=changelog).disagree is disagree


def test_upstreams_own_fix_needs_no_entry_of_the_changelog() -> None:
    assert not reading("debian", "8", "1.0.1g-1", changelog=WITHOUT_IT).disagree
    assert reading("debian", "8", "1.0.1g-1~").disagree
    assert reading("alpine", "2.7", "1.0.1e-r0", changelog=NAMES_IT).disagree
    assert not reading("alpine", "2.7", "1.0.1e-r0").disagree


def test_interim_builds_lie_between_two_versions_and_have_their_mark() -> None:
    def interim(distribution: str, release_of_package: str) -> bool:
        return reading(distribution, "6.5", f"1.0.1e-16.{release_of_package}").interim

    assert interim("centos", "el6_5.4.0.1.centos")
    assert interim("centos", "el6_5.4.1.1.centos")
    assert not interim("centos", "el6_5.4")
    assert not interim("centos", "el6_5.1.centos")
    assert not interim("centos", "el6_5.7.centos")
    assert not interim("rhel", "el6_5.4.0.1.centos")


def test_who_installed_it() -> None:
    assert not reading("debian", "7", "1.0.1e-2").foreign
    assert reading("debian", "7", "1.0.1e-2", manager="rpm").foreign
    assert not reading("freebsd", "10.0", "1.0.1e", manager="base").foreign
    assert not reading(None, None, "1.0.1e-2").foreign


def test_flags_of_the_build() -> None:
    assert reading("gentoo", None, "1.0.1e", flags=["-tls-heartbeat", "+zlib"]).without_heartbeats
    assert not reading("gentoo", None, "1.0.1e", flags=["+tls-heartbeat"]).without_heartbeats
    assert not reading("gentoo", None, "1.0.1e").without_heartbeats


def test_words_for_people() -> None:
    one = reading("debian", "7", "1.0.1e-2+deb7u5", changelog=NAMES_IT)
    assert one.system == "Debian 7"
    assert one.of_fix == "1.0.1e-2+deb7u5 (Debian DSA-2896-1)"
    assert one.log_says == "Its changelog names CVE-2014-0160 too."
    assert reading(None, None, "1").system == "a system without a name"
    assert reading("plan9", None, "1").system == "plan9"
    assert reading("fedora", "19", "1.0.1e-37.fc19.1").of_fix == "1.0.1e-37.fc19.1"
    assert reading("debian", "99", "1.0.1e-2").of_fix == "none that is known of"
