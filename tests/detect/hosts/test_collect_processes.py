"""collect.sh on what runs here: processes that the suite starts, their libraries, their sockets."""

import ctypes
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hemostat.snapshots import LIMITS, Copy, Object, Process, Skipped, Snapshot, Socket, Unread, read_snapshot
from tests.detect.hosts.collector import SCRIPT, SHELLS, collect, shell

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, and this run is not root")


@contextmanager
def running(code: str, *arguments: str, program: str = sys.executable) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs `code`, once it has said that it is ready."""
    command = [program, "-c", f"{code}\nprint('ready', flush=True)\nimport sys; sys.stdin.read()", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def libssl() -> Path:
    """A libssl that can be loaded here."""
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"):
        for path in sorted(Path(folder).glob("libssl.so.[0-9]*")):
            try:
                ctypes.CDLL(str(path))
            except OSError:
                continue
            return path.resolve()
    pytest.skip("no libssl that could be loaded is here (Debian package libssl3)")


def process_of(snapshot: Snapshot, pid: int) -> Process:
    (found,) = [each for each in snapshot.of(Process) if each.pid == pid]
    return found


LOAD = "import ctypes, sys; library = ctypes.CDLL(sys.argv[1])"


@needs_root
@pytest.mark.parametrize("name", SHELLS)
def test_a_deleted_library_is_found_and_read_through_the_process(name: str, tmp_path: Path) -> None:
    library = tmp_path / "libssl.so.1.0.0"
    shutil.copy(libssl(), library)
    status, digest = library.stat(), hashlib.sha256(library.read_bytes()).hexdigest()
    with running(LOAD, str(library)) as process:
        library.unlink()
        found = collect("--only", "processes", by=shell(name))
    seen = process_of(found, process.pid)
    (mapped,) = [each for each in found.of(Object) if each.path == str(library)]
    assert mapped.deleted is True
    assert mapped.id in seen.objects
    assert mapped.inode == status.st_ino
    assert mapped.device == (os.major(status.st_dev), os.minor(status.st_dev))
    (copy,) = [each for each in found.of(Copy) if each.object == mapped.id]
    assert (copy.sha256, copy.inode, copy.size) == (digest, status.st_ino, status.st_size)


ENDED = """
import os, sys, threading, time
def goes_on():
    while ") Z " not in open(f"/proc/{os.getpid()}/stat").read():
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.read()
threading.Thread(target=goes_on).start()
ctypes.CDLL(None).pthread_exit(None)
"""
"""Ends the first thread of a process; another goes on, with all that they have mapped."""


@needs_root
@pytest.mark.parametrize("name", SHELLS)
def test_a_process_whose_first_thread_has_ended_is_told_by_another(name: str, tmp_path: Path) -> None:
    library = tmp_path / "libssl.so.1.0.0"
    shutil.copy(libssl(), library)
    digest = hashlib.sha256(library.read_bytes()).hexdigest()
    with running(f"{LOAD}\n{ENDED}", str(library)) as process:
        library.unlink()
        found = collect("--only", "processes", by=shell(name))
    seen = process_of(found, process.pid)
    assert (seen.exe, seen.unread) == (os.path.realpath(sys.executable), ())
    (mapped,) = [each for each in found.of(Object) if each.path == str(library)]
    assert mapped.id in seen.objects
    (copy,) = [each for each in found.of(Copy) if each.object == mapped.id]
    assert copy.sha256 == digest


def test_a_process_that_has_ended_with_all_its_threads_is_none() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        found = collect("--only", "processes")
    assert process.pid not in {each.pid for each in found.of(Process)}


MOST_OBJECTS = re.compile(r"^MOST_OBJECTS=(\d+)$", re.MULTILINE)


@pytest.mark.parametrize("name", SHELLS)
def test_of_a_process_with_too_many_objects_the_rest_is_counted_and_those_of_openssl_are_kept(
    name: str, tmp_path: Path
) -> None:
    library = tmp_path / "libssl.so.1.0.0"
    # Mapped later, these lie below it, and so stand before it.
    others = [tmp_path / f"other{number}.so" for number in range(2)]
    for path in (library, *others):
        shutil.copy(libssl(), path)
    few = tmp_path / "collect.sh"
    few.write_text(MOST_OBJECTS.sub("MOST_OBJECTS=2", SCRIPT.read_text()))
    with running(
        f"{LOAD}\nothers = [ctypes.CDLL(each) for each in sys.argv[2:]]", *map(str, (library, *others))
    ) as process:
        whole = process_of(collect("--only", "processes", by=shell(name)), process.pid)
        found = collect("--only", "processes", by=shell(name), script=few)
    seen = process_of(found, process.pid)
    paths = [each.path for number in seen.objects for each in found.of(Object) if each.id == number]
    named = [path for path in paths if "/libssl" in path or "/libcrypto" in path]
    assert str(library) in named
    assert len(paths) - len(named) == 2
    assert seen.unread == ("maps",)
    (left_out,) = [each for each in found.of(Skipped) if each.where == f"/proc/{process.pid}/maps"]
    assert (left_out.what, left_out.why) == ("object", "too-many")
    assert left_out.count == len(whole.objects) - len(paths)
    assert whole.unread == ()


def test_the_most_objects_of_a_process_fit_in_a_line() -> None:
    """As many again may be named like OpenSSL; each is a number of at most seven digits and a comma."""
    (most,) = MOST_OBJECTS.findall(SCRIPT.read_text())
    assert 2 * int(most) * 8 <= LIMITS.line // 2
    assert LIMITS.records < 10**7


def test_a_process_is_what_proc_says(tmp_path: Path) -> None:
    program = tmp_path / "caf\udce9 (x) R 1"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as process:
        try:
            found = collect("--only", "processes")
        finally:
            process.kill()
    seen = process_of(found, process.pid)
    assert seen.exe == str(program)
    assert seen.exe_deleted is False
    assert seen.parent == os.getpid()
    assert (seen.uid, seen.effective_uid) == (os.getuid(), os.geteuid())
    assert seen.name == "caf\\xe9 (x) R 1"
    own = process_of(found, os.getpid())
    after = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    assert own.start_ticks == int(after[19])
    assert own.started is not None
    assert seen.started is not None
    assert own.started <= seen.started
    paths = {each.id: each.path for each in found.of(Object)}
    assert str(program) in [paths[each] for each in seen.objects]
    with Path("/proc/self/maps").open() as maps:
        mapped = {line.split(None, 5)[5].strip() for line in maps if " r-xp " in line and "/" in line}
    assert {paths[each] for each in own.objects} <= mapped


def test_a_deleted_program_is_told(tmp_path: Path) -> None:
    program = tmp_path / "server"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as process:
        try:
            program.unlink()
            found = collect("--only", "processes")
        finally:
            process.kill()
    seen = process_of(found, process.pid)
    assert (seen.exe, seen.exe_deleted) == (str(program), True)


def test_a_process_cannot_pass_for_another_by_its_name() -> None:
    """Its name has a newline and what looks like another process's line."""
    forged = "x) S 1\n1 (evil"
    code = f"import ctypes; ctypes.CDLL(None).prctl(15, {forged.encode()!r}, 0, 0, 0)"
    with running(code) as process:
        found = collect("--only", "processes")
    seen = process_of(found, process.pid)
    assert seen.name == forged[:15].replace("\n", "\\x0a")
    assert len([each for each in found.of(Process) if each.pid == 1]) <= 1
    assert [each for each in found.of(Process) if (each.name or "").startswith("evil")] == []


