"""collect.sh for real: under each shell, on trees that are odd and hostile, and used wrongly."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from hemostat.snapshots import (
    Content,
    Copy,
    Library,
    OsRelease,
    Record,
    Skipped,
    Snapshot,
    System,
    Unread,
    read_snapshot,
)
from tests.detect.hosts.collector import SCRIPT, SHELLS, collect, shell

CODE = b"\x7fELF" + bytes(12) + b"code" * 4096
OPENSSL = CODE + b"\0OpenSSL 1.0.1e 11 Feb 2013\0tls1_process_heartbeat\0" + CODE
ODD = [b"new\nline", b"caf\xe9", b"100% \\x, \t'\"$(touch gone)`x`", b"-n"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with every kind of file that a search may trip over."""
    root = tmp_path_factory.mktemp("tree")
    for folder in ("usr/lib", "etc", "opt", "proc", "var"):
        (root / folder).mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=centos\nVERSION_ID="6.5"\nPRETTY_NAME="CentOS \\t 6.5"\n')
    (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    (root / "usr/lib/libssl.so.1.0.0").write_bytes(OPENSSL)
    (root / "usr/lib/libssl.so").symlink_to("libssl.so.1.0.0")
    (root / "usr/lib/libcrypto.so.1.0.0").write_bytes(CODE)
    for name in ODD:
        odd = root / "opt" / os.fsdecode(name)
        odd.mkdir()
        (odd / odd.name).write_bytes(OPENSSL + name)
    (root / "opt/page.html").write_bytes(b"OpenSSL 1.0.1e 11 Feb 2013 was vulnerable\n" + b"a" * 10000)
    (root / "opt/small").write_bytes(b"\x7fELF\0OpenSSL 1.0.1e 11 Feb 2013\0")
    (root / "opt/loop").symlink_to(".")
    (root / "proc/libssl.so.1").write_bytes(OPENSSL)
    os.mkfifo(root / "usr/lib/libssl.so.fifo")
    with (root / "usr/lib/libssl.so.9").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with (root / "opt/huge").open("wb") as sparse:
        sparse.truncate(1 << 40)
    return root


@pytest.fixture(scope="module")
def busybox_alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which nothing but BusyBox is, as on Alpine."""
    path = shell("busybox")[0]
    folder = tmp_path_factory.mktemp("busybox")
    applets = subprocess.run([path, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in {*applets, "busybox"} - {"rpm", "dpkg"}:
        (folder / applet).symlink_to(path)
    return str(folder)


def told(snapshot: Snapshot) -> dict[type[Record], list[Record]]:
    """All but who looked and when, in one order."""
    return {
        kind: sorted(records, key=repr)
        for kind, records in snapshot.records.items()
        if kind.__name__ not in ("Collector", "System")
    }


def test_odd_and_hostile_files_are_found_and_none_is_followed(tree: Path) -> None:
    found = collect("--root", tree, "--limit-size", 1 << 20)
    copies = {each.path: each for each in found.of(Copy)}
    odd = {os.fsdecode(b"/opt/" + name + b"/" + name): name for name in ODD}
    libraries = {"/usr/lib/libssl.so.1.0.0", "/usr/lib/libcrypto.so.1.0.0", "/usr/lib/libssl.so.9"}
    assert copies.keys() == odd.keys() | libraries
    for path, name in odd.items():
        assert copies[path].sha256 == hashlib.sha256(OPENSSL + name).hexdigest()
        assert copies[path].texts == ("OpenSSL 1.0.1e 11 Feb 2013",)
        assert copies[path].heartbeat is True
        assert copies[path].magic == (b"\x7fELF" + bytes(12)).hex()
    assert copies["/usr/lib/libssl.so.9"].why == "too-large"
    assert copies["/usr/lib/libssl.so.9"].sha256 is None
    assert copies["/usr/lib/libcrypto.so.1.0.0"].heartbeat is False
    status = (tree / "usr/lib/libssl.so.1.0.0").stat()
    one = copies["/usr/lib/libssl.so.1.0.0"]
    assert one.device == (os.major(status.st_dev), os.minor(status.st_dev))
    assert (one.inode, one.size, one.uid, one.gid) == (
        status.st_ino,
        status.st_size,
        status.st_uid,
        status.st_gid,
    )
    assert (one.modified, one.mode) == (int(status.st_mtime) * 1_000_000, f"{status.st_mode & 0o7777:o}")
    assert Unread(what="file", where=str(tree / "opt/huge"), why="too-large") in found.of(Unread)
    assert Skipped(what="file", why="text", count=1) in found.of(Skipped)
    assert not (Path.cwd() / "gone").exists()


@pytest.mark.parametrize("name", SHELLS)
def test_each_shell_gives_the_same_records(name: str, tree: Path) -> None:
    assert told(collect("--root", tree, by=shell(name))) == told(collect("--root", tree))


def test_busybox_alone_gives_the_same_records(busybox_alone: str, tree: Path) -> None:
    by = [f"{busybox_alone}/busybox", "ash"]
    assert told(collect("--root", tree, by=by, path=busybox_alone)) == told(collect("--root", tree))


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk"])
def test_each_awk_gives_the_same_records(awk: str, tree: Path, tmp_path: Path) -> None:
    program = shutil.which(awk)
    if program is None:
        pytest.skip(f"{awk} is not installed (Debian package {awk})")
    (tmp_path / "awk").symlink_to(program)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert told(collect("--root", tree, path=path)) == told(collect("--root", tree))
    here = collect("--only", "system,processes,sockets", path=path)
    assert {"system", "processes", "sockets"} == here.sections.keys()
    assert here.sections["processes"] > 1


def test_a_grep_that_ends_lines_at_nul_overlooks_nothing(tree: Path, tmp_path: Path) -> None:
    """Such a grep is not to be had here, so a wrapper plays it."""
    real = shutil.which("grep")
    wrapper = tmp_path / "grep"
    wrapper.write_text(
        f"""#!/bin/sh
case " $* " in
    *" -c "*) sed 's/\\x00.*//' | {real} "$@" ;;
    *" -l "*) exit 1 ;;
    *) exec {real} "$@" ;;
