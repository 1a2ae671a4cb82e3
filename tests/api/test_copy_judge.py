"""From a copy to what is said of it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from hemostat.api import Finding, Identity
from hemostat.api.copy_judge import CopyJudge, Prove, encoded_path
from hemostat.api.notes import Notes
from hemostat.api.packages import Packages
from hemostat.api.sources import Code, Here
from hemostat.detect.hosts.files import SeenCopy, SeenNothing, look_into
from hemostat.detect.hosts.owners import Owner
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
    from hemostat.binaries import read_openssl

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
