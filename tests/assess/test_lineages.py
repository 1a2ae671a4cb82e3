"""Which versions may be compared with a row, and that no other is."""

import pytest

from hemostat.assess.distributions import DISTRIBUTIONS
from hemostat.assess.lineages import LINEAGES, place
from hemostat.assess.version_order import Order
from hemostat.incidents.incident import FixedPackage
from hemostat.incidents.known.heartbleed import INCIDENT

ROWS = {(row.system, row.release): row for row in INCIDENT.fixed_packages}


def order_of(row: FixedPackage) -> Order:
    order = DISTRIBUTIONS[row.distribution].order
    assert order is not None
    return order


def test_every_row_with_a_version_has_its_lineage() -> None:
    assert set(LINEAGES) == {key for key, row in ROWS.items() if row.version is not None}


@pytest.mark.parametrize("key", LINEAGES)
def test_the_first_fixed_is_of_its_own_lineage(key: tuple[str, str]) -> None:
    row = ROWS[key]
    assert place(row, order_of(row), row.version or "") == 0


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        (("Debian", "7 (wheezy)"), ["1.0.1c-4", "1.0.1e-2", "1.0.1e-2+deb7u4"], ["1.0.1e-2+deb7u21"]),
        (("Debian", "8 (jessie), sid"), ["1.0.1e-6", "1.0.1f-1"], ["1.0.1g-2", "1.0.1k-3+deb8u1"]),
        (("Ubuntu", "12.04"), ["1.0.1-2ubuntu4", "1.0.1-4ubuntu5", "1.0.1-4ubuntu5.11"], ["1.0.1-4ubuntu5.31"]),
        (("Ubuntu", "12.10"), ["1.0.1c-3ubuntu2", "1.0.1c-3ubuntu2.6"], ["1.0.1c-3ubuntu2.8"]),
        (("Ubuntu", "13.10"), ["1.0.1e-3ubuntu1", "1.0.1e-3ubuntu1.1"], ["1.0.1e-3ubuntu1.6"]),
        (("Ubuntu", "14.04"), ["1.0.1e-4ubuntu4", "1.0.1f-1ubuntu1"], ["1.0.1f-1ubuntu2.27+esm7"]),
        (("RHEL", "6.5"), ["1.0.1e-15.el6", "1.0.1e-16.el6_5.4"], ["1.0.1e-16.el6_5.14", "1.0.1e-58.el6_10"]),
        (("Amazon Linux", "AMI"), ["1:1.0.1e-4.58.amzn1", "1:1.0.1e-37.65.amzn1"], ["1:1.0.1g-1.70.amzn1"]),
        (("Fedora", "19"), ["1.0.1e-37.fc19", "1:1.0.1e-30.fc19"], ["1.0.1e-38.fc19", "1:1.0.1e-39.fc19"]),
        (("Fedora", "20"), ["1:1.0.1e-37.fc20"], ["1:1.0.1e-38.fc20"]),
        (("openSUSE", "12.3"), ["1.0.1e-1.1.1", "1.0.1e-1.40.1"], ["1.0.1e-1.54.1"]),
        (("openSUSE", "13.1"), ["1.0.1e-11.28.1"], ["1.0.1e-11.36.1"]),
        (("Gentoo", "rolling"), ["1.0.1c", "1.0.1f-r1"], ["1.0.1h-r2"]),
    ],
)  # fmt: skip
def test_what_came_before_and_after(key: tuple[str, str], before: list[str], after: list[str]) -> None:
    row = ROWS[key]
    for version in before:
        assert (place(row, order_of(row), version) or 0) < 0, version
    for version in after:
        assert (place(row, order_of(row), version) or 0) > 0, version


@pytest.mark.parametrize(
    ("key", "version"),
    [
        # Each sorts behind the row's version and has the flaw.
        (("Debian", "7 (wheezy)"), "1.0.1e-4"),
        (("Debian", "7 (wheezy)"), "1.0.1f-1"),
        (("Debian", "7 (wheezy)"), "1.0.1e-3ubuntu1.1"),
        (("Ubuntu", "12.04"), "1.0.1-4ubuntu6"),
        (("Ubuntu", "12.04"), "1.0.1c-3ubuntu2.6"),
        (("Ubuntu", "12.10"), "1.0.1e-3ubuntu1.1"),
        (("Ubuntu", "13.10"), "1.0.1f-1ubuntu1"),
        (("RHEL", "6.5"), "1.0.1e-37.fc19"),
        (("RHEL", "6.5"), "1:1.0.1e-37.65.amzn1"),
        (("Fedora", "19"), "1:1.0.1e-37.65.amzn1"),
        (("openSUSE", "12.3"), "1.0.1e-11.28.1"),
        # Each sorts before the row's version and does not have it.
        (("Debian", "8 (jessie), sid"), "1.0.1e-2+deb7u5"),
        (("Ubuntu", "14.04"), "1.0.1e-3ubuntu1.2"),
        (("Fedora", "20"), "1.0.1e-16.el6_5.7"),
        (("openSUSE", "13.1"), "1.0.1e-1.44.1"),
        # Its epoch was left out by whoever read it.
        (("Amazon Linux", "AMI"), "1.0.1e-37.66.amzn1"),
    ],
)
def test_what_belongs_elsewhere_is_not_compared(key: tuple[str, str], version: str) -> None:
    row = ROWS[key]
    assert place(row, order_of(row), version) is None


def test_no_first_fixed_version_is_compared_with_a_row_of_another_distribution() -> None:
    kin = {"rhel", "centos", "ol", "scientific"}
    for row in ROWS.values():
        for other in ROWS.values():
            alike = row.distribution == other.distribution or {row.distribution, other.distribution} <= kin
            if not alike and row.version and other.version:
                assert place(row, order_of(row), other.version) is None, (row, other)


def test_a_row_without_a_version_compares_nothing() -> None:
    assert place(ROWS["FreeBSD", "10.0"], "deb", "1.0.1e-freebsd") is None
