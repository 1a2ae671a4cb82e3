"""Packages judged: every first fixed package, the one just below it, and what must not be mixed up."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.assess.distributions import DISTRIBUTIONS
from hemostat.assess.packages import PACKAGE_RULES, PackageVerdict, judge_package
from hemostat.incidents.incident import FixedPackage
from hemostat.incidents.known.heartbleed import INCIDENT
from tests.assess.package_facts import NAMES_IT, WITHOUT_IT, package

ROWS = [row for row in INCIDENT.fixed_packages if row.version is not None]
JUST_BELOW = {
    "1.0.1e-2+deb7u5": "1.0.1e-2+deb7u5~",
    "1.0.1g-1": "1.0.1f-1",
    "1.0.1-4ubuntu5.12": "1.0.1-4ubuntu5.11",
    "1.0.1c-3ubuntu2.7": "1.0.1c-3ubuntu2.6",
    "1.0.1e-3ubuntu1.2": "1.0.1e-3ubuntu1.1",
    "1.0.1f-1ubuntu2": "1.0.1f-1ubuntu1",
    "1.0.1e-16.el6_5.7": "1.0.1e-16.el6_5.6",
    "1:1.0.1e-37.66.amzn1": "1:1.0.1e-37.65.amzn1",
    "1.0.1e-37.fc19.1": "1.0.1e-37.fc19",
    "1.0.1e-37.fc20.1": "1.0.1e-37.fc20",
    "1.0.1e-1.44.1": "1.0.1e-1.44.0",
    "1.0.1e-11.32.1": "1.0.1e-11.32.0",
    "1.0.1g": "1.0.1f-r9",
}


def judged(distribution: str | None, release: str | None, version: str, **others: object) -> PackageVerdict:
    found = judge_package(package(distribution, release, version, **others))  # type: ignore[arg-type]
    assert found is not None
    return found


def word(distribution: str | None, release: str | None, version: str, **others: object) -> tuple[str, str]:
    verdict = judged(distribution, release, version, **others).verdict
    return verdict.word, verdict.reason


def of_row(row: FixedPackage, version: str, **others: object) -> tuple[str, str]:
    name = row.package if "/" in row.package else "openssl"
    return word(row.distribution, row.releases[0] if row.releases else None, version, name=name, **others)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.system} {row.release}")
def test_the_first_fixed_is_fixed_and_the_one_below_is_not(row: FixedPackage) -> None:
    assert row.version is not None
    assert of_row(row, row.version) == ("patched", "fixed-package")
    assert of_row(row, row.version, changelog=NAMES_IT) == ("patched", "fixed-package")
    assert of_row(row, JUST_BELOW[row.version]) == ("vulnerable", "affected-package")
    assert of_row(row, JUST_BELOW[row.version], changelog=WITHOUT_IT) == ("vulnerable", "affected-package")
    assert of_row(row, JUST_BELOW[row.version], changelog=NAMES_IT) == ("inconclusive", "witnesses-disagree")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "g" not in (row.version or "")], ids=lambda row: row.system
)
def test_a_backport_that_the_whole_changelog_does_not_name_is_not_believed(row: FixedPackage) -> None:
    assert of_row(row, row.version or "", changelog=WITHOUT_IT) == ("inconclusive", "witnesses-disagree")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.system} {row.release}")
@pytest.mark.parametrize("other", ROWS, ids=lambda row: f"{row.system} {row.release}")
def test_versions_of_one_distribution_are_not_judged_by_another(
    row: FixedPackage, other: FixedPackage
) -> None:
    """On each system the versions of each other one, fixed and not: never called vulnerable or patched by a row that
    is not theirs.
    """
    kin = {"rhel", "centos", "ol", "scientific"}
    if row.version == other.version or {row.distribution, other.distribution} <= kin:
        return
    assert other.version is not None
    for version in (other.version, JUST_BELOW[other.version]):
        if re.search(r"1\.0\.1g", version):
            # Upstream's own fix is one wherever it lies.
            assert of_row(row, version)[0] != "vulnerable"
        elif (row.system, other.system) != ("Debian", "Debian"):
            assert of_row(row, version)[0] == "inconclusive", (row, version)


def test_on_debian_8_what_comes_from_debian_7_is_not_compared() -> None:
    assert word("debian", "8", "1.0.1e-2+deb7u5") == ("inconclusive", "other-lineage")
    assert word("debian", "7", "1.0.1f-1") == ("inconclusive", "other-lineage")
    assert word("debian", "7", "1.0.1g-1") == ("patched", "fixed-upstream")


@pytest.mark.parametrize(
    ("distribution", "release", "version"),
    [
        ("debian", "6", "0.9.8o-4squeeze14"),
        ("ubuntu", "10.04", "0.9.8k-7ubuntu8.16"),
        ("rhel", "5.10", "0.9.8e-27.el5_10.1"),
        ("rhel", "6.4", "1.0.0-27.el6_4.2"),
        ("sles", "11.3", "0.9.8j-0.50.1"),
        ("debian", "12", "3.0.11-1~deb12u2"),
        ("debian", "13", "3.5.4-1~deb13u1"),
        ("ubuntu", "18.04", "1.1.1-1ubuntu2.1~18.04.23"),
        ("rhel", "7.9", "1:1.0.2k-26.el7_9"),
        ("debian", None, "1.0.2-1"),
        ("debian", None, "1.0.2~beta2-1"),
        ("amzn", "2023", "1:3.0.8-1.amzn2023.0.19"),
    ],
)
def test_what_never_had_it_is_not_affected_whatever_the_release(
    distribution: str, release: str | None, version: str
) -> None:
    assert word(distribution, release, version) == ("not-affected", "never-affected")
    assert word(distribution, "999", version, changelog=WITHOUT_IT) == ("not-affected", "never-affected")


@pytest.mark.parametrize("version", ["1.0.1e-2+deb7u5", "1.0.1g-1", "3.0.11-1~deb12u2", "0.9.8o-4squeeze14"])
@pytest.mark.parametrize("distribution", [None, "plan9", "debian-like"])
def test_of_an_unknown_distribution_nothing_is_said(distribution: str | None, version: str) -> None:
    assert word(distribution, "7", version) == ("inconclusive", "unknown-distribution")
    assert word(distribution, "7", version, changelog=NAMES_IT) == ("inconclusive", "unknown-distribution")


@pytest.mark.parametrize("changelog", [None, NAMES_IT, WITHOUT_IT])
@pytest.mark.parametrize(
    ("distribution", "release", "version"),
    [
        ("debian", "99", "1.0.1e-2+deb7u5"),
        ("debian", None, "1.0.1e-2+deb7u5"),
        ("ubuntu", "13.04", "1.0.1c-4ubuntu8.2"),
        ("rhel", "7.0", "1:1.0.1e-34.el7"),
        ("fedora", "17", "1.0.1e-4.fc17"),
        ("raspbian", "7", "1.0.1e-2+rvt+deb7u5"),
        ("debian", "experimental", "1.0.2~beta1-1"),
    ],
)
def test_of_an_unknown_release_a_flawed_version_is_never_fine(
    distribution: str, release: str | None, version: str, changelog: str | None
) -> None:
    assert word(distribution, release, version, changelog=changelog) == ("inconclusive", "unknown-release")


@pytest.mark.parametrize(
    ("distribution", "release", "version", "expected"),
    [
        ("alpine", "2.7.5", "1.0.1f-r0", ("vulnerable", "affected-upstream")),
        ("alpine", "2.7.6", "1.0.1g-r0", ("patched", "fixed-upstream")),
        ("arch", None, "1.0.1.f-2", ("vulnerable", "affected-upstream")),
        ("arch", None, "1.0.1.g-1", ("patched", "fixed-upstream")),
        ("slackware", "14.1", "1.0.1f-x86_64-1_slack14.1", ("vulnerable", "affected-upstream")),
        ("slackware", "14.1", "1.0.1g-x86_64-1_slack14.1", ("patched", "fixed-upstream")),
        ("netbsd", "6.1", "1.0.1fnb1", ("vulnerable", "affected-upstream")),
        ("openbsd", "5.4", "1.0.1c", ("vulnerable", "affected-upstream")),
        ("openbsd", "5.5", "1.0.1c", ("inconclusive", "unknown-release")),
        ("fedora", "18", "1.0.1e-4.fc18", ("vulnerable", "affected-upstream")),
        ("opensuse", "12.2", "1.0.1e-2.8.1", ("vulnerable", "affected-upstream")),
    ],
)
def test_without_a_row_upstreams_version_decides_where_it_is_taken_at_its_word(
    distribution: str, release: str | None, version: str, expected: tuple[str, str]
) -> None:
    found = judged(distribution, release, version)
    assert (found.verdict.word, found.verdict.reason) == expected
    assert found.fixed is None
    if expected[1] == "affected-upstream":
        assert "upstream's version decides" in found.verdict.explanation
        assert word(distribution, release, version, changelog=NAMES_IT) == (
            "inconclusive",
            "witnesses-disagree",
        )


def test_centos_interim_builds_are_left_to_the_proof() -> None:
    assert word("centos", "6.5", "1.0.1e-16.el6_5.4.0.1.centos") == ("inconclusive", "interim-build")
    assert word("rhel", "6.5", "1.0.1e-16.el6_5.4.0.1.centos") == ("vulnerable", "affected-package")


def test_gentoos_build_without_heartbeats_is_not_affected() -> None:
    for flags, expected in (
        (["-tls-heartbeat"], ("not-affected", "built-without-heartbeats")),
        (["+tls-heartbeat"], ("vulnerable", "affected-package")),
        ([], ("vulnerable", "affected-package")),
    ):
        assert word("gentoo", None, "1.0.1f", name="dev-libs/openssl", flags=flags) == expected


def test_freebsd() -> None:
    assert word("freebsd", "10.0-RELEASE-p4", "1.0.1e-freebsd", manager="base") == (
        "inconclusive",
        "see-advisory",
    )
    assert word("freebsd", "10.1-RELEASE", "1.0.1j-freebsd", manager="base") == ("patched", "fixed-upstream")
    assert word("freebsd", "9.2-RELEASE", "0.9.8y", manager="base") == ("not-affected", "never-affected")
    assert word("freebsd", "9.2-RELEASE", "1.0.1_9", manager="pkg") == ("inconclusive", "unclear-version")


def test_what_another_manager_installed_is_not_judged_by_the_distribution() -> None:
    assert word("debian", "7", "1.0.1e-16.el6_5.7", manager="rpm") == ("inconclusive", "foreign-package")


def test_another_source_package_is_not_judged_by_the_row_of_openssl() -> None:
    assert word("rhel", "6.5", "1.0.1e-99.el6", name="openssl101e") == ("inconclusive", "unknown-release")


def test_an_epoch_counts_and_one_left_out_is_noticed() -> None:
    assert word("amzn", "2014.03", "1:1.0.1e-37.66.amzn1") == ("patched", "fixed-package")
    assert word("amzn", "2014.03", "1.0.1e-37.66.amzn1") == ("inconclusive", "other-lineage")
    # Fedora's rows are names of builds, without the epoch that its packages have.
    assert word("fedora", "20", "1:1.0.1e-37.fc20") == ("vulnerable", "affected-package")
    assert word("fedora", "20", "1:1.0.1e-37.fc20.1") == ("patched", "fixed-package")


def test_upstream_fixed_but_below_the_row_is_a_disagreement() -> None:
    assert word("debian", "8", "1.0.1g-1~") == ("inconclusive", "witnesses-disagree")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("python-openssl", None),
        ("openssh-server", None),
        ("libgnutls-openssl27", "gnutls28"),
        ("nginx", "nginx"),
    ],
)
def test_of_other_packages_nothing_is_said(name: str, source: str | None) -> None:
    assert judge_package(package("debian", "7", "1.0.1e-2", name=name, source=source)) is None


def test_the_evidence_stands_with_the_verdict() -> None:
    found = judged(
        "debian", "7.4", "1.0.1e-2+deb7u5", name="libssl1.0.0", source="openssl", changelog=NAMES_IT
    )
    assert found.upstream is not None
    assert (found.upstream.branch, found.upstream.letters) == ("1.0.1", "e")
    assert found.fixed is not None
    assert (found.fixed.version, found.fixed.advisory) == ("1.0.1e-2+deb7u5", "dsa-2896")
    assert found.changelog == "names-the-fix"
    assert found.verdict.rule == "fixed-package"
    assert found.verdict.explanation == (
        "libssl1.0.0 1.0.1e-2+deb7u5 has the fix: on Debian 7.4 that came with 1.0.1e-2+deb7u5 (Debian DSA-2896-1). "
        "Its changelog names CVE-2014-0160 too. What runs may be older still: look at the processes."
    )


def test_every_rule_is_reached_and_only_one_word_is_given_for_a_reason() -> None:
    reached = {
        word(*case)[1]
        for case in (
            ("plan9", "1", "1.0.1e"),
            ("debian", "7", "1.0-1"),
            ("debian", "12", "3.0.11-1"),
            ("centos", "6.5", "1.0.1e-16.el6_5.4.0.1.centos"),
            ("debian", "8", "1.0.1g-1~"),
            ("debian", "7", "1.0.1e-2+deb7u5"),
            ("debian", "7", "1.0.1e-2+deb7u4"),
            ("debian", "7", "1.0.1g-1"),
            ("alpine", "2.7", "1.0.1f-r0"),
            ("debian", "7", "1.0.1e-4"),
            ("debian", "99", "1.0.1e-4"),
        )
    }
    reached.add(word("debian", "7", "1.0.1e-2", manager="rpm")[1])
    reached.add(word("gentoo", None, "1.0.1e", name="dev-libs/openssl", flags=["-tls-heartbeat"])[1])
    reached.add(word("freebsd", "10.0", "1.0.1e", manager="base")[1])
    assert reached == {rule.reason for rule in PACKAGE_RULES}
    assert len({rule.name for rule in PACKAGE_RULES}) == len(PACKAGE_RULES)


_VERSIONS = st.text("0123456789.:+~^_-abcdefguz", min_size=1, max_size=40).filter(
    lambda text: text[0].isalnum() and "," not in text
)


@settings(max_examples=200)
@given(
    st.sampled_from([*DISTRIBUTIONS, None, "plan9"]),
    st.sampled_from(["6.5", "7", "8", "10.0", "12.04", "13.1", "19", "2014.03", None]),
    _VERSIONS | st.sampled_from(sorted({*JUST_BELOW, *JUST_BELOW.values()})),
    st.sampled_from([None, NAMES_IT, WITHOUT_IT]),
)
def test_any_package_gets_a_verdict(
    distribution: str | None, release: str | None, version: str, changelog: str | None
) -> None:
    verdict = judged(distribution, release, version, changelog=changelog).verdict
    assert verdict.word in ("vulnerable", "patched", "not-affected", "inconclusive")
    assert "{" not in verdict.explanation
    if distribution in (None, "plan9"):
        assert verdict.word == "inconclusive"
