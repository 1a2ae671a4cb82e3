"""`inspect` on a process that has the real OpenSSL 1.0.2q in memory, whose files were deleted."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.peers import sshd
from tests.live.peers.openssl102q_library import _ORDER
from tests.live.peers.processes import python_path

HOLD = """
import ctypes, sys
for path in sys.argv[1:]:
    ctypes.CDLL(path)
print(flush=True)
sys.stdin.read()
"""


def inspect(*arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "hemostat", "inspect", "--json", "--no-ledger", *arguments],
        env={**os.environ, "PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def libraries_in(folder: Path, source: Path) -> list[str]:
    """Copies of the wheel's libraries, in the order in which they are loaded."""
    folder.mkdir(exist_ok=True)
    found = []
    for prefix in _ORDER:
        original = next(source.glob(f"{prefix}*"))
        shutil.copy(original, folder / original.name)
        found.append(str(folder / original.name))
    return found


@pytest.fixture
def holder(tmp_path: Path, openssl102q_libraries: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A small server's stand-in: a process that has loaded a copy of the library, which then is deleted."""
    folder = tmp_path / "opt"
    libraries = libraries_in(folder, openssl102q_libraries)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, *libraries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    for each in libraries:
        Path(each).unlink()
    yield process, folder
    process.communicate()


def of_process(found: list[dict[str, Any]], pid: int) -> dict[str, Any] | None:
    return next((each for each in found if each["kind"] == "process" and each["pid"] == pid), None)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="cannot be had: a deleted file is read through /proc by root alone"
)
def test_a_deleted_library_is_proved_from_its_mapping_and_a_restart_asked_until_it_is_done(
    holder: tuple[subprocess.Popen[str], Path], openssl102q_libraries: Path
) -> None:
    process, folder = holder
    found = inspect("--prove", "all", "--search", str(folder))
    (copy,) = [
        each for each in found if each["kind"] == "copy" and each["path"].startswith(f"{folder}/libssl-")
    ]
    proof = copy["evidence"]["proof"]
    if proof["facts"]["connections"][0]["failure"] == "sandbox-not-held":
        pytest.skip(f"cannot be had: this kernel holds {proof['sandbox']}")
    assert (copy["verdict"], copy["reason"], copy["evidence"]["facts"]["deleted"]) == (
        "patched",
        "own-bytes-ignored",
        True,
    )
    runs = of_process(found, process.pid)
    assert runs is not None
    assert (runs["verdict"], runs["reason"], runs["restart"]) == (
        "patched",
        "safe-and-gone",
        "not-before-upgrade",
    )
    assert copy["evidence"]["facts"]["build"] in [
        each["build"] for each in runs["evidence"]["facts"]["mapped"]
    ]

    # The restart.
    libraries = libraries_in(folder, openssl102q_libraries)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, *libraries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as again:
        assert again.stdout is not None
        again.stdout.readline()
        runs = of_process(inspect("--prove", "all", "--search", str(folder)), again.pid)
        assert runs is not None
        assert (runs["verdict"], runs["reason"], runs["restart"]) == ("patched", "runs-patched-code", "no")
        again.communicate()


OWN_MOUNTS = """
import ctypes, subprocess, sys
own, systems, crypto = sys.argv[1:]
subprocess.run(["mount", "--bind", own, systems], check=True)
ctypes.CDLL(crypto)
ctypes.CDLL(systems)
print(flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="cannot be had: who looks at others' mounts is root")
@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_only_a_process_own_mounts_show_at_a_packages_path_is_not_loaded(
    tmp_path: Path, is_deleted: bool
) -> None:
    """Anybody may mount a file of his own over the system's libssl, in a namespace of his own."""
    systems = next((path for path in Path("/usr/lib").glob("*-linux-gnu/libssl.so.3")), None)
    if systems is None:
        pytest.skip("this system's OpenSSL 3 is not installed (Debian package libssl3)")
    own = tmp_path / "libssl.so.3"
    own.write_bytes(systems.read_bytes() + b"another build")
    build = hashlib.sha256(own.read_bytes()).hexdigest()
    arguments = [str(own), str(systems), str(systems.with_name("libcrypto.so.3"))]
    with subprocess.Popen(
        ["unshare", "-Urm", sys.executable, "-c", OWN_MOUNTS, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            pytest.skip("cannot be had: this kernel gives users no namespaces")
        if is_deleted:
            own.unlink()
        (tmp_path / "empty").mkdir()
        found = inspect("--search", str(tmp_path / "empty"))
        process.communicate()
    (copy,) = [
        each for each in found if each["kind"] == "copy" and each["evidence"]["facts"]["build"] == build
    ]
    assert copy["path"].endswith("libssl.so.3")
    assert copy["evidence"]["facts"]["deleted"] is is_deleted
    assert copy["evidence"]["proof"] is None
    assert copy["evidence"]["facts"]["owner"] is None


@pytest.fixture
def holder_of_the_systems() -> Iterator[subprocess.Popen[str]]:
    """A process that has this system's own libssl in memory."""
    program = "import ssl, sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate()


def test_every_process_that_has_libssl_mapped_is_told(holder_of_the_systems: subprocess.Popen[str]) -> None:
    """Beside what /proc says to whoever asks it directly."""
    holder = holder_of_the_systems
    holding = set[int]()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            if any(b"libssl.so" in line and b" r-xp " in line for line in maps.read_bytes().splitlines()):
                holding.add(int(maps.parent.name))
        except OSError:
            continue
    found = inspect("--prove", "none", "--search", "/usr/lib")
    told = {each["pid"] for each in found if each["kind"] == "process"}
    still = {pid for pid in holding if Path(f"/proc/{pid}").exists()}
    assert holder.pid in still
    assert still <= told


def test_another_host_is_looked_at_over_ssh_and_nothing_is_left_behind(tmp_path: Path) -> None:
    """A real sshd on loopback, and a real ssh with a key of the test's own."""
    with sshd.server(tmp_path / "sshd", accounts=True) as peer:
        key = tmp_path / "sshd" / "user_key"
        ssh = (
            f"ssh -F none -p {peer.port} -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        )
        user = getpass.getuser()
        way = ["--search-seconds", "5", "--ssh", f"{ssh} -o LogLevel=ERROR"]
        found = inspect("--prove", "none", *way, f"{user}@127.0.0.1")
    folders = (Path.home(), Path("/tmp"))
    assert not [each for folder in folders for each in folder.iterdir() if each.name == "collect.sh"]
    assert {each["host"] for each in found} == {f"{user}@127.0.0.1"}
    told = {each["pid"] for each in found if each["kind"] == "process"}
    assert told
