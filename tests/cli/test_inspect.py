"""`hemostat inspect`, in the user's words."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hemostat import api
from hemostat.api.notes import NotKeptError
from hemostat.assess.processes import Mapped
from hemostat.assess.rule import Verdict
from hemostat.report.finding import FINDING_KEYS, Finding
from tests.api.test_inspection import FLAWED, WITHOUT
from tests.binaries.elves import elf
from tests.cli.conftest import Run
from tests.report.findings import finding, not_looked_into, process_finding

ROOT = Path(__file__).parents[2]
FIXED = elf(
    exported=("SSL_CTX_new", "SSL_new", "SSL_do_handshake", "tls1_process_heartbeat"),
    texts=b"OpenSSL 1.0.1g 7 Apr 2014\0",
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def test_a_table_and_what_it_means(run: Run, files: Path) -> None:
    (files / "a.so").write_bytes(FLAWED)
    (files / "b.so").write_bytes(FIXED)
    ran = run("inspect", "--file", str(files))
    assert (ran.status, ran.err) == (3, "")
    assert [line.split()[:2] for line in ran.out.splitlines()[1:3]] == [
        ["inconclusive", "flawed-version"],
        ["patched", "fixed-version"],
    ]
    assert "2 files looked into: 1 inconclusive, 1 patched." in ran.out
    assert run("ledger", "verify").status == 0


@pytest.mark.parametrize(
    ("data", "status"), [(FIXED, 0), (WITHOUT, 0), (b"no code", 0), (FLAWED, 3), (b"070707" + b"0" * 70, 3)]
)
def test_the_exit_status(run: Run, files: Path, data: bytes, status: int) -> None:
    (files / "x").write_bytes(data)
    assert run("inspect", "--no-ledger", "--file", str(files)).status == status


def test_for_programs_an_object_a_line(run: Run, files: Path) -> None:
    (files / "a.so").write_bytes(FLAWED)
    (files / "a.h").write_text('# define OPENSSL_VERSION_TEXT "OpenSSL 1.0.1e 11 Feb 2013"')
    ran = run("inspect", "--no-ledger", "--json", "--file", str(files), str(files / "missing"))
    assert [tuple(each) for each in ran.lines()] == [FINDING_KEYS] * 3
    assert [each["reason"] for each in ran.lines()] == ["text-only", "flawed-version", "no-such-path"]
    assert (ran.status, ran.err) == (3, "")


def test_texts_are_listed_where_they_are_wanted(run: Run, files: Path) -> None:
    (files / "a.h").write_text('# define OPENSSL_VERSION_TEXT "OpenSSL 1.0.1e 11 Feb 2013"')
    assert "a.h" not in run("inspect", "--no-ledger", "--file", str(files)).out
    assert "a.h" in run("inspect", "--no-ledger", "--texts", "--file", str(files)).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--restart-list", "--file", "x"), "are about this host"),
        (("--search", "/opt", "--file", "x"), "are about this host"),
        (("--snapshot", "x", "root@web1"), "exclude one another"),
        (("--restart-list", "root@web1", "root@web2"), "about one host"),
        (("root@web1", "--file", "x"), "are about this host"),
        (("--search-seconds", "0", "root@web1"), "--search-seconds 0"),
        (("--snapshot", "/nowhere/x"), "can't be read"),
        (("--file",), "expected at least one argument"),
        (("--prove", "some", "--file", "x"), "invalid choice"),
        (("--seconds", "0", "--file", "x"), "--seconds 0"),
    ],
)
def test_what_makes_no_sense_is_a_mistake(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("inspect", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_nothing_that_is_there_is_a_mistake(run: Run, files: Path) -> None:
    ran = run("inspect", "--no-ledger", "--file", str(files / "missing"))
    assert ran.status == 2
    assert "There is nothing of that name." in ran.out


def test_this_host_is_its_files_and_its_processes(run: Run, files: Path) -> None:
    (files / "a.so").write_bytes(FLAWED)
    ran = run("inspect", "--prove", "none", "--json", "--search", str(files))
    assert ran.status == 3
    kinds = {each["kind"] for each in ran.lines()}
    assert "copy" in kinds
    assert kinds <= {"copy", "process"}
    assert "1 file" in run("inspect", "--no-ledger", "--prove", "none", "--search", str(files)).out


def test_what_a_collector_printed_elsewhere(run: Run, files: Path) -> None:
    script = run("inspect", "--print-collector").out
    made = subprocess.run(
        ["sh", "-s", "--", "--only", "system,processes"],
        input=script.encode(),
        capture_output=True,
        check=True,
    )
    (files / "web1.snapshot").write_bytes(made.stdout)
    ran = run(
        "inspect", "--no-ledger", "--prove", "none", "--json", "--snapshot", str(files / "web1.snapshot")
    )
    assert ran.status in (0, 2, 3)
    (files / "cut.snapshot").write_bytes(made.stdout[:-20])
    ran = run("inspect", "--no-ledger", "--prove", "none", "--snapshot", str(files / "cut.snapshot"))
    assert ran.status == 2
    assert "it ends before its last line" in ran.err


def test_other_hosts_are_looked_at_one_after_the_other(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []

    def look(host: str, *, ssh: list[str], **_: object) -> object:
        asked.append((host, ssh))
        yield replace(finding(), host=host)

    monkeypatch.setattr(api, "inspect_over_ssh", look)
    ran = run("inspect", "--no-ledger", "--ssh", "ssh -p 2222", "root@web1", "root@web2")
    assert asked == [("root@web1", ["ssh", "-p", "2222"]), ("root@web2", ["ssh", "-p", "2222"])]
    assert "root@web2:/opt/app.whl!app/libssl.so.1.0.0" in ran.out
    assert "2 files looked into" in ran.out


def test_the_list_of_units_to_restart_is_plain(
    run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = Verdict("patched", "fixed-package", "It is.", "owned")
    flawed = Verdict("vulnerable", "own-bytes-answered", "It is.", "proved")
    old, new = (
        Mapped("/usr/lib/libssl.so", True, flawed, fixed),
        Mapped("/usr/lib/libssl.so", False, fixed, None),
    )
    found = [
        process_finding(old),
        process_finding(old),
        process_finding(new, unit="sshd.service"),
        process_finding(old, unit=None),
        process_finding(old, unit="session-1.scope", cgroup="/user.slice/user-0.slice/session-1.scope"),
        finding(),
    ]
    monkeypatch.setattr(api, "inspect_host", lambda *_, **__: iter(found))
    ran = run("inspect", "--no-ledger", "--restart-list")
    assert (ran.status, ran.out) == (1, "nginx.service\n")
    told = ran.err.splitlines()
    assert len(told) == 2
    assert all("to be restarted by hand" in line and "it belongs to no service" in line for line in told)


def test_the_printed_and_the_real_exit_status_are_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was left out counts for neither, and a text that is not listed counts for both."""
    text = finding(form="text-only", format="other", parts=[], heartbeats="absent", why="no-code")
    elsewhere = not_looked_into("other-file-system", harmless=True)
    missing = not_looked_into("no-such-path", harmless=True)
    for found, status in (((elsewhere, text), 0), ((missing, text), 3), ((missing,), 2)):
        monkeypatch.setattr(api, "inspect_host", lambda *_, found=found, **__: iter(found))
        ran = run("inspect", "--no-ledger")
        assert ran.status == status
        assert f"Exit status {status}:" in ran.out


def test_what_was_not_kept_is_told_and_the_answer_stands(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_: object, **__: object) -> Iterator[Finding]:
        yield finding()
        raise NotKeptError("1 row could not be written into the ledger: too long")

    monkeypatch.setattr(api, "inspect_host", look)
    ran = run("inspect", "--no-ledger", "--json")
    assert (ran.status, len(ran.lines())) == (3, 1)
    assert "1 row could not be written into the ledger" in ran.err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_ends_it_and_what_was_found_is_told(files: Path, number: int, status: int) -> None:
    (files / "a.so").write_bytes(FIXED)
    for name in range(20):
        with open(files / f"b{name}", "wb") as sparse:
            sparse.truncate(4 << 30)
    process = subprocess.Popen(
        [sys.executable, "-m", "hemostat", "inspect", "--no-ledger", "--file", str(files)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(2)]
    time.sleep(0.1)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert first[1].split()[:2] == ["patched", "fixed-version"]
    assert process.returncode == status
    assert "Interrupted: what was not looked into by then is not among these." in " ".join(out.split())
    # A slow machine has time for a line of progress.
    assert err.splitlines()[-1] == "hemostat: interrupted; what was found is told."
