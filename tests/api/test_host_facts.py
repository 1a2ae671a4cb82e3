"""The host that a snapshot is of."""

from typing import Any

import pytest

from hemostat.api.host_facts import facts_of_snapshot, host_of
from hemostat.evidence import KINDS, names
from hemostat.snapshots import Collector, OsRelease, PackageLog, Snapshot, System

MACHINE_ID = "0123456789abcdef0123456789abcdef"
SYSTEM = System(
    name="web1",
    kernel="Linux",
    kernel_release="2.6.32-431.el6.x86_64",
    machine="x86_64",
    boot_id="5e" * 16,
    boot_at=1393648200000000,
    utc_offset="+0200",
)
LOG = PackageLog(
    manager="dpkg", path="/var/log/dpkg.log", first="2014-01-03 09:00:00", last="2014-04-08 08:12:44"
)


def snapshot(system: System = SYSTEM, **collector: Any) -> Snapshot:
    values: dict[str, Any] = {"at": 0, "uid": 0, "user": "root"}
    return Snapshot(
        collector=Collector(**values | collector),
        records={System: (system,), OsRelease: (OsRelease(id="debian", version_id="7"),), PackageLog: (LOG,)},
    )


def test_the_facts_are_those_of_the_kind() -> None:
    facts = facts_of_snapshot(snapshot(), "ssh")
    KINDS["host"].check(facts)
    assert (facts["name"], facts["distribution"], facts["release"]) == ("web1", "debian", "7")
    assert facts["boot"] == {"id": "5e" * 16, "at": "2014-03-01T04:30:00.000000Z"}
    assert facts["look"] == {"how": "ssh", "user": "root", "root": True}
    assert facts["logs"][0]["earliest"] < facts["logs"][0]["latest"]


def test_what_a_host_does_not_say_or_says_oddly_is_null() -> None:
    odd = System(name="web 1\n", kernel="", machine="\x1b", utc_offset="junk")
    facts = facts_of_snapshot(snapshot(odd, uid=1000, user=None), "snapshot")
    KINDS["host"].check(facts)
    assert (facts["name"], facts["kernel"], facts["machine"]) == (None, None, None)
    assert facts["look"]["user"] == "uid 1000"
    KINDS["host"].check(facts_of_snapshot(Snapshot(collector=Collector(at=0, uid=0)), "snapshot"))


@pytest.mark.parametrize(
    ("system", "host"),
    [
        (System(host_id="0f" * 16, name="web1"), "host:" + "0f" * 16),
        (System(name="Web1.example"), "host:unstable=web1.example"),
        (System(name="--"), "host:unstable=unnamed"),
        (System(), "host:unstable=unnamed"),
    ],
)
def test_its_name(system: System, host: str) -> None:
    assert host_of(snapshot(system)) == host
    assert names.parse(host).type == "host"
