"""Packages of this host: facts, and what they are worth for the files that they own."""

from collections.abc import Iterable

import pytest

from hemostat.api.packages import Packages, package_facts, time_of
from hemostat.detect.hosts.owners import Owner
from hemostat.evidence import KINDS
from hemostat.snapshots import Collector, OsRelease, Package, Snapshot

FIXED = Package(
    manager="dpkg",
    name="libssl1.0.0",
    version="1.0.1e-2+deb7u5",
    architecture="amd64",
    source="openssl",
    installed=1396937564500000,
    changelog="read",
    changelog_first="1998-12-23",
    changelog_last="2014-04-07",
    cves=("CVE-2014-0160", "CVE-2013-6450", "CVE-2014-0160"),
    heartbleed_line="Add CVE-2014-0160.patch",
)
OTHER = Package(manager="dpkg", name="nginx", version="1.2.1-2.2")


def snapshot(*packages: Package) -> Snapshot:
    return Snapshot(
        collector=Collector(at=0, uid=0),
        records={OsRelease: (OsRelease(id="debian", version_id="7"),), Package: packages},
    )


def owners(known: dict[str, Owner], asked: list[str]) -> Packages:
    def ask(paths: Iterable[str]) -> dict[str, Owner]:
        asked.extend(paths)
        return known

    return Packages(snapshot(FIXED, OTHER), ask)


def test_a_package_of_a_snapshot_is_a_fact_of_its_kind() -> None:
    fixed, other = package_facts(snapshot(FIXED, OTHER))
    for facts in (fixed, other):
        KINDS["package"].check(facts)
    assert (fixed["distribution"], fixed["release"]) == ("debian", "7")
    assert fixed["installed_at"] == "2014-04-08T06:12:44.500000Z"
    assert fixed["changelog"]["cves"] == ["CVE-2013-6450", "CVE-2014-0160"]
    assert other["changelog"] is None


@pytest.mark.parametrize("architecture", [None, "amd64"])
def test_a_file_has_the_verdict_of_its_package_and_is_asked_for_once(architecture: str | None) -> None:
    asked: list[str] = []
    known = owners({"/usr/lib/libssl.so.1.0.0": Owner("dpkg", "libssl1.0.0", architecture)}, asked)
    for _ in range(2):
        verdict = known.verdict("/usr/lib/libssl.so.1.0.0")
        assert verdict is not None
        assert verdict.verdict.word == "patched"
    assert known.owner("/usr/lib/libssl.so.1.0.0") == {
        "manager": "dpkg",
        "name": "libssl1.0.0",
        "version": "1.0.1e-2+deb7u5",
    }
    assert asked == ["/usr/lib/libssl.so.1.0.0"]


def test_what_belongs_to_nobody_or_to_another_has_no_verdict() -> None:
    known = owners(
        {
            "/usr/sbin/nginx": Owner("dpkg", "nginx", None),
            "/opt/i386/libssl.so": Owner("dpkg", "libssl1.0.0", "i386"),
            "/opt/unknown": Owner("dpkg", "unknown", None),
        },
        [],
    )
    assert known.verdict("/usr/sbin/nginx") is None
    assert known.owner("/usr/sbin/nginx") is not None
    for path in ("/opt/i386/libssl.so", "/opt/unknown"):
        assert known.is_owned(path)
        assert known.owner(path) is None
        assert known.verdict(path) is None
    assert not known.is_owned("/opt/own")
    assert known.verdict("/opt/own") is None


def test_without_a_snapshot_nothing_is_known() -> None:
    known = Packages(None, lambda paths: {})
    assert known.facts == []
    assert known.verdict("/usr/lib/libssl.so.3") is None


def test_moments() -> None:
    assert time_of(None) is None
    assert time_of(0) == "1970-01-01T00:00:00.000000Z"
    assert time_of(1396937564500000) == "2014-04-08T06:12:44.500000Z"
    assert time_of(1 << 70) is None
