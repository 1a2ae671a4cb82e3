"""What files hold of OpenSSL: found, judged, proved where that is asked for, and kept."""

import gzip
import subprocess
import zipfile
from pathlib import Path

import pytest

from hemostat.api import (
    Finding,
    Identity,
    InspectOptions,
    ProcessFinding,
    collector,
    inspect_files,
    inspect_host,
    inspect_over_ssh,
    inspect_snapshot,
)
from hemostat.api.identity import this_host
from hemostat.api.notes import NotKeptError
from hemostat.binaries import OpenSslCopy
from hemostat.detect.hosts import collecting
from hemostat.evidence import KINDS
from hemostat.ledger import open_ledger
from hemostat.snapshots import SnapshotError
from tests.binaries.elves import elf
from tests.detect.hosts.proving.libraries import FOLDERS, system_openssl

PUBLIC = ("SSL_CTX_new", "SSL_new", "SSL_do_handshake", "ssl3_read_bytes")
TEXT = b"OpenSSL 1.0.1e 11 Feb 2013\0"
FLAWED = elf(exported=(*PUBLIC, "tls1_process_heartbeat"), texts=TEXT, soname="libssl.so.1.0.0")
WITHOUT = elf(exported=PUBLIC, kept=PUBLIC, texts=TEXT, soname="libssl.so.1.0.0")


def inspected(*paths: Path, **how: object) -> list[Finding]:
    return list(inspect_files(list(map(str, paths)), InspectOptions(**how)))  # type: ignore[arg-type]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "files" / "app.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app/libssl.so.1.0.0", FLAWED)
        archive.writestr("app/without.so", WITHOUT)
        archive.writestr("README", "built with OpenSSL 1.0.1e 11 Feb 2013")
    return path


def test_each_copy_is_judged_by_what_its_file_shows(wheel: Path) -> None:
    found = {each.inside[-1]: each for each in inspected(wheel)}
    assert {name: (each.verdict, each.reason, each.version) for name, each in found.items()} == {
        "app/libssl.so.1.0.0": ("inconclusive", "flawed-version", "1.0.1e"),
        "app/without.so": ("not-affected", "no-heartbeats", "1.0.1e"),
        "README": ("not-affected", "text-only", "1.0.1e"),
    }
    assert all(each.path == str(wheel) for each in found.values())
    assert [each.is_text for each in found.values()] == [False, False, True]


def test_what_was_found_is_kept_before_it_is_told_and_the_host_with_it(
    wheel: Path, ledger: str, office: Identity
) -> None:
    (wheel.parent / "late.zip").write_bytes(b"PK\x05\x06")
    findings = inspect_files([str(wheel.parent)], ledger=ledger, who=office)
    first = next(findings)
    with open_ledger(ledger) as kept:
        assert [row.digest for row in kept.rows()][-1] == first.evidence["observation"]["digest"]
    rest = list(findings)
    with open_ledger(ledger) as kept:
        rows = list(kept.rows())
        assert kept.verify().holds
    kinds = [row.kind for row in rows if row.kind != "package"]
    assert kinds == ["run", "copy", "copy", "copy", "host", "run-end"]
    copy = next(row for row in rows if row.kind == "copy")
    assert copy.subject == f"copy:{office.host}:{wheel}"
    assert copy.values() == first.evidence["facts"]
    assert rows[-1].values()["outcome"] == "complete"
    host = rows[-2].values()
    assert host["unread_count"] == len([each for each in rest if each.evidence["facts"] is None]) == 1
    assert host["unread"][0] == {"what": "file", "where": str(wheel.parent / "late.zip"), "why": "malformed"}


def test_a_search_that_is_ended_is_told_as_interrupted(wheel: Path, ledger: str, office: Identity) -> None:
    asked = iter([False] * 2)
    list(inspect_files([str(wheel)], ledger=ledger, who=office, is_over=lambda: next(asked, True)))
    with open_ledger(ledger) as kept:
        assert list(kept.rows())[-1].values()["outcome"] == "interrupted"


def test_what_was_not_looked_into_is_inconclusive_and_what_is_not_there_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "old.cpio").write_bytes(b"070707" + b"0" * 70)
    found = inspected(tmp_path, tmp_path / "missing")
    assert [(each.verdict, each.reason, each.evidence["facts"]) for each in found] == [
        ("inconclusive", "format", None),
        (None, "no-such-path", None),
    ]
    assert "an archive of a format" in found[0].explanation


def test_a_path_too_long_for_a_name_is_named_by_device_and_inode(tmp_path: Path, office: Identity) -> None:
    deep = tmp_path.joinpath(*["ü" * 100] * 5)
    deep.mkdir(parents=True)
    (deep / "libssl.so").write_bytes(FLAWED)
    (found,) = inspect_files([str(deep)], who=office)
    assert found.evidence["facts"]["path"] is None
    assert found.evidence["subject"].endswith(f":{found.evidence['facts']['inode']}")
    KINDS["copy"].check(found.evidence["facts"])
    KINDS["copy"].check_subject(found.evidence["subject"], "run:" + "0a" * 16, found.evidence["facts"])


