"""This host, and a snapshot of another one, as sources of what is looked at."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from hemostat.api.sources import Here, Taken
from hemostat.detect.hosts import mappings
from hemostat.detect.hosts.files import Place, SeenCopy, SeenNothing
from hemostat.detect.hosts.mappings import MappedBytes
from hemostat.detect.hosts.owners import Owner, Owners
from hemostat.snapshots import Collector, Content, Copy, Library, Object, Process, Snapshot
from hemostat.snapshots import Owner as OwnerRecord
from tests.api.test_inspection import FLAWED, WITHOUT

TEXT = "OpenSSL 1.0.1e 11 Feb 2013"
ELF = "7f454c46020101000000000000000000"
DIGEST = hashlib.sha256(FLAWED).hexdigest()


def snapshot(*records: Any) -> Snapshot:
    kinds: dict[Any, list[Any]] = {}
    for each in records:
        kinds.setdefault(type(each), []).append(each)
    return Snapshot(
        collector=Collector(at=0, uid=0), records={kind: tuple(all_) for kind, all_ in kinds.items()}
    )


def a_copy(**said: Any) -> Copy:
    values: dict[str, Any] = {
        "path": "/usr/lib/libssl.so.1.0.0",
        "device": (8, 1),
        "inode": 77,
        "size": len(FLAWED),
        "magic": ELF,
        "sha256": DIGEST,
        "heartbeat": True,
        "texts": (TEXT,),
    }
    return Copy(**values | said)


def seen(*records: Any) -> list[tuple[str | None, str, str]]:
    """Version, form and why of each copy; or why there is none."""
    found: list[tuple[str | None, str, str]] = []
    for each in Taken(snapshot(*records)).files():
        if isinstance(each, SeenNothing):
            found.append((None, "nothing", each.why))
        else:
            found.append((each.found.copy.version, each.found.copy.form, each.found.copy.why))
    return found


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (a_copy(), [("1.0.1e", "unreadable", "symbol")]),
        (a_copy(heartbeat=False), [("1.0.1e", "unreadable", "unreadable")]),
        (
            a_copy(heartbeat=False, texts=("OpenSSL 3.0.11 19 Sep 2023",)),
            [("3.0.11", "unreadable", "version")],
        ),
        (
            a_copy(heartbeat=False, texts=("OpenSSL 0.9.8e 23 Feb 2007",)),
            [("0.9.8e", "unreadable", "version")],
        ),
        (
            a_copy(heartbeat=False, path="/usr/lib/libcrypto.so.1.0.0"),
            [("1.0.1e", "unreadable", "no-libssl")],
        ),
        (a_copy(heartbeat=False, texts=()), [(None, "unreadable", "unreadable")]),
        # Not code; a caller that speaks of a version; one that nothing speaks for.
        (
            a_copy(magic="2f2a2a0a", path="/usr/include/openssl/opensslv.h"),
            [("1.0.1e", "text-only", "symbol")],
        ),
        (a_copy(path="/opt/_ssl.so", texts=("OpenSSL 1.0.1",), heartbeat=False), []),
        (a_copy(path="/opt/x", texts=(), heartbeat=False), []),
        # What could not be read.
        (a_copy(sha256=None, why="permission"), [(None, "nothing", "permission")]),
        (a_copy(sha256=None, why="too-large"), [(None, "nothing", "limit-size")]),
        (a_copy(sha256=None, why=None), [(None, "nothing", "unreadable")]),
        (a_copy(path=None, object=3), []),
    ],
)
def test_what_a_collector_saw(record: Copy, expected: list[tuple[str | None, str, str]]) -> None:
    if expected and expected[0][1] == "text-only":
        expected = [(expected[0][0], "text-only", "no-code")]
    assert seen(record) == expected


def test_bytes_that_were_carried_along_are_read_and_must_be_what_their_digest_says() -> None:
    half = len(FLAWED) // 2
    pieces = [
        Content(sha256=DIGEST, offset=half, data=FLAWED[half:]),
        Content(sha256=DIGEST, offset=0, data=FLAWED[:half]),
    ]
    (whole,) = Taken(snapshot(a_copy(), *pieces)).files()
    assert isinstance(whole, SeenCopy)
    assert (whole.found.data, whole.found.copy.form) == (FLAWED, "shared")
    (cut,) = Taken(snapshot(a_copy(), pieces[0])).files()
    assert isinstance(cut, SeenCopy)
    assert (cut.found.data, cut.found.copy.form) == (b"", "unreadable")


def test_owners_by_either_spelling_of_a_path() -> None:
    source = Taken(
        snapshot(
            OwnerRecord(manager="dpkg", package="libssl1.0.0:amd64", path="/lib/libssl.so.1.0.0"),
            OwnerRecord(manager="rpm", package="openssl", path="/usr/lib64/libssl.so.10"),
        )
    )
    paths = ["/usr/lib/libssl.so.1.0.0", "/lib/libssl.so.1.0.0", "/lib64/libssl.so.10", "/opt/x"]
    assert source.owners(paths) == {
        "/usr/lib/libssl.so.1.0.0": Owner("dpkg", "libssl1.0.0", "amd64"),
        "/lib/libssl.so.1.0.0": Owner("dpkg", "libssl1.0.0", "amd64"),
        "/lib64/libssl.so.10": Owner("rpm", "openssl", None),
    }


def test_what_a_library_needs_comes_along_by_its_name() -> None:
    digest = hashlib.sha256(WITHOUT).hexdigest()
    source = Taken(
        snapshot(
            Library(name="libcrypto.so.1.0.0", path="/usr/lib/libcrypto.so.1.0.0", sha256=digest),
            Content(sha256=digest, offset=0, data=WITHOUT),
        )
    )
    for lookup in (source.lookup("/usr/lib/libssl.so", ()), source.lookup_mapped(7)):
        assert lookup("libcrypto.so.1.0.0") == WITHOUT
        assert lookup("libz.so.1") is None


def test_what_was_mapped_there() -> None:
    gone = Object(id=3, path="/usr/lib/libssl.so.1.0.0", device=(8, 1), inode=7, deleted=True)
    source = Taken(snapshot(a_copy(path=None, object=3)))
    code = source.mapped(gone, 4711)
    assert code is not None
    assert (code.sha256, code.why) == (DIGEST, None)
    code = Taken(snapshot(a_copy(path=None, object=3, sha256=None, why="permission"))).mapped(gone, 4711)
    assert code is not None
    assert (code.copy, code.why) == (None, "permission")
    code = Taken(snapshot()).mapped(gone, 4711)
    assert code is not None
    assert code.why == "unreadable"
    assert Taken(snapshot()).mapped(Object(id=4, path="/tmp/x", deleted=True), 4711) is None


def test_on_this_host_a_library_needs_what_its_process_has_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {1: "/opt/libcrypto.so.1.0.1e", 2: "/opt/libz.so.1", 3: "/opt/libssl.so"}
    objects = [Object(id=number, path=path, device=(8, 1), inode=number) for number, path in paths.items()]
    process = Process(pid=4711, start_ticks=1, objects=(1, 2, 3))

    def read(pid: int, device: object, inode: object, path: str, known: object = ()) -> MappedBytes:
        return MappedBytes(path.encode(), None)

    monkeypatch.setattr(mappings, "read_mapped", read)
    source = Here(snapshot(process, *objects))
    lookup = source.lookup_mapped(4711)
    assert lookup("libz.so.1") == b"/opt/libz.so.1"
    assert lookup("libcrypto.so.1.0.0") == b"/opt/libcrypto.so.1.0.1e"
    assert lookup("libnobody.so.1") is None
    assert source.lookup_mapped(5)("libz.so.1") is None


def test_owners_of_mapped_libraries_are_asked_for_at_once_and_each_path_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[set[str]] = []
    owner = Owner("dpkg", "libssl3", "amd64")

    def ask(self: Owners, paths: Iterable[str]) -> dict[str, Owner]:
        asked.append(set(paths))
        return {path: owner for path in asked[-1] if path.startswith("/usr/")}

    monkeypatch.setattr(Owners, "__call__", ask)
    here = Here(
        snapshot(
            Object(id=1, path="/usr/lib/libssl.so.3"),
            Object(id=2, path="/usr/lib/libcrypto.so.3", deleted=True),
            Object(id=3, path="/usr/lib/libc.so.6"),
        )
    )
    assert here.owners(["/opt/libssl.so"]) == {}
    assert asked == [{"/opt/libssl.so", "/usr/lib/libssl.so.3"}]
    assert here.owners(["/usr/lib/libssl.so.3", "/opt/libssl.so"]) == {"/usr/lib/libssl.so.3": owner}
    assert len(asked) == 1
    assert here.owners(["/usr/bin/openssl"]) == {"/usr/bin/openssl": owner}
    assert asked[1:] == [{"/usr/bin/openssl"}]


def test_what_was_read_on_the_disk_is_not_read_again_and_all_else_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process is stood in for: its maps hold what this says."""
    path = tmp_path / "app"
    path.write_bytes(FLAWED)
    status = path.stat()
    device = (os.major(status.st_dev), os.minor(status.st_dev))
    identity = (status.st_dev, status.st_ino)
    asked = []

    def read(pid: int, device: object, inode: object, path: str, known: object) -> MappedBytes:
        asked.append(path)
        return MappedBytes(FLAWED, None, identity)

    monkeypatch.setattr(mappings, "read_mapped", read)
    mapped = Object(id=1, path=str(path), device=device, inode=status.st_ino)
    source = Here(snapshot(mapped))
    source.has_read(Place("/elsewhere", device, status.st_ino + 1, 1))
    code = source.mapped(mapped, 4711)
    assert code is not None
    assert code.is_own
    source.has_read(Place(str(path), device, status.st_ino, len(FLAWED)))
    assert source.mapped(mapped, 4711) is None
    assert len(asked) == 1
    deleted = source.mapped(
        Object(id=1, path=str(path), device=device, inode=status.st_ino, deleted=True), 4711
    )
    assert deleted is not None
    assert not deleted.is_own
    # Its mounts are its own: another file lies at that path here.
    other = source.mapped(Object(id=1, path="/bin/sh", device=(0, 40), inode=7), 4711)
    assert other is not None
    assert not other.is_own


def test_the_mounts_of_a_host_are_its_inits_or_what_most_have() -> None:
    others = [Process(pid=pid, start_ticks=1, mount_namespace=9) for pid in (2, 3)]
    one = Process(pid=4, start_ticks=1, mount_namespace=8)
    assert Taken(snapshot(Process(pid=1, start_ticks=1, mount_namespace=8), *others)).mounts() == 8
    assert Taken(snapshot(Process(pid=1, start_ticks=1), *others, one)).mounts() == 9
    assert Taken(snapshot()).mounts() is None
    assert Here(None).mounts() == os.stat("/proc/self/ns/mnt").st_ino


def test_a_file_of_this_host_is_read_again_and_one_of_a_snapshot_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"data")
    assert Here(None).again(str(tmp_path / "x")) == b"data"
    assert Here(None).again(str(tmp_path / "y")) == b""
    assert Taken(snapshot()).again(str(tmp_path / "x")) == b""