esac
"""
    )
    wrapper.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert told(collect("--root", tree, "--only", "copies", path=path)) == told(
        collect("--root", tree, "--only", "copies")
    )


def test_the_system_is_what_its_files_say_and_its_machine_id_is_hashed(tree: Path) -> None:
    done = subprocess.run(["sh", SCRIPT, "--root", tree, "--only", "system"], capture_output=True, check=True)
    assert b"0123456789abcdef0123456789abcdef" not in done.stdout
    found = read_snapshot([done.stdout])
    (system,) = found.of(System)
    digest = hashlib.sha256(b"hemostat host 0123456789abcdef0123456789abcdef").hexdigest()
    assert system.host_id == digest[:32]
    assert (system.kernel, system.boot_id) == (None, None)
    assert found.of(OsRelease) == (OsRelease(id="centos", version_id="6.5", title="CentOS \\t 6.5"),)


def test_this_host_is_named_as_hemostat_names_it() -> None:
    (system,) = collect("--only", "system").of(System)
    from hemostat.api.identity import this_host

    if system.host_id:
        assert this_host() == f"host:{system.host_id}"
    assert system.kernel == os.uname().sysname
    assert system.kernel_release == os.uname().release
    assert system.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    assert system.boot_at is not None
    assert abs(system.boot_at / 1e6 + float(Path("/proc/uptime").read_text().split()[0]) - time.time()) < 5


def test_with_files_the_bytes_come_along(tree: Path) -> None:
    found = collect("--root", tree, "--only", "copies", "--with-files")
    pieces: dict[str, bytes] = {}
    for piece in found.of(Content):
        assert len(pieces.get(piece.sha256, b"")) == piece.offset
        pieces[piece.sha256] = pieces.get(piece.sha256, b"") + piece.data
    assert pieces.keys() == {each.sha256 for each in found.of(Copy) if each.sha256}
    for digest, data in pieces.items():
        assert hashlib.sha256(data).hexdigest() == digest


def test_a_libssl_comes_with_what_it_needs_to_be_loaded(tmp_path: Path) -> None:
    """By the names that stand in each: from its own folder first, then from the system's; never the C library's own."""
    names = {
        "opt/libssl.so.1.0.0": b"libcrypto.so.1.0.0\0libc.so.6\0libnowhere.so.1",
        "opt/libcrypto.so.1.0.0": b"libz.so.1\0libdl.so.2\0libssl.so.1.0.0",
        "usr/lib/libcrypto.so.1.0.0": b"another",
        "usr/lib/x86_64-linux-gnu/libz.so.1.2.13": b"zlib",
        "usr/lib/libc.so.6": b"the C library",
        "usr/lib/libother.so.1": b"not asked for",
    }
    for name, needs in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(CODE + b"\0" + needs + b"\0")
    (tmp_path / "usr/lib/x86_64-linux-gnu/libz.so.1").symlink_to("libz.so.1.2.13")
    found = collect("--root", tmp_path, "--only", "copies", "--with-files")
    libraries = {(each.name, each.path) for each in found.of(Library)}
    assert libraries == {
        ("libcrypto.so.1.0.0", "/opt/libcrypto.so.1.0.0"),
        ("libz.so.1", "/usr/lib/x86_64-linux-gnu/libz.so.1"),
        ("libssl.so.1.0.0", "/opt/libssl.so.1.0.0"),
    }
    digests = {each.sha256 for each in found.of(Content)}
    assert digests == {
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in names
        if "libc.so" not in name and "libother" not in name
    }
    assert sum(each.offset == 0 for each in found.of(Content)) == len(digests)


def test_the_search_ends_at_its_limit_and_says_so(tree: Path, tmp_path: Path) -> None:
    slow = tmp_path / "find"
    slow.write_text("#!/bin/sh\nsleep 30\n")
    slow.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    found = collect("--root", tree, "--only", "copies", "--limit-seconds", 1, path=path, timeout=20)
    assert found.of(Skipped) == (Skipped(what="search", why="time-limit"),)


def test_what_may_not_be_read_is_said(tree: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("gives up root's rights, and this run is not root")
    secret = tree / "opt/closed"
    secret.mkdir(mode=0o700)
    closed = tree / "usr/lib/libssl.so.7"
    closed.write_bytes(OPENSSL)
    closed.chmod(0o600)
    try:
        for folder in (*tree.parents, tree):
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o055)
        done = subprocess.run(
            ["sh", "-s", "--", "--root", str(tree), "--only", "copies"],
            input=SCRIPT.read_bytes(),
            capture_output=True,
            user=65534,
            group=65534,
            extra_groups=[],
            cwd="/",
            check=True,
        )
    finally:
        secret.rmdir()
        closed.unlink()
    found = read_snapshot([done.stdout])
    assert found.fault is None
    assert Unread(what="folder", where=str(secret), why="permission") in found.of(Unread)
    (copy,) = [each for each in found.of(Copy) if each.path == "/usr/lib/libssl.so.7"]
    assert (copy.why, copy.sha256, copy.mode) == ("permission", None, "600")


def test_it_changes_nothing(tree: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        paths = sorted(tree.rglob("*"), key=str)
        return [(str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in paths]

    before = state()
    collect("--root", tree)
    assert state() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "system,all"], "no such section: all"),
        (["--root", "/nowhere"], "no such folder: /nowhere"),
        (["--root"], "--root wants a value"),
        (["--limit-size", "1G"], "--limit-size wants a number"),
        (["--limit-seconds", "-1"], "--limit-seconds wants a number"),
        (["--fix"], "no such option: --fix"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_prints_no_snapshot(options: list[str], said: str) -> None:
    done = subprocess.run(["sh", SCRIPT, *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_help_names_every_option() -> None:
    done = subprocess.run(["sh", SCRIPT, "--help"], capture_output=True, text=True, check=True)
    for option in (
        "--only",
        "--root",
        "--other-file-systems",
        "--with-files",
        "--limit-seconds",
        "--limit-size",
    ):
        assert option in done.stdout


def test_a_script_that_arrives_cut_does_nothing() -> None:
    text = SCRIPT.read_bytes()
    for part in (0.3, 0.6, 0.9, 0.99):
        done = subprocess.run(
            ["sh", "-s"], input=text[: int(len(text) * part)], capture_output=True, check=False
        )
        assert done.stdout == b""


def test_shellcheck_has_nothing_to_say() -> None:
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("shellcheck is not installed (Debian package shellcheck)")
    done = subprocess.run([program, "--shell=sh", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