def test_a_libssl_is_loaded_only_where_that_is_asked_for_and_once_for_each_build(
    tmp_path: Path, ledger: str, office: Identity
) -> None:
    system = system_openssl()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "libssl.so.3").write_bytes(system.files[system.ssl])
        (tmp_path / folder / "libcrypto.so.3").write_bytes(system.files[system.crypto])
    assert all(each.evidence["proof"] is None for each in inspected(tmp_path))
    options = InspectOptions(prove="all")
    found = [
        each
        for each in inspect_files([str(tmp_path)], options, ledger=ledger, who=office)
        if each.evidence["proof"] is not None
    ]
    if found[0].reason != "not-offered":
        pytest.skip(f"cannot be had: this kernel holds {found[0].evidence['proof']['sandbox']}")
    assert [(each.verdict, each.reason, Path(each.path).parent.name) for each in found] == [
        ("not-affected", "not-offered", "a"),
        ("not-affected", "not-offered", "b"),
    ]
    assert found[0].evidence["proof"] == found[1].evidence["proof"]
    assert found[0].version == found[0].evidence["proof"]["version"].split()[1]
    with open_ledger(ledger) as kept:
        probes = list(kept.observations(kinds=["probe"]))
    assert [row.subject for row in probes] == [found[0].evidence["proof"]["subject"]]
    assert probes[0].values()["form"] == "library"


def test_a_libssl_in_an_archive_is_proved_with_what_lies_beside_it(tmp_path: Path) -> None:
    system = system_openssl()
    with zipfile.ZipFile(tmp_path / "app.whl", "w") as archive:
        archive.writestr("app/libssl.so.3", system.files[system.ssl])
        archive.writestr("app/libcrypto.so.3", system.files[system.crypto])
        archive.writestr("alone/libssl.so.3", system.files[system.ssl] + b"another build")
    found = {each.inside[-1]: each for each in inspected(tmp_path, prove="all")}
    proof = found["app/libssl.so.3"].evidence["proof"]
    if proof["facts"]["connections"][0]["failure"] == "sandbox-not-held":
        pytest.skip(f"cannot be had: this kernel holds {proof['sandbox']}")
    assert found["app/libssl.so.3"].reason == "not-offered"
    alone = found["alone/libssl.so.3"].evidence["proof"]["facts"]
    assert alone["connections"][0]["failure"] == "library-dependency"


def test_the_systems_own_is_proved_where_it_lies() -> None:
    paths = [folder / "libssl.so.3" for folder in FOLDERS if (folder / "libssl.so.3").is_file()]
    if not paths:
        pytest.skip("this system's OpenSSL 3 is not installed (Debian package libssl3)")
    (found,) = inspected(paths[0], prove="all")
    assert found.verdict == "not-affected"
    assert found.evidence["proof"] is not None


def test_a_host_is_its_packages_its_copies_and_its_processes(
    tmp_path: Path, ledger: str, office: Identity
) -> None:
    (tmp_path / "libssl.so").write_bytes(FLAWED)
    found = list(inspect_host([str(tmp_path)], InspectOptions(prove="none"), ledger=ledger, who=office))
    assert [
        each.reason for each in found if isinstance(each, Finding) and each.path.startswith(str(tmp_path))
    ] == ["flawed-version"]
    # Python itself, at the least, or what of it this user may not read.
    processes = [each for each in found if isinstance(each, ProcessFinding)]
    with open_ledger(ledger) as kept:
        rows = list(kept.rows())
        assert kept.verify().holds
    told = [each.evidence["observation"]["digest"] for each in found if each.evidence["observation"]]
    assert [row.digest for row in rows if row.kind in ("copy", "process")] == told
    assert len([row for row in rows if row.kind == "process"]) == len(processes)
    assert [row.kind for row in rows][-2:] == ["host", "run-end"]


def test_a_host_whose_collector_says_nothing_has_its_files_and_that_is_said(
    tmp_path: Path, ledger: str, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "libssl.so").write_bytes(FLAWED)
    monkeypatch.setattr(collecting, "COLLECTOR", tmp_path / "missing")
    found, gap = inspect_host([str(tmp_path / "files")], ledger=ledger, who=office)
    assert found.reason == "flawed-version"
    assert isinstance(gap, Finding)
    assert (gap.path, gap.verdict, gap.reason) == ("/proc", "inconclusive", "collector-failed")
    with open_ledger(ledger) as kept:
        (host,) = kept.observations(kinds=["host"])
    assert host.values()["unread"] == [{"what": "process", "where": "/proc", "why": "collector-failed"}]


