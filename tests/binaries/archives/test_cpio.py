"""cpio."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings

from hemostat.binaries.archives.cpio import members_of_cpio
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import a_cpio, forward, in_bits, read_all
from tests.wire.damage import garbled

FILES = {"./usr/lib/libssl.so.1.0.1e": b"contents", "a": b"", "b\udcff": b"x" * 5}
CPIO = a_cpio(FILES)
EXPECTED = [(b"./usr/lib/libssl.so.1.0.1e", b"contents"), (b"a", b""), (b"b\xff", b"xxxxx")]


@pytest.mark.parametrize("make", [forward, in_bits])
@pytest.mark.parametrize("magic", [b"070701", b"070702"])
def test_members(make: type, magic: bytes) -> None:
    assert read_all(members_of_cpio(make(a_cpio(FILES, magic=magic) + b"\0" * 100))) == EXPECTED


def test_what_was_not_read_is_passed_over() -> None:
    assert [member.name for member in members_of_cpio(forward(CPIO))] == [name for name, _ in EXPECTED]


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o020600, 0o010644])
def test_links_folders_devices_and_pipes_are_no_members(mode: int) -> None:
    assert read_all(members_of_cpio(forward(a_cpio({"a": b"target"}, mode=mode)))) == []


def test_what_the_real_cpio_writes(tmp_path: Path) -> None:
    program = shutil.which("cpio")
    if program is None:
        pytest.skip("cpio is not installed (Debian package cpio)")
    (tmp_path / "one").write_bytes(b"1" * 1000)
    (tmp_path / "two").write_bytes(b"")
    made = subprocess.run(
        [program, "-o", "-H", "newc", "--quiet"],
        cwd=tmp_path,
        input=b"one\ntwo\n",
        capture_output=True,
        check=True,
    )
    assert read_all(members_of_cpio(forward(made.stdout))) == [(b"one", b"1" * 1000), (b"two", b"")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "truncated"),
        (CPIO[:50], "truncated"),
        (CPIO[:-130], "truncated"),
        (CPIO.replace(b"070701", b"07070X"), "malformed"),
        (b"070701" + b"0" * 104, "malformed"),
        (b"070701" + b"0" * 88 + b"FFFFFFFF" + b"0" * 8, "malformed"),
        (b"070701" + b"G" * 104, "malformed"),
    ],
)
def test_damaged(data: bytes, code: str) -> None:
    assert outcome(lambda: read_all(members_of_cpio(forward(data)))) == code


@settings(max_examples=60)
@given(garbled(CPIO))
def test_garbled(data: bytes) -> None:
    outcome(lambda: read_all(members_of_cpio(forward(data))))
