"""The child's two pipes: frames, and who hangs up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.detect.hosts.proving.child import HEADER, frame

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cannot be had: the sandbox is Linux's")
SOURCE = Path(__file__).parents[4] / "src"


def child(said: bytes, libraries: list[int] | None = None) -> subprocess.CompletedProcess[bytes]:
    specification = {"libraries": libraries or [99], "ssl": 0, "crypto": 0, "memory": 1 << 30, "seconds": 5}
    return subprocess.run(
        [sys.executable, "-m", "hemostat.detect.hosts.proving.child", json.dumps(specification)],
        input=said,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_frame_is_a_letter_a_length_and_so_many_bytes() -> None:
    assert frame(b"D", b"abc") == b"D\0\0\0\3abc"
    assert len(frame(b"N")) == HEADER


def test_a_library_that_is_not_there_is_reported() -> None:
    done = child(frame(b"K", b"certificate") + frame(b"P", b"key"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout[:1] == b"R"
    report = json.loads(done.stdout[HEADER:])
    assert report["version"] is None
    assert report["failure"] in ("library-dependency", "library-refused", "sandbox-not-held")
    assert report["sandbox"]["limits"] == "held"


@pytest.mark.parametrize("said", [b"", b"K", frame(b"K", b"x"), b"K\xff\xff\xff\xff" + bytes(100)])
def test_who_hangs_up_or_speaks_nonsense_is_left_without_a_word(said: bytes) -> None:
    done = child(said)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
