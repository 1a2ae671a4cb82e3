"""The child's two pipes: frames, and who hangs up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.detect.hosts.proving.child import HEADER, frame
from hemostat.detect.hosts.proving.reports import read_loaded, read_sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cannot be had: the sandbox is Linux's")
SOURCE = Path(__file__).parents[4] / "src"


def child(said: bytes, parent: int | None = None) -> subprocess.CompletedProcess[bytes]:
    specification = {
        "parent": parent or os.getpid(),
        "libraries": [99],
        "ssl": 0,
        "crypto": 0,
        "memory": 1 << 30,
        "seconds": 5,
    }
    return subprocess.run(
        [sys.executable, "-m", "hemostat.detect.hosts.proving.child", json.dumps(specification)],
        input=said,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        timeout=60,
        check=False,
    )


def read(said: bytes) -> dict[bytes, bytes]:
    """Its frames, each of another letter, in order."""
    frames = {}
    while said:
        end = HEADER + int.from_bytes(said[1:HEADER], "big")
        frames[said[:1]], said = said[HEADER:end], said[end:]
    return frames


def test_a_frame_is_a_letter_a_length_and_so_many_bytes() -> None:
    assert frame(b"D", b"abc") == b"D\0\0\0\3abc"
    assert len(frame(b"N")) == HEADER


def test_a_library_that_is_not_there_is_reported() -> None:
    done = child(frame(b"K", b"certificate") + frame(b"P", b"key"))
    assert (done.returncode, done.stderr) == (0, b"")
    frames = read(done.stdout)
    sandbox = read_sandbox(frames.pop(b"S"))
    assert sandbox["limits"] == "held"
    if not sandbox.files_and_network:
        pytest.skip(f"cannot be had: this kernel holds {sandbox}")
    loaded = read_loaded(frames.pop(b"R"))
    assert loaded.version is None
    assert loaded.failure in ("library-dependency", "library-refused")
    assert not frames


def test_without_the_parent_that_it_is_told_of_it_ends() -> None:
    done = child(frame(b"K", b"certificate") + frame(b"P", b"key"), parent=1)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("said", [b"", b"K", frame(b"K", b"x"), b"K\xff\xff\xff\xff" + bytes(100)])
def test_who_hangs_up_or_speaks_nonsense_is_left_without_a_word(said: bytes) -> None:
    done = child(said)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
