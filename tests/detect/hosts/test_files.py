"""Folders walked for copies of OpenSSL."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from hemostat.binaries import Limits
from hemostat.detect.hosts.files import Progress, Search, SeenCopy, SeenNothing, look_into
from tests.binaries.elves import elf

LIBSSL = elf(
    exported=("SSL_CTX_new", "SSL_new", "SSL_do_handshake", "tls1_process_heartbeat"),
    texts=b"OpenSSL 1.0.1e 11 Feb 2013\0",
    soname="libssl.so.1.0.0",
)


def seen(*paths: Path | str, **how: object) -> list[tuple[str, str]]:
    """Where, from the first path on, and what: the version of a copy, or why there was none."""
    found = []
    for each in look_into(list(map(str, paths)), Search(**how)):  # type: ignore[arg-type]
        if isinstance(each, SeenCopy):
            found.append(("!".join((each.place.path, *each.found.inside)), each.found.copy.version or ""))
        else:
            found.append(("!".join((each.path, *each.inside)), each.why))
    top = os.path.realpath(paths[0])
    return [(path.removeprefix(f"{top}/"), what) for path, what in found]


def test_a_tree_in_the_order_of_its_names_archives_too(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "libssl.so").write_bytes(LIBSSL)
    (tmp_path / "a.txt").write_text("nothing")
    (tmp_path / "empty").write_bytes(b"")
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "b" / "libssl.so", "usr/lib/libssl.so")
    progress = Progress()
    assert list(look_into([str(tmp_path)], progress=progress))
    assert seen(tmp_path) == [("c.tar.gz!usr/lib/libssl.so", "1.0.1e"), ("b/libssl.so", "1.0.1e")]
    assert (progress.files, progress.path) == (4, str(tmp_path / "b" / "libssl.so"))
    assert progress.bytes > len(LIBSSL)


def test_what_was_read_to_its_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "libssl.so").write_bytes(LIBSSL)
    (tmp_path / "nothing").write_text("nothing")
    (tmp_path / "sealed.cpio").write_bytes(b"070707" + b"0" * 70)
    (tmp_path / "large.so").write_bytes(LIBSSL * 2)
    read: list[str] = []
    search = Search(limits=Limits(size=len(LIBSSL) * 3 // 2))
    assert list(look_into([str(tmp_path)], search, on_read=lambda place: read.append(Path(place.path).name)))
    assert read == ["libssl.so", "nothing"]


def test_where_a_copy_lies_is_told(tmp_path: Path) -> None:
    path = tmp_path / "libssl.so"
    path.write_bytes(LIBSSL)
    status = path.stat()
    (found,) = look_into([str(path)])
    assert isinstance(found, SeenCopy)
    assert found.place == (
        str(path),
        (os.major(status.st_dev), os.minor(status.st_dev)),
        status.st_ino,
        len(LIBSSL),
    )


def test_what_is_no_plain_file_is_passed_over_and_nothing_waits_for_it(tmp_path: Path) -> None:
    (tmp_path / "libssl.so").write_bytes(LIBSSL)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("libssl.so")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "up").symlink_to("..", target_is_directory=True)
    assert seen(tmp_path) == [("libssl.so", "1.0.1e")]
    assert seen(tmp_path / "fifo") == [(str(tmp_path / "fifo"), "no-file")]
    assert seen(tmp_path / "link") == [(str(tmp_path / "libssl.so"), "1.0.1e")], (
        "a link that is given is followed"
    )


@pytest.mark.parametrize("name", ["dangling", "missing", "loop"])
def test_a_path_that_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (found,) = look_into([str(tmp_path / name)])
    assert isinstance(found, SeenNothing)
    assert (found.path, found.why) == (
        str(tmp_path / name),
        "unreadable" if name == "loop" else "no-such-path",
    )


def test_a_file_of_many_names_is_told_of_by_each(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LIBSSL)
    os.link(tmp_path / "a", tmp_path / "b")
    assert seen(tmp_path) == [("a", "1.0.1e"), ("b", "1.0.1e")]


def test_a_folder_that_is_named_twice_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(LIBSSL)
    assert seen(tmp_path, tmp_path / "a", tmp_path) == [("a/x", "1.0.1e")]


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\n.so"
    Path(os.fsdecode(raw)).write_bytes(LIBSSL)
    (found,) = look_into([str(tmp_path)])
    assert isinstance(found, SeenCopy)
    assert os.fsencode(found.place.path) == raw


def test_a_sparse_file_and_a_limit(tmp_path: Path) -> None:
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(1 << 24)
        file.seek(0, os.SEEK_END)
        file.write(LIBSSL)
    assert [what for _, what in seen(tmp_path)] == ["1.0.1e"]
    assert seen(tmp_path, limits=Limits(bytes=1 << 20)) == [("sparse", "limit-bytes")]
    assert seen(tmp_path, limits=Limits(size=1 << 20)) == [("sparse", "limit-size")]


def test_a_file_has_its_time(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(LIBSSL)
    assert seen(tmp_path, seconds=-1.0) == [("x", "limit-time")]


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(LIBSSL)
    told = iter([False] * 3 + [True] * 100)
    assert len(list(look_into([str(tmp_path)], is_over=lambda: next(told)))) < 3
    assert list(look_into([str(tmp_path)], is_over=lambda: True)) == []


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(LIBSSL)
    told = iter([False])

    def change() -> bool:
        if not next(told, True):
            return False
        path.write_bytes(LIBSSL + b"more")
        return False

    copy, changed = look_into([str(path)], is_over=change)
    assert isinstance(copy, SeenCopy)
    assert changed == SeenNothing(str(path), (), "changed")


def test_a_folder_deeper_than_any_stack(tmp_path: Path) -> None:
    made = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("x").write_bytes(LIBSSL)
    finally:
        os.chdir(made)
    try:
        assert seen(tmp_path) == [("d/" * 1200 + "x", "1.0.1e")]
    finally:
        # Python's own way to remove it has not so deep a stack.
        subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="cannot be had: root may read everything")
def test_what_this_user_may_not_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LIBSSL)
    (tmp_path / "a").chmod(0)
    (tmp_path / "b").mkdir(mode=0)
    assert seen(tmp_path) == [("a", "permission"), ("b", "permission")]


def test_errors_of_the_system_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(LIBSSL)
    (tmp_path / "b").mkdir()
    opened, scanned = os.open, os.scandir

    def refuse_file(path: str, flags: int) -> int:
        if path.endswith("/a"):
            raise PermissionError(13, "no", path)
        return opened(path, flags)

    def refuse_folder(path: str) -> object:
        if path.endswith("/b"):
            raise OSError(5, "input/output error", path)
        return scanned(path)

    monkeypatch.setattr(os, "open", refuse_file)
    monkeypatch.setattr(os, "scandir", refuse_folder)
    assert seen(tmp_path) == [("a", "permission"), ("b", "unreadable")]
