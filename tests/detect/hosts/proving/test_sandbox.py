"""What a locked-down process can no longer do: tried in children of their own."""

import json
import os
import platform
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from hemostat.detect.hosts.proving.sandbox import LAYERS, Sandbox, _instructions

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="cannot be had: Landlock and seccomp are Linux's"
)
SOURCE = Path(__file__).parents[4] / "src"


def a_library() -> str:
    """One of this system's that Python has not loaded."""
    loaded = Path("/proc/self/maps").read_text()
    (folder,) = {Path(line.split()[-1]).parent for line in loaded.splitlines() if line.endswith("/libc.so.6")}
    return next(str(each) for each in sorted(folder.glob("libpam*.so.*")) if str(each) not in loaded)


def inside(code: str, *, memory: int = 1 << 30, seconds: int = 10) -> Any:
    """Lock a child down, then run code that sets `said`; what that is, as JSON has it. `held` is what held."""
    program = (
        "import ctypes, errno, json, os, resource, signal, socket, subprocess, sys, threading\n"
        "from hemostat.detect.hosts.proving.sandbox import lock_down\n"
        f"held = lock_down(memory={memory}, seconds={seconds})\n"
        "def refused(call):\n"
        "    try:\n"
        "        call()\n"
        "    except (OSError, RuntimeError, ValueError):\n"
        "        return True\n"
        "    return False\n"
        f"elsewhere = {a_library()!r}\n"
        f"{textwrap.dedent(code)}\n"
        "os.write(1, json.dumps(said).encode())\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def must_hold() -> None:
    held = inside("said = held")
    if any(held[layer] != "held" for layer in ("landlock", "seccomp")):
        pytest.skip(f"cannot be had: this kernel holds {held}")


def test_what_held_is_told_of_every_layer() -> None:
    held = inside("said = held")
    assert list(held) == list(LAYERS)
    assert held["limits"] == "held"


@pytest.mark.parametrize(
    "call",
    [
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "os.listdir('/')",
        "open('/tmp/hemostat-sandbox-test', 'w')",
        "os.open('/dev/null', os.O_WRONLY)",
        "os.unlink('/tmp/hemostat-sandbox-test')",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
        "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (64, 64))",
        "resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE)",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
        "threading.Thread(target=print).start()",
        "os.memfd_create('x')",
        "os.chdir('/tmp')",
        "ctypes.CDLL(elsewhere)",
    ],
)
def test_nothing_outside_can_be_reached(call: str) -> None:
    must_hold()
    assert inside(f"said = refused(lambda: {call})") is True


def test_what_is_open_stays_so() -> None:
    must_hold()
    assert inside("said = [os.getpid() > 0, len(os.urandom(8)), os.write(2, b'')]") == [True, 8, 0]


def test_its_own_limits_can_be_read() -> None:
    must_hold()
    code = "said = [resource.getrlimit(resource.RLIMIT_CORE), resource.prlimit(0, resource.RLIMIT_FSIZE)]"
    assert inside(code) == [[0, 0], [0, 0]]


def test_memory_has_an_end() -> None:
    must_hold()
    code = """
        said = False
        try:
            bytearray(1 << 31)
        except MemoryError:
            said = True
    """
    assert inside(code, memory=1 << 30) is True


def test_time_has_an_end() -> None:
    must_hold()
    with pytest.raises(subprocess.CalledProcessError) as caught:
        inside("while True: pass", seconds=1)
    assert caught.value.returncode < 0


def test_both_must_hold_for_files_and_network() -> None:
    assert Sandbox({"landlock": "held", "seccomp": "held"}).files_and_network
    assert not Sandbox({"landlock": "held", "seccomp": "enosys"}).files_and_network
    assert not Sandbox({"seccomp": "held"}).files_and_network


def test_a_machine_whose_numbers_are_not_known_has_no_filter() -> None:
    with pytest.raises(KeyError):
        _instructions("riscv64")
    assert all(len(each) == 8 for each in _instructions("aarch64"))
    assert len(_instructions("x86_64")) < 256, "jumps are a byte"
    assert platform.machine()
