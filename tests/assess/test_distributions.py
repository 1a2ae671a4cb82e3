"""What a package's name and version say, distribution by distribution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.assess.distributions import DISTRIBUTIONS, openssl_source, upstream
from hemostat.evidence import KINDS
from hemostat.incidents.known.heartbleed import INCIDENT
from hemostat.incidents.openssl_version import read_version
from tests.evidence.kinds.places import accepts

PACKAGE = KINDS["package"]


@pytest.mark.parametrize(
    ("distribution", "version", "expected"),
    [
        ("debian", "1.0.1e-2+deb7u5", "1.0.1e"),
        ("debian", "0.9.8o-4squeeze14", "0.9.8o"),
        ("debian", "1.0.2~beta1-1", "1.0.2-beta1"),
        ("debian", "3.0.0~~alpha4-1", "3.0.0-alpha4"),
        ("debian", "3.0.11-1~deb12u2", "3.0.11"),
        ("debian", "1.1.1n-0+deb11u5+b1", "1.1.1n"),
        ("ubuntu", "1.0.1-4ubuntu5.12", "1.0.1"),
        ("ubuntu", "1.0.2g-1ubuntu4.20", "1.0.2g"),
        ("rhel", "1.0.1e-16.el6_5.7", "1.0.1e"),
        ("rhel", "1:1.0.2k-26.el7_9", "1.0.2k"),
        ("rhel", "1:3.0.7-27.el9", "3.0.7"),
        ("fedora", "1:3.2.0~beta1-1.fc40", "3.2.0-beta1"),
        ("opensuse", "1.0.1e-11.32.1", "1.0.1e"),
        ("gentoo", "1.0.1f-r1", "1.0.1f"),
        ("gentoo", "0.9.8z_p1", "0.9.8z"),
        ("gentoo", "1.0.2_beta1", "1.0.2-beta1"),
        ("alpine", "1.0.1g-r0", "1.0.1g"),
        ("arch", "1.0.1.g-1", "1.0.1g"),
        ("arch", "1:1.0.2.k-1", "1.0.2k"),
        ("arch", "3.3.2-1", "3.3.2"),
        ("slackware", "1.0.1g-x86_64-1_slack14.1", "1.0.1g"),
        ("netbsd", "1.0.1fnb1", "1.0.1f"),
        ("netbsd", "1.0.1nb2", "1.0.1"),
        ("openbsd", "1.0.1c", "1.0.1c"),
        ("freebsd", "1.0.2k_1,1", "1.0.2k"),
        ("freebsd", "1.0.1e-freebsd", "1.0.1e"),
        # FreeBSD's port called every letter of 1.0.1 by a revision.
        ("freebsd", "1.0.1_9", None),
        ("freebsd", "1.0.1", None),
        # Pre-releases are written into the release in more than one way.
        ("fedora", "1.0.2-0.1.beta1.fc21", None),
        ("debian", "1.0.1e_2", None),
        ("debian", "1.0-1", None),
        ("rhel", "1.0.1e", None),
        ("alpine", "2.9.1-r0-x", None),
    ],
)
def test_upstreams_version(distribution: str, version: str, expected: str | None) -> None:
    found = upstream(DISTRIBUTIONS[distribution], version)
    assert found == (None if expected is None else read_version(expected))
    assert expected is None or found is not None


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("openssl", None, "openssl"),
        ("libssl1.0.0", None, "openssl"),
        ("libssl1.0.0", "openssl", "openssl"),
        ("libssl3t64", None, "openssl"),
        ("libssl-dev", None, "openssl"),
        ("libssl1.0.0-dbg", None, "openssl"),
        ("libcrypto1.0.0-udeb", None, "openssl"),
        ("libcrypto3", None, "openssl"),
        ("libssl0.9.8", "openssl098", "openssl098"),
        ("openssl-libs", None, "openssl"),
        ("openssl-devel", None, "openssl"),
        ("openssl098e", None, "openssl098e"),
        ("openssl101e-libs", None, "openssl101e"),
        ("compat-openssl10", None, "compat-openssl10"),
        ("libopenssl1_0_0", None, "openssl"),
        ("libopenssl1_0_0-32bit", "openssl", "openssl"),
        ("libopenssl-devel", None, "openssl"),
        ("lib32-openssl", None, "openssl"),
        ("openssl-solibs", None, "openssl"),
        ("dev-libs/openssl", None, "dev-libs/openssl"),
        ("dev-libs/openssl-compat", None, "dev-libs/openssl"),
        # Of OpenSSL, for it, or beside it; never its code.
        ("python-openssl", None, None),
        ("python3-openssl", "pyopenssl", None),
        ("openssl-blacklist", None, None),
        ("openssl-ibmca", None, None),
        ("libengine-pkcs11-openssl", None, None),
        ("libgnutls-openssl27", "gnutls28", None),
        ("ruby-openssl", None, None),
        ("libssl-doc-html", None, None),
        ("libssh2-1", None, None),
        ("libcrypto++6", None, None),
        ("openssh-server", None, None),
        ("libressl", None, None),
    ],
)
def test_which_packages_are_openssls(name: str, source: str | None, expected: str | None) -> None:
    assert openssl_source(name, source) == expected


def test_each_incidents_row_is_of_a_distribution_that_is_known() -> None:
    assert {row.distribution for row in INCIDENT.fixed_packages} <= DISTRIBUTIONS.keys()
    for row in INCIDENT.fixed_packages:
        assert row.version is None or DISTRIBUTIONS[row.distribution].order is not None


def test_each_manager_is_one_that_evidence_knows() -> None:
    for distribution in DISTRIBUTIONS.values():
        for manager in distribution.managers:
            assert accepts(PACKAGE, dict(PACKAGE.example) | {"manager": manager})


@pytest.mark.parametrize(
    ("distribution", "release", "expected"),
    [
        ("alpine", "2.7.5", True),
        ("arch", None, True),
        ("fedora", "18", True),
        ("fedora", "17", False),
        ("opensuse", "12.2", True),
        ("openbsd", "5.4", True),
        ("openbsd", "5.5", False),
        ("debian", "7", False),
        ("ubuntu", "13.04", False),
    ],
)
def test_where_upstreams_version_decides(distribution: str, release: str | None, expected: bool) -> None:
    assert DISTRIBUTIONS[distribution].takes_upstream(release) is expected


@given(
    st.sampled_from(sorted(DISTRIBUTIONS)),
    st.text("0123456789.:+~^_-abcdefgz", max_size=40) | st.text(max_size=10),
)
def test_any_text_is_a_version_or_none(distribution: str, version: str) -> None:
    upstream(DISTRIBUTIONS[distribution], version)
    openssl_source(version, None)