def test_a_collector_that_is_cut_short_on_this_host_is_said(
    tmp_path: Path, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "collect.sh"
    script.write_bytes(b"cat <<'END'\n" + taken("--only", "system,packages")[:-20] + b"\nEND\n")
    monkeypatch.setattr(collecting, "COLLECTOR", script)
    assert [(each.verdict, each.reason) for each in inspect_host([str(tmp_path / "none")], who=office)] == [
        (None, "no-such-path"),
        ("inconclusive", "snapshot-cut"),
    ]


def test_a_look_that_is_ended_while_the_collector_runs_ends_without_a_gap(
    tmp_path: Path, ledger: str, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "collect.sh").write_text("sleep 600\n")
    monkeypatch.setattr(collecting, "COLLECTOR", tmp_path / "collect.sh")
    asked = iter([False] * 3)
    assert not list(
        inspect_host([str(tmp_path)], ledger=ledger, who=office, is_over=lambda: next(asked, True))
    )
    with open_ledger(ledger) as kept:
        assert list(kept.rows())[-1].values()["outcome"] == "interrupted"


def test_what_evidence_does_not_take_is_an_error_when_all_was_told(
    tmp_path: Path, ledger: str, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for a file that comes to facts which are none."""
    as_json = OpenSslCopy.as_json
    monkeypatch.setattr(
        OpenSslCopy,
        "as_json",
        lambda copy: as_json(copy) | ({"soname": ""} if copy.soname == "odd.so" else {}),
    )
    (tmp_path / "a.so").write_bytes(elf(exported=PUBLIC, kept=PUBLIC, texts=TEXT, soname="odd.so"))
    (tmp_path / "b.so").write_bytes(FLAWED)
    found: list[Finding] = []
    with pytest.raises(NotKeptError, match="1 row could not be written"):
        found.extend(
            inspect_files([str(tmp_path / "a.so"), str(tmp_path / "b.so")], ledger=ledger, who=office)
        )
    with open_ledger(ledger) as kept:
        rows = list(kept.rows())
    assert [row.kind for row in rows if row.kind != "package"] == ["run", "copy", "host", "run-end"]
    assert rows[-1].values()["outcome"] == "interrupted"


def test_a_member_without_a_name_is_not_the_file_itself(
    tmp_path: Path, ledger: str, office: Identity
) -> None:
    (tmp_path / "libssl.so.gz").write_bytes(gzip.compress(FLAWED, mtime=0))
    (found,) = inspect_files([str(tmp_path / "libssl.so.gz")], ledger=ledger, who=office)
    facts = found.evidence["facts"]
    assert found.inside
    assert (facts["inside"], facts["bytes"]) == (list(found.inside), len(FLAWED))
    assert found.evidence["observation"] is not None


@pytest.mark.parametrize("how", [{"prove": "some"}, {"seconds": 0}, {"seconds": -1.0}, {"search_seconds": 0}])
def test_options_that_make_no_sense(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is all, packaged or none|are above zero"):
        InspectOptions(**how)  # type: ignore[arg-type]


def taken(*arguments: str) -> bytes:
    """A snapshot of this host."""
    return subprocess.run(
        ["sh", str(collecting.COLLECTOR), *arguments], capture_output=True, check=True, timeout=100
    ).stdout


def test_a_snapshot_is_judged_as_of_its_own_host(ledger: str, office: Identity) -> None:
    data = taken("--only", "system,packages,processes,sockets")
    options = InspectOptions(prove="none")
    found = list(inspect_snapshot([data], options, ledger=ledger, who=office))
    with open_ledger(ledger) as kept:
        rows = list(kept.rows())
        assert kept.verify().holds
    host = rows[-2]
    assert (host.kind, host.subject) == ("host", this_host())
    assert host.values()["look"]["how"] == "snapshot"
    assert {row.vantage for row in rows} == {office.vantage}
    assert len([row for row in rows if row.kind == "process"]) == len(
        [each for each in found if isinstance(each, ProcessFinding)]
    )


def test_a_snapshot_that_was_cut_has_its_findings_and_then_is_refused(office: Identity) -> None:
    data = taken("--only", "system,processes")
    found = inspect_snapshot([data[: len(data) * 2 // 3]], InspectOptions(prove="none"), who=office)
    with pytest.raises(SnapshotError) as caught:
        list(found)
    assert caught.value.code == "cut"
    with pytest.raises(SnapshotError):
        list(inspect_snapshot([b"junk\n"], who=office))


def test_another_host_over_ssh(tmp_path: Path, office: Identity) -> None:
    """By a stand-in for ssh, which runs the command here; the real one: tests/live."""
    (tmp_path / "ssh").write_text("#!/bin/sh\nexec sh -s -- --only system,processes\n")
    (tmp_path / "ssh").chmod(0o755)
    found = inspect_over_ssh(
        "root@web1", InspectOptions(prove="none"), ssh=[str(tmp_path / "ssh")], who=office
    )
    assert {each.host for each in found} <= {"root@web1"}
    assert collector().startswith("#!/bin/sh")
