"""Which package owns a file."""

import os
import shutil
from pathlib import Path

import pytest

from hemostat.detect.hosts import owners
from hemostat.detect.hosts.owners import Owner, owners_of


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    """A stand-in for a package manager that this system has not, in the words of the real one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="cannot be had: no Debian")
def test_debians_own_answers() -> None:
    shell = os.path.realpath("/bin/sh")
    found = owners_of([shell, "/usr/bin/[", "/etc/no-such-file", "/usr/bin/a\nb"])
    assert found[shell].manager == "dpkg"
    assert found["/usr/bin/["] == Owner("dpkg", "coreutils", None)
    assert set(found) == {shell, "/usr/bin/["}


def test_dpkg_in_all_its_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "libssl1.0.0:amd64: /lib/x86_64-linux-gnu/libssl.so.1.0.0",
        "diversion by x from: /bin/a",
        "a, b: /usr/bin/b",
        "junk",
    ]
    stub(tmp_path, monkeypatch, "dpkg-query", "\n".join(f"echo '{line}'" for line in lines))
    assert owners_of(["/usr/lib/x86_64-linux-gnu/libssl.so.1.0.0", "/usr/bin/b", "/opt/x"]) == {
        "/usr/lib/x86_64-linux-gnu/libssl.so.1.0.0": Owner("dpkg", "libssl1.0.0", "amd64"),
        "/usr/bin/b": Owner("dpkg", "a", None),
    }


@pytest.mark.parametrize(
    ("name", "script", "owner"),
    [
        ("rpm", 'printf "openssl\\tx86_64\\n"', Owner("rpm", "openssl", "x86_64")),
        ("rpm", 'echo "file /x is not owned by any package"; exit 1', None),
        ("apk", "echo libssl1.0-1.0.2t-r0", Owner("apk", "libssl1.0", None)),
        ("apk", "exit 1", None),
        ("pacman", "echo openssl", Owner("pacman", "openssl", None)),
        ("pacman", "exit 1", None),
    ],
)
def test_other_managers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str, owner: Owner | None
) -> None:
    stub(tmp_path, monkeypatch, name, script)
    assert owners_of(["/usr/lib/libssl.so.10"]) == ({} if owner is None else {"/usr/lib/libssl.so.10": owner})


def test_without_a_manager_nothing_is_owned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert owners_of(["/usr/lib/libssl.so.10"]) == {}


def test_a_manager_that_hangs_or_is_broken_owns_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "_SECONDS", 0.1)
    stub(tmp_path, monkeypatch, "rpm", "while :; do :; done")
    assert owners_of(["/x"]) == {}
    (tmp_path / "rpm").write_bytes(b"\0")
    assert owners_of(["/x"]) == {}
