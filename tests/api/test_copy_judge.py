"""From a copy to what is said of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from hemostat.api import Finding, Identity
from hemostat.api.copy_judge import CopyJudge, Prove, encoded_path
from hemostat.api.notes import Notes
from hemostat.api.packages import Packages
from hemostat.api.sources import Code, Here
from hemostat.assess import verdicts
from hemostat.assess.rule import Verdict
from hemostat.binaries import read_openssl
from hemostat.detect.hosts.files import SeenCopy, SeenNothing, look_into
from hemostat.detect.hosts.owners import Owner
from hemostat.detect.hosts.proving.prove import Libraries, Proof
from hemostat.evidence import KINDS, EvidenceError
from tests.api.test_inspection import FLAWED
from tests.api.test_packages import FIXED, snapshot

HOST = "host:name=web1"


def judged(
    path: Path, office: Identity, *, owner: Owner | None = None, prove: Prove = "none"
) -> list[Finding]:
    def owners(paths: Iterable[str]) -> dict[str, Owner]:
        return {} if owner is None else dict.fromkeys(paths, owner)

    judge = CopyJudge(prove, HOST, Notes(None, office, "test"), Packages(snapshot(FIXED), owners), Here(None))
    return [judge.copy(seen) for seen in look_into([str(path)]) if isinstance(seen, SeenCopy)]


@pytest.fixture
def flawed(tmp_path: Path) -> Path:
    path = tmp_path / "libssl.so.1.0.0"
    path.write_bytes(FLAWED)
    return path


def test_a_file_of_a_package_has_its_packages_verdict_and_names_it(flawed: Path, office: Identity) -> None:
    (found,) = judged(flawed, office, owner=Owner("dpkg", "libssl1.0.0", "amd64"))
    assert (found.verdict, found.reason) == ("patched", "fixed-package")
    assert found.evidence["facts"]["owner"]["version"] == "1.0.1e-2+deb7u5"
    assert found.evidence["subject"] == f"copy:{HOST}:{flawed}"
    KINDS["copy"].check(found.evidence["facts"])


def test_a_file_of_nobody_is_judged_by_itself(flawed: Path, office: Identity) -> None:
    (found,) = judged(flawed, office)
    assert (found.verdict, found.reason) == ("inconclusive", "flawed-version")
    assert found.evidence["facts"]["owner"] is None


@pytest.mark.parametrize(
    ("prove", "owned", "is_proved"),
    [("none", True, False), ("packaged", False, False), ("packaged", True, True), ("all", False, True)],
)
def test_what_is_loaded(flawed: Path, office: Identity, prove: Prove, owned: bool, is_proved: bool) -> None:
    owner = Owner("dpkg", "libssl1.0.0", "amd64") if owned else None
    (found,) = judged(flawed, office, owner=owner, prove=prove)
    assert (found.evidence["proof"] is not None) is is_proved
    if is_proved:
        # It is no library that a loader would take, so what comes of the proof is no verdict.
        assert "It was put to the proof" in found.explanation
        assert found.evidence["proof"]["facts"]["connections"][0]["failure"] is not None


def test_what_is_mapped_and_gone_is_named_by_its_inode(office: Identity) -> None:
    copy = read_openssl(FLAWED)
    assert copy is not None
    judge = CopyJudge("none", HOST, Notes(None, office, "test"), Packages(None, lambda paths: {}), Here(None))
    code = Code(copy, "3f" * 32, len(FLAWED), FLAWED, None)
    found = judge.mapped("/usr/lib/libssl.so", (8, 1), 77, code, 4711, deleted=True)
    assert found is not None
    assert found.evidence["subject"] == f"copy:{HOST}:8,1:77"
    assert found.evidence["facts"]["deleted"] is True
    KINDS["copy"].check(found.evidence["facts"])
    KINDS["copy"].check_subject(found.evidence["subject"], "run:" + "0a" * 16, found.evidence["facts"])


def test_what_could_not_be_read_is_noted_for_the_host(office: Identity) -> None:
    judge = CopyJudge("none", HOST, Notes(None, office, "test"), Packages(None, lambda paths: {}), Here(None))
    for number in range(300):
        judge.nothing(SeenNothing(f"/big/{number}\x1b", (), "limit-size"))
    judge.nothing(SeenNothing("/mnt", (), "other-file-system"))
    assert (len(judge.unread), judge.unread_count) == (256, 300)
    assert "\x1b" not in judge.unread[0]["where"]


def test_what_is_mapped_and_cannot_be_read_is_no_finding(office: Identity) -> None:
    judge = CopyJudge("none", HOST, Notes(None, office, "test"), Packages(None, lambda paths: {}), Here(None))
    code = Code(None, None, 0, b"", "permission")
    assert judge.mapped("/usr/lib/libssl.so", (8, 1), 77, code, 4711, deleted=True) is None


def test_a_path_as_names_have_it() -> None:
    assert encoded_path("/opt/my app/\udcff") == "/opt/my%20app/%FF"
    with pytest.raises(EvidenceError):
        encoded_path("relative")


def judge_of(office: Identity, prove: Prove = "packaged") -> CopyJudge:
    """Every path is OpenSSL's package's."""
    owner = Owner("dpkg", "libssl1.0.0", "amd64")
    packages = Packages(snapshot(FIXED), lambda paths: dict.fromkeys(paths, owner))
    return CopyJudge(prove, HOST, Notes(None, office, "test"), packages, Here(None))


@pytest.mark.parametrize("is_own", [True, False])
def test_what_is_mapped_is_a_packages_only_where_it_is_the_file_on_the_own_disk(
    office: Identity, monkeypatch: pytest.MonkeyPatch, is_own: bool
) -> None:
    """A process names the path; in mounts of its own it can put anything there."""
    looked_beside: list[str] = []

    def lookup(path: str, inside: tuple[str, ...]) -> Callable[[str], bytes | None]:
        looked_beside.append(path)
        return lambda name: None

    judge = judge_of(office)
    monkeypatch.setattr(judge._source, "lookup", lookup)
    code = Code(read_openssl(FLAWED), sha256(FLAWED).hexdigest(), len(FLAWED), FLAWED, None, is_own=is_own)
    found = judge.mapped("/usr/lib/libssl.so.3", (8, 1), 77, code, 4711, deleted=False)
    assert found is not None
    assert found.reason == ("fixed-package" if is_own else "flawed-version")
    assert (found.evidence["proof"] is not None) is is_own
    assert (found.evidence["facts"]["owner"] is not None) is is_own
    assert looked_beside == (["/usr/lib/libssl.so.3"] if is_own else [])
    deleted = judge_of(office).mapped("/usr/lib/libssl.so.3", (8, 1), 77, code, 4711, deleted=True)
    assert deleted is not None
    assert deleted.evidence["proof"] is None


def test_what_is_mapped_at_a_path_too_long_for_a_name_is_told_all_the_same(office: Identity) -> None:
    code = Code(read_openssl(FLAWED), "3f" * 32, len(FLAWED), FLAWED, None)
    found = judge_of(office, "none").mapped(
        "/ü" + "/".join(["ü" * 120] * 8), (8, 1), 77, code, 1, deleted=True
    )
    assert found is not None
    assert found.evidence["facts"]["path"] is None
    KINDS["copy"].check(found.evidence["facts"])


def test_a_copy_that_is_not_the_whole_file_is_no_file_of_a_package(flawed: Path, office: Identity) -> None:
    (seen,) = look_into([str(flawed)])
    assert isinstance(seen, SeenCopy)
    found = judge_of(office).copy(seen._replace(place=seen.place._replace(size=1)))
    assert found.inside == ("?",)
    assert (found.reason, found.evidence["proof"]) == ("flawed-version", None)
    KINDS["copy"].check(found.evidence["facts"])


def test_by_another_name_of_a_file_its_bytes_are_read_again(flawed: Path, office: Identity) -> None:
    (seen,) = look_into([str(flawed)])
    assert isinstance(seen, SeenCopy)
    without = seen._replace(found=replace(seen.found, data=b""))
    assert judge_of(office).copy(without).evidence["proof"] is not None
    flawed.write_bytes(FLAWED + b"another by now")
    assert judge_of(office).copy(without).evidence["proof"] is None


def test_a_proof_that_decides_nothing_is_tried_again_elsewhere_but_not_for_ever(
    tmp_path: Path, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hemostat.detect.hosts.proving import prove

    asked: list[object] = []
    proved = prove.prove

    def counted(libraries: Libraries) -> Proof:
        asked.append(libraries)
        return proved(libraries)

    monkeypatch.setattr(prove, "prove", counted)
    for name in "abcdef":
        (tmp_path / name).write_bytes(FLAWED)
    judge = judge_of(office, "all")
    found = [judge.copy(seen) for seen in look_into([str(tmp_path)]) if isinstance(seen, SeenCopy)]
    assert len(asked) == 4
    assert all(each.evidence["proof"] is not None for each in found)
    monkeypatch.setattr(verdicts, "judge", lambda facts: Verdict("patched", "x", "x", "x"))
    judge, before = judge_of(office, "all"), len(asked)
    for seen in look_into([str(tmp_path)]):
        if isinstance(seen, SeenCopy):
            judge.copy(seen)
    assert len(asked) == before + 1
