"""Which CVEs a version has. Expected are the OpenSSL project's own advisories."""

import pytest

from hemostat.incidents import get
from hemostat.incidents.cve import read_table
from hemostat.incidents.openssl_cves import catalogue, cves_of, merged
from hemostat.incidents.openssl_version import OpensslVersion, read_version


def version(text: str) -> OpensslVersion:
    found = read_version(text)
    assert found is not None
    return found


def ids(text: str) -> set[str]:
    return {one.id for one in cves_of(version(text))}


@pytest.mark.parametrize(
    ("cve", "with_it", "without_it"),
    [
        ("CVE-2014-0160", ["1.0.1", "1.0.1f", "1.0.2-beta1"], ["0.9.8y", "1.0.0l", "1.0.1g", "1.0.2-beta2", "1.0.2"]),
        ("CVE-2014-0224", ["0.9.8y", "1.0.0l", "1.0.1g"], ["0.9.8za", "1.0.0m", "1.0.1h"]),
        ("CVE-2016-0800", ["1.0.1r", "1.0.2f"], ["1.0.1s", "1.0.2g", "1.1.0"]),
        ("CVE-2021-3449", ["1.1.1", "1.1.1j"], ["1.1.1k", "1.0.2u", "3.0.0"]),
        ("CVE-2022-0778", ["1.0.2", "1.0.2zc", "1.1.1m", "3.0.1"], ["1.0.2zd", "1.1.1n", "3.0.2"]),
        ("CVE-2022-3602", ["3.0.0", "3.0.6"], ["3.0.7", "1.1.1s", "1.0.2zf"]),
        ("CVE-2022-3996", ["3.0.0", "3.0.7"], ["3.0.8", "1.1.1s"]),
        ("CVE-2023-0286", ["1.0.2zf", "1.1.1s", "3.0.7"], ["1.0.2zg", "1.1.1t", "3.0.8"]),
        ("CVE-2023-2650", ["1.1.1t", "3.0.8", "3.1.0"], ["1.1.1u", "3.0.9", "3.1.1"]),
        ("CVE-2007-5502", ["fips-1.1.1"], ["fips-1.1.2", "1.1.1"]),
        ("CVE-2004-0975", ["0.9.6", "0.9.6m", "0.9.7e"], ["0.9.7f", "0.9.8"]),
    ],
)  # fmt: skip
def test_at_the_boundaries(cve: str, with_it: list[str], without_it: list[str]) -> None:
    assert [text for text in with_it if cve not in ids(text)] == []
    assert [text for text in without_it if cve in ids(text)] == []


def test_heartbleed_is_the_same_there_and_in_its_incident() -> None:
    (cve,) = (one for one in catalogue() if one.id == "CVE-2014-0160")
    incident = get("heartbleed")
    for one in incident.affected_versions:
        assert cve.affects(version(one.first))
        assert cve.affects(version(one.last))
    for text in incident.fixed_versions:
        assert not cve.affects(version(text))
    assert cve.public == incident.disclosed


def test_the_1_0_2q_of_the_tests_has_some_and_not_heartbleed() -> None:
    found = ids("1.0.2q")
    assert {"CVE-2019-1559", "CVE-2022-0778"} <= found
    assert "CVE-2014-0160" not in found
    assert "CVE-2018-5407" not in found


def test_they_come_in_the_order_of_the_catalogue() -> None:
    found = cves_of(version("1.0.1e"))
    assert list(found) == [one for one in catalogue() if one in found]
    assert len(found) > 50


def test_others_can_be_asked_instead() -> None:
    other = read_table("CVE-2099-0001 2099-01-01 low - 3.0.0<3.0.99")
    assert [one.id for one in cves_of(version("3.0.5"), other)] == ["CVE-2099-0001"]
    assert cves_of(version("3.1.0"), other) == ()


def test_newer_facts_are_put_over_older_ones() -> None:
    known = read_table("CVE-2099-0002 2099-01-02 low - 3.0.0<3.0.99\nCVE-2099-0001 2099-01-01 low - 3.0.0<*")
    newer = read_table("CVE-2099-0001 2099-01-01 high - 3.0.0<3.0.7\nCVE-2099-0003 - unknown - -")
    both = merged(known, newer)
    assert [one.id for one in both] == ["CVE-2099-0003", "CVE-2099-0001", "CVE-2099-0002"]
    assert both[1] == newer[0]
    assert merged(catalogue(), ()) == catalogue()
    assert len(merged(catalogue(), newer)) == len(catalogue()) + 2
