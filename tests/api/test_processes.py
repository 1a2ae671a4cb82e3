"""Processes of a snapshot, joined with the copies on the disk and what they have in memory."""

from typing import Any

import pytest

from hemostat.api import Finding, Identity, ProcessFinding
from hemostat.api.copy_judge import CopyJudge
from hemostat.api.notes import Notes
from hemostat.api.packages import Packages
from hemostat.api.processes import ProcessJudge
from hemostat.api.sources import Here
from hemostat.detect.hosts import mappings
from hemostat.detect.hosts.files import Place
from hemostat.detect.hosts.mappings import MappedBytes
from hemostat.evidence import KINDS
from hemostat.snapshots import Collector, Object, Process, Snapshot, Socket, System
from tests.api.test_inspection import FLAWED
from tests.report.findings import finding

LIBSSL, LIBCRYPTO = "/usr/lib/libssl.so.1.0.0", "/usr/lib/libcrypto.so.1.0.0"
BOOT = "5e" * 16


def looked(
    office: Identity, *records: Any, disk: dict[str, Finding] | None = None
) -> list[Finding | ProcessFinding]:
    kinds: dict[Any, list[Any]] = {}
    for each in (System(boot_id=BOOT), *records):
        kinds.setdefault(type(each), []).append(each)
    snapshot = Snapshot(
        collector=Collector(at=0, uid=0), records={kind: tuple(all_) for kind, all_ in kinds.items()}
    )
    notes = Notes(None, office, "test")
    source = Here(snapshot)
    copies = CopyJudge("none", office.host, notes, Packages(None, lambda _: {}), source)
    judge = ProcessJudge(snapshot, office, notes, copies, source)
    for number, (path, each) in enumerate((disk or {}).items(), 100):
        judge.on_disk(Place(path, (8, 1), number, 1), each)
    return list(judge.findings(lambda: False))


def process(*objects: int, **said: Any) -> Process:
    values: dict[str, Any] = {"pid": 4711, "exe": "/usr/sbin/nginx", "start_ticks": 77, "user": "www"}
    return Process(**values | {"objects": objects} | said)


def unreadable(pid: int, device: object, inode: object, path: str, known: object) -> MappedBytes:
    return MappedBytes(None, "permission")


def flawed_bytes(pid: int, device: object, inode: object, path: str, known: object) -> MappedBytes:
    return MappedBytes(FLAWED if "libssl" in path else b"none", None)


def test_a_process_has_what_lies_on_the_disk_at_its_inode(office: Identity) -> None:
    disk = {LIBSSL: finding(version="1.0.1g", path=LIBSSL, inside=())}
    (found,) = looked(office, Object(id=1, path=LIBSSL, device=(8, 1), inode=100), process(1), disk=disk)
    assert isinstance(found, ProcessFinding)
    assert (found.verdict, found.reason, found.restart) == ("patched", "runs-patched-code", "no")
    assert found.evidence["subject"] == f"process:{office.host}:{BOOT}:4711:77"
    KINDS["process"].check(found.evidence["facts"])
    KINDS["process"].check_subject(found.evidence["subject"], "run:" + "0a" * 16, found.evidence["facts"])
    assert found.evidence["facts"]["mapped"][0]["build"] == disk[LIBSSL].evidence["facts"]["build"]


def test_where_the_device_differs_the_path_tells_unless_it_was_deleted(
    office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mappings, "read_mapped", unreadable)
    disk = {LIBSSL: finding(version="1.0.1g", path=LIBSSL, inside=())}
    btrfs = Object(id=1, path=LIBSSL, device=(0, 40), inode=100)
    (found,) = looked(office, btrfs, process(1), disk=disk)
    assert found.reason == "runs-patched-code"
    deleted = Object(id=1, path=LIBSSL, device=(0, 40), inode=100, deleted=True)
    (found,) = looked(office, deleted, process(1), disk=disk)
    assert (found.verdict, found.reason) == ("inconclusive", "runs-replaced-unknown-code")
    assert isinstance(found, ProcessFinding)
    assert found.restart == "now"
    assert found.evidence["facts"]["mapped"][0]["why"] == "permission"


def test_what_was_deleted_is_read_judged_and_told_once(
    office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mappings, "read_mapped", flawed_bytes)
    objects = [
        Object(id=1, path=LIBSSL, device=(8, 1), inode=7, deleted=True),
        Object(id=2, path="/tmp/cache", device=(8, 1), inode=8, deleted=True),
        Object(id=3, path="/usr/lib/libz.so.1", device=(8, 1), inode=9),
    ]
    copy, *found = looked(office, *objects, process(1, 2, 3), process(1, pid=4712), process(2, 3, pid=4713))
    assert isinstance(copy, Finding)
    assert copy.evidence["subject"] == f"copy:{office.host}:8,1:7"
    assert [each.reason for each in found] == ["runs-deleted-code"] * 2


def test_what_cannot_be_read_counts_whatever_it_is_called(
    office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mappings, "read_mapped", unreadable)
    objects = [
        Object(id=1, path="/tmp/x", device=(8, 1), inode=8, deleted=True),
        Object(id=2, path="/mnt/app", device=(8, 1), inode=9),
        Object(id=3, path="/SYSV00000000", device=(0, 1), inode=0, deleted=True),
    ]
    assert [each.reason for each in looked(office, *objects, process(1))] == ["runs-deleted-code"]
    assert [each.reason for each in looked(office, *objects, process(2))] == ["runs-unknown-code"]
    assert looked(office, *objects, process(3)) == []