def test_neither_command_lines_nor_environments_are_printed() -> None:
    secret = "a-password-that-nobody-should-see"
    command = [sys.executable, "-c", "import time; time.sleep(60)", secret]
    with subprocess.Popen(command, env={"SECRET": secret}) as process:
        try:
            printed = subprocess.run(
                ["sh", SCRIPT, "--only", "system,processes,sockets"], capture_output=True, check=True
            ).stdout
        finally:
            process.kill()
    assert f"\tpid={process.pid}\t".encode() in printed
    assert secret.encode() not in printed


def test_the_collector_is_not_among_the_processes() -> None:
    with subprocess.Popen(["sh", SCRIPT, "--only", "processes"], stdout=subprocess.PIPE) as collector:
        assert collector.stdout is not None
        found = read_snapshot([collector.stdout.read()])
    assert found.fault is None
    pids = {each.pid for each in found.of(Process)}
    assert os.getpid() in pids
    assert collector.pid not in pids
    assert [each for each in found.of(Process) if each.parent == collector.pid] == []


def test_processes_that_come_and_go_leave_nothing_wrong() -> None:
    with subprocess.Popen(["sh", "-c", "while :; do /bin/true; done"]) as churn:
        try:
            for _ in range(3):
                found = collect("--only", "processes")
                assert churn.pid in {each.pid for each in found.of(Process)}
                ids = {each.id for each in found.of(Object)}
                assert all(ids.issuperset(each.objects) for each in found.of(Process))
        finally:
            churn.kill()


