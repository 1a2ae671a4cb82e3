"""Files that processes have mapped."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hemostat.detect.hosts import mappings
from hemostat.detect.hosts.mappings import MappedBytes, read_mapped

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cannot be had: map_files is Linux's")
DATA = b"\x7fELF not, but mapped" * 1000
HOLD = """
import mmap, sys
file = open(sys.argv[1], "rb")
mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[int, Path, os.stat_result]]:
    """A process that has a file mapped."""
    path = tmp_path / "mapped file"
    path.write_bytes(DATA)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid, path, path.stat()
    process.communicate()


def device_of(status: os.stat_result) -> tuple[int, int]:
    return os.major(status.st_dev), os.minor(status.st_dev)


@pytest.mark.skipif(os.geteuid() != 0, reason="cannot be had: map_files wants root")
def test_a_mapped_file_is_read_after_it_was_deleted_and_another_stands_there(
    holder: tuple[int, Path, os.stat_result],
) -> None:
    pid, path, status = holder
    identity = (status.st_dev, status.st_ino)
    assert read_mapped(pid, device_of(status), status.st_ino, str(path)) == (DATA, None, identity)
    assert read_mapped(pid, device_of(status), status.st_ino, str(path), {identity}).why == "known"
    path.unlink()
    path.write_bytes(b"another")
    assert read_mapped(pid, device_of(status), status.st_ino, str(path)) == (DATA, None, identity)


@pytest.mark.skipif(os.geteuid() != 0, reason="cannot be had: map_files wants root")
def test_where_the_inode_is_not_known_the_path_tells(holder: tuple[int, Path, os.stat_result]) -> None:
    pid, path, _ = holder
    assert read_mapped(pid, None, None, str(path)).data == DATA


def test_what_is_not_mapped_or_gone(holder: tuple[int, Path, os.stat_result]) -> None:
    pid, path, status = holder
    assert read_mapped(pid, device_of(status), status.st_ino + 1, str(path)) == MappedBytes(
        None, "not-mapped"
    )
    assert read_mapped(1 << 22, device_of(status), status.st_ino, str(path)) == MappedBytes(None, "vanished")


def test_without_the_privilege_a_file_is_read_at_its_path_or_as_the_program_where_it_is_the_same(
    holder: tuple[int, Path, os.stat_result], monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, path, status = holder
    opened = os.open

    def without(link: str | bytes, *how: int) -> int:
        if b"map_files" in os.fsencode(link):
            raise PermissionError(1, "no")
        return opened(link, *how)

    monkeypatch.setattr(os, "open", without)
    assert read_mapped(pid, device_of(status), status.st_ino, str(path)).data == DATA
    path.unlink()
    path.write_bytes(b"another")
    assert read_mapped(pid, device_of(status), status.st_ino, str(path)).why == "permission"
    program = os.stat(f"/proc/{pid}/exe")
    read = read_mapped(pid, device_of(program), program.st_ino, "/no/longer/there")
    assert read.identity == (program.st_dev, program.st_ino)
    assert read.data is not None


def test_what_may_not_be_read_is_told(
    holder: tuple[int, Path, os.stat_result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid, path, status = holder

    def refuse(*_: object) -> int:
        raise PermissionError(13, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert read_mapped(pid, device_of(status), status.st_ino, str(path)) == MappedBytes(
            None, "permission"
        )
    with monkeypatch.context() as patch:
        patch.setattr(mappings, "_MOST_BYTES", 10)
        read = read_mapped(pid, device_of(status), status.st_ino, str(path))
        assert read.why in ("too-large", "permission")
    # A stand-in for /proc of a process whose map this user may not read, and of one that was garbled.
    monkeypatch.setattr(mappings, "_PROC", str(tmp_path / "proc"))
    (tmp_path / "proc" / "7").mkdir(parents=True)
    (tmp_path / "proc" / "7" / "maps").write_bytes(b"garbled\n00-ff r-xp 0 08:01 77 /x\n")
    assert read_mapped(7, (8, 1), 77, "/x") == MappedBytes(None, "vanished")
    assert read_mapped(7, (8, 1), 78, "/x") == MappedBytes(None, "not-mapped")
