"""Which package owns a file."""

import os
import shutil
from pathlib import Path

import pytest

from hemostat.detect.hosts import owners
from hemostat.detect.hosts.owners import Owner, Owners


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    """A stand-in for a package manager that this system has not, in the words of the real one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(owners._DATABASES, name, (str(folder / "none"), str(folder / "*")))


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="cannot be had: no Debian")
def test_debians_own_answers() -> None:
    shell = os.path.realpath("/bin/sh")
    found = Owners()([shell, "/usr/bin/[", "/etc/no-such-file", "/usr/bin/a\nb"])
    assert Owners()(["/usr"])["/usr"].manager == "dpkg"  # of hundreds of packages, for several machines
    assert found[shell].manager == "dpkg"
    assert found["/usr/bin/["] == Owner("dpkg", "coreutils", None)
    assert set(found) == {shell, "/usr/bin/["}


def test_dpkg_in_all_its_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "samefile", lambda one, other: True)
    lines = [
        "libssl1.0.0:amd64: /lib/x86_64-linux-gnu/libssl.so.1.0.0",
        "diversion by x from: /bin/a",
        "a, b: /usr/bin/b",
        "c:amd64, c:i386, d: /opt/shared: /odd",
        "junk",
    ]
    stub(tmp_path, monkeypatch, "dpkg-query", "\n".join(f"echo '{line}'" for line in lines))
    assert Owners()(
        ["/usr/lib/x86_64-linux-gnu/libssl.so.1.0.0", "/usr/bin/b", "/opt/shared: /odd", "/opt/x"]
    ) == {
        "/usr/lib/x86_64-linux-gnu/libssl.so.1.0.0": Owner("dpkg", "libssl1.0.0", "amd64"),
        "/usr/bin/b": Owner("dpkg", "a", None),
        "/opt/shared: /odd": Owner("dpkg", "c", "amd64"),
    }


@pytest.mark.parametrize(
    ("path", "known_as"), [("/usr/lib/libx.so.1", "/lib/libx.so.1"), ("/lib/libx.so.1", "/usr/lib/libx.so.1")]
)
def test_a_file_of_the_same_name_elsewhere_has_its_own_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, known_as: str
) -> None:
    """On a system where /lib is a folder of its own, and on one where it is a link into /usr."""
    stub(tmp_path, monkeypatch, "dpkg-query", f"echo 'libx1: {known_as}'")
    seen = list[set[str]]()

    def same(one: str, other: str) -> bool:
        seen.append({one, other})
        return merged

    monkeypatch.setattr(os.path, "samefile", same)
    merged = False
    assert Owners()([path]) == {}
    merged = True
    assert Owners()([path]) == {path: Owner("dpkg", "libx1", None)}
    assert {path, known_as} in seen


def test_a_file_that_is_gone_is_known_by_its_own_path_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, "dpkg-query", "echo 'libx1: /usr/lib/no-such-file'")
    assert Owners()(["/lib/no-such-file"]) == {}
    assert set(Owners()(["/usr/lib/no-such-file"])) == {"/usr/lib/no-such-file"}


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
    assert Owners()(["/usr/lib/libssl.so.10"]) == ({} if owner is None else {"/usr/lib/libssl.so.10": owner})


def test_without_a_manager_nothing_is_owned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Owners()(["/usr/lib/libssl.so.10"]) == {}


def test_a_manager_that_hangs_or_is_broken_owns_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "_SECONDS", 0.1)
    stub(tmp_path, monkeypatch, "rpm", "while :; do :; done")
    assert Owners()(["/x"]) == {}
    (tmp_path / "rpm").write_bytes(b"\0")
    assert Owners()(["/x"]) == {}


def test_a_manager_without_a_database_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "rpm", 'printf "openssl\\tx86_64\\n"')
    assert Owners()(["/usr/lib/libssl.so.10"])
    monkeypatch.setitem(owners._DATABASES, "rpm", (str(tmp_path / "none"), str(tmp_path / "none/*")))
    assert Owners()(["/usr/lib/libssl.so.10"]) == {}


def asked_of_dpkg(folder: Path, monkeypatch: pytest.MonkeyPatch, *known: str) -> Path:
    """A dpkg-query that knows these paths; the file in which it writes down what it is asked for, a line a time."""
    asked = folder / "asked"
    lines = "".join(f"echo 'base-files: {path}'\n" for path in known)
    stub(folder / "bin", monkeypatch, "dpkg-query", f'echo "$@" >>"{asked}"\n{lines}')
    return asked


def test_what_lies_below_a_folder_that_is_nobodys_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_of_dpkg(tmp_path, monkeypatch, "/usr", "/opt", "/opt/here/tool")
    ask = Owners()
    assert ask(["/opt/app/lib/libssl.so"]) == {}
    assert ask(["/opt/app/lib/libcrypto.so", "/opt/app/other/libssl.so"]) == {}
    assert len(asked.read_text().splitlines()) == 1
    assert ask(["/opt/here/tool"]) == {"/opt/here/tool": Owner("dpkg", "base-files", None)}
    assert len(asked.read_text().splitlines()) == 2


def test_of_a_dpkg_that_knows_nothing_nothing_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_of_dpkg(tmp_path, monkeypatch)
    ask = Owners()
    for _ in range(2):
        assert ask(["/usr/lib/libssl.so.3"]) == {}
    assert len(asked.read_text().splitlines()) == 2


def test_folders_are_known_by_either_name_on_a_merged_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "samefile", lambda one, other: True)
    asked_of_dpkg(tmp_path, monkeypatch, "/usr", "/lib", "/lib/x", "/lib/x/libssl.so.3")
    ask = Owners()
    for _ in range(2):
        assert ask(["/usr/lib/x/libssl.so.3"]).keys() == {"/usr/lib/x/libssl.so.3"}