@needs_root
def test_another_user_is_told_what_it_could_not_see() -> None:
    printed = subprocess.run(
        ["sh", "-s", "--", "--only", "processes,sockets"],
        input=SCRIPT.read_bytes(),
        capture_output=True,
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        check=True,
    ).stdout
    found = read_snapshot([printed])
    assert found.fault is None
    assert found.collector.uid == 65534
    own = process_of(found, os.getpid())
    assert own.unread == ("exe", "maps")
    assert (own.exe, own.objects) == (None, ())
    assert Unread(what="sockets", where="/proc", why="permission") in found.of(Unread)


def test_with_hidepid_it_says_that_processes_are_hidden() -> None:
    """A /proc of its own in a mount namespace, with hidepid=2, seen as nobody."""
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("a mount namespace is made as root, and this run is not root")
    inner = (
        "mount -t proc -o hidepid=2 proc /proc || exit 77; "
        "exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -s -- --only processes"
    )
    done = subprocess.run(
        [unshare, "--mount", "--pid", "--fork", "sh", "-c", inner],
        input=SCRIPT.read_bytes(),
        capture_output=True,
        cwd="/",
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("cannot be had: this kernel mounts no /proc with hidepid")
    found = read_snapshot([done.stdout])
    assert found.fault is None
    assert Unread(what="process", where="/proc", why="hidepid") in found.of(Unread)
    assert 1 not in {each.pid for each in found.of(Process)}


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_sockets_that_listen_and_that_are_connected_out(family: socket.AddressFamily, host: str) -> None:
    try:
        listening = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("cannot be had: this host has no IPv6")
    with listening, socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((host, 0))
        port = listening.getsockname()[1]
        with socket.create_connection((host, port)) as out:
            accepted, _ = listening.accept()
            with accepted:
                found = collect("--only", "sockets")
    by_local = {(each.protocol, each.local): each for each in found.of(Socket)}
    shown = host if family == socket.AF_INET else "[0000:0000:0000:0000:0000:0000:0000:0001]"
    server = by_local["tcp", f"{shown}:{port}"]
    assert (server.state, server.accepted) == ("listening", 1)
    assert os.getpid() in server.pids
    assert server.uid == os.getuid()
    client = by_local["tcp", f"{shown}:{out_port(found, shown, port)}"]
    assert (client.state, client.remote) == ("connected", f"{shown}:{port}")
    assert os.getpid() in client.pids
    assert out.fileno() == -1
    assert [each for key, each in by_local.items() if key[0] == "udp" and os.getpid() in each.pids]
    assert all(each.local != f"{shown}:{port}" or each is server for each in found.of(Socket))


def out_port(found: Snapshot, shown: str, port: int) -> str:
    (local,) = [each.local for each in found.of(Socket) if each.remote == f"{shown}:{port}"]
    return local.rpartition(":")[2]


def test_of_a_tree_no_process_and_no_socket_is_told(tmp_path: Path) -> None:
    found = collect("--root", tmp_path, "--only", "processes,sockets")
    assert (found.of(Process), found.of(Socket)) == ((), ())
    assert {(each.what, each.why) for each in found.of(Skipped)} == {
        ("processes", "tree"),
        ("sockets", "tree"),
    }