def test_where_one_holder_is_gone_another_is_asked(office: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {1: "vanished", 2: "permission", 3: None}

    def read(pid: int, device: object, inode: object, path: str, known: object) -> MappedBytes:
        return MappedBytes(None if answers[pid] else FLAWED, answers[pid])

    monkeypatch.setattr(mappings, "read_mapped", read)
    gone = Object(id=1, path="/tmp/x", device=(8, 1), inode=8, deleted=True)
    copy, *found = looked(office, gone, *(process(1, pid=pid) for pid in answers))
    assert isinstance(copy, Finding)
    assert [each.evidence["facts"]["mapped"][0]["why"] for each in found] == [None] * 3
    both = looked(office, gone, process(1, pid=1), process(1, pid=2))
    assert [each.evidence["facts"]["mapped"][0]["why"] for each in both] == ["permission"] * 2
    assert looked(office, gone, process(1, pid=1)) == []


def test_a_path_counts_only_of_a_process_that_has_the_hosts_own_mounts(
    office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file on the disk has the fix; what a container or a jail has at that path is another."""
    monkeypatch.setattr(mappings, "read_mapped", flawed_bytes)
    monkeypatch.setattr(Here, "mounts", lambda self: 11)
    disk = {LIBSSL: finding(version="1.0.1g", path=LIBSSL, inside=())}
    theirs = Object(id=1, path=LIBSSL, device=(0, 40), inode=7)
    for said in ({"mount_namespace": 12}, {"mount_namespace": 11, "root": "/srv/jail"}):
        copy, found = looked(office, theirs, process(1, **said), disk=disk)
        assert (copy.reason, found.reason) == ("flawed-version", "runs-unknown-code")
        assert isinstance(found, ProcessFinding)
        assert found.shares_mounts is False
    (found,) = looked(office, theirs, process(1, mount_namespace=11), disk=disk)
    assert (found.reason, isinstance(found, ProcessFinding) and found.shares_mounts) == (
        "runs-patched-code",
        True,
    )
    deleted = Object(id=1, path=LIBSSL, device=(0, 40), inode=7, deleted=True)
    restarts = {}
    for mounts in (11, 12):
        _, found = looked(office, deleted, process(1, mount_namespace=mounts), disk=disk)
        assert isinstance(found, ProcessFinding)
        restarts[mounts] = found.restart
    assert restarts == {11: "now", 12: "advised"}


def test_a_process_whose_map_may_not_be_read_is_told(office: Identity) -> None:
    (found,) = looked(office, process(unread=("exe", "maps"), exe=None))
    assert (found.verdict, found.reason) == ("inconclusive", "unread-memory-map")
    assert isinstance(found, ProcessFinding)
    KINDS["process"].check(found.evidence["facts"])


def test_units_containers_and_sockets(office: Identity) -> None:
    disk = {LIBSSL: finding(version="1.0.1g", path=LIBSSL, inside=())}
    mapped = Object(id=1, path=LIBSSL, device=(8, 1), inode=100)
    sockets = [
        Socket(protocol="tcp", state="listening", local="0.0.0.0:443", pids=(4711,)),
        Socket(
            protocol="tcp", state="connected", local="10.0.0.1:40000", remote="10.0.0.2:3306", pids=(4711,)
        ),
        Socket(protocol="udp", state="bound", local="[0:0:0:0:0:0:0:1]:53", pids=(4711, 1)),
        Socket(protocol="tcp", state="listening", local="garbled", pids=(4711,)),
    ]
    unit = process(1, cgroup="/system.slice/nginx.service")
    inner = process(1, pid=5, cgroup=f"/docker/{'0f' * 32}")
    alone = process(1, pid=6)
    found = looked(office, mapped, unit, inner, alone, *sockets, disk=disk)
    facts = [each.evidence["facts"] for each in found]
    for each in facts:
        KINDS["process"].check(each)
    assert [each["service"] for each in facts] == [
        f"service:{office.host}:nginx.service",
        f"service:container:{'0f' * 32}:container",
        f"service:{office.host}:/usr/sbin/nginx:www",
    ]
    assert facts[0]["listening"] == [f"tcp:0.0.0.0:443@{office.host}", f"udp:[::1]:53@{office.host}"]
    assert facts[0]["connected"] == [f"tcp:10.0.0.2:3306@{office.network}"]
    assert facts[1]["listening"] == []


def test_without_a_boot_there_is_no_name_for_a_process_and_no_row(office: Identity) -> None:
    snapshot = Snapshot(
        collector=Collector(at=0, uid=0), records={Process: (process(unread=("maps",)),), System: (System(),)}
    )
    notes = Notes(None, office, "test")
    source = Here(snapshot)
    copies = CopyJudge("none", office.host, notes, Packages(None, lambda _: {}), source)
    judge = ProcessJudge(snapshot, office, notes, copies, source)
    (found,) = judge.findings(lambda: False)
    assert found.evidence["subject"] is None
    assert list(judge.findings(lambda: True)) == []
