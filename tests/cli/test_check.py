import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hemostat.ledger import Ledger, LedgerError, open_ledger
from hemostat.report import KEYS
from tests.cli.conftest import Run, wait_until_open

ROOT = Path(__file__).parents[2]


def test_a_person_sees_a_line_and_what_it_means(run: Run, lab: dict[str, str]) -> None:
    target = lab["vulnerable-reads-on"]
    ran = run("check", target)
    assert ran.status == 1
    assert ran.out.splitlines()[1] == f"vulnerable    {target:24}  own-bytes-answered    {target}"
    assert "Upgrade OpenSSL, stop and start the service, then replace its key and certificate." in " ".join(
        ran.out.split()
    )
    assert "\x1b" not in ran.out
    assert ran.err == ""


def test_a_program_gets_an_object_a_line(run: Run, lab: dict[str, str]) -> None:
    ran = run("check", "--json", *lab.values(), "127.0.0.1:9", "no-such-host.invalid", "x:y")
    assert ran.status == 1
    answers = ran.lines()
    assert all(list(each) == list(KEYS) for each in answers)
    assert {each["target"]: each["verdict"] for each in answers} == {
        lab["vulnerable-reads-on"]: "vulnerable",
        lab["patched-closes"]: "patched",
        lab["no-heartbeats"]: "not-affected",
        lab["vulnerable-dtls-closes"]: "vulnerable",
        "127.0.0.1:9": "unreachable",
        "no-such-host.invalid": "unreachable",
        "x:y": None,
    }
    assert all(each["evidence"]["observation"] for each in answers if each["verdict"])


@pytest.mark.parametrize(
    ("names", "others", "status"),
    [
        (["no-heartbeats", "patched-closes"], [], 0),
        (["no-heartbeats"], ["127.0.0.1:9"], 3),
        (["no-heartbeats"], ["x:y"], 3),
        (["vulnerable-reads-on"], ["127.0.0.1:9", "x:y"], 1),
        ([], ["x:y"], 2),
    ],
)
def test_the_exit_status(
    run: Run, lab: dict[str, str], names: list[str], others: list[str], status: int
) -> None:
    assert run("check", *[lab[name] for name in names], *others).status == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a target"),
        (["--port", "0", "a.example"], "--port 0: a whole number from 1 to 65535 is meant"),
        (["--looks", "0", "127.0.0.1:9"], "--looks 0: a whole number at least 1 is meant"),
        (["--timeout", "0", "127.0.0.1:9"], "--timeout 0: a number from 0.1 to 3600 is meant"),
        (["--timeout", "soon", "127.0.0.1:9"], "--timeout soon: a number"),
        (["--concurrency", "-1", "127.0.0.1:9"], "--concurrency -1: a whole number"),
        (["--retries", "-1", "127.0.0.1:9"], "--retries -1: a whole number"),
        (["--sni", "not a name", "127.0.0.1:9"], "name"),
        (["--vantage", "An Office", "127.0.0.1:9"], "label"),
        (["--network", "x y", "127.0.0.1:9"], "label"),
        (["--authority", "\x1b[2J", "127.0.0.1:9"], "authority"),
        (["--file", "no-such-file.txt"], "no-such-file.txt can't be read: No such file or directory"),
        (["--file", "/"], "/ can't be read: it is a folder"),
        (["--file", "a\0b"], "no file is called"),
        (["--file", "/proc/self/mem"], "/proc/self/mem can't be read: Input/output error"),
        (["--file", "/dev/null"], "the list names no target"),
        (["-", "-"], "standard input is named twice"),
        (["--file", "-", "-"], "standard input is named twice"),
        (["--ledger", "", "127.0.0.1:9"], "a ledger is"),
        (["--ledger", "ftp://x/y", "127.0.0.1:9"], "a ledger is"),
        (["--loo", "2", "127.0.0.1:9"], "--loo"),
        (["--resume", "--no-ledger", "127.0.0.1:9"], "--resume goes on from what the ledger holds"),
    ],
)
def test_what_makes_no_sense_is_a_sentence_and_status_2(run: Run, arguments: list[str], said: str) -> None:
    ran = run("check", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_list_as_people_keep_it(run: Run, lab: dict[str, str], tmp_path: Path) -> None:
    """With a byte order mark, Windows' line ends, comments, blanks, a repetition, and a line that is none."""
    target = lab["no-heartbeats"]
    listed = tmp_path / "servers.txt"
    other = tmp_path / "more.txt"
    other.write_text(f"tls://{target}\n")
    listed.write_bytes(f"\ufeff# ours\r\n\r\n{target}  # web\r\nnot:a:target\r\n{target}\r\n".encode())
    ran = run("check", "--json", "--file", str(listed), "--file", str(other), target)
    assert ran.status == 3
    assert ran.err == "hemostat: what was named before was named again 3 times, and not asked again.\n"
    assert run("check", "--quiet", target, target).err == ""
    bad, good = sorted(ran.lines(), key=lambda each: each["verdict"] or "")
    assert (bad["verdict"], bad["reason"], bad["evidence"]["line"]) == (None, "bad-form", 4)
    assert bad["evidence"]["source"] == str(listed)
    assert (good["target"], good["verdict"]) == (target, "not-affected")


@pytest.mark.parametrize("arguments", [["-"], ["--file", "-"]])
def test_a_list_from_standard_input(
    run: Run, lab: dict[str, str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    listed = io.TextIOWrapper(io.BytesIO(lab["no-heartbeats"].encode()))
    monkeypatch.setattr("sys.stdin", listed)
    assert [each["verdict"] for each in run("check", "--json", *arguments).lines()] == ["not-affected"]


def test_what_is_shown_of_the_dialogue_is_types_and_lengths(run: Run, lab: dict[str, str]) -> None:
    ran = run("check", "--json", "--verbose", lab["vulnerable-reads-on"])
    (answer,) = ran.lines()
    shown = ran.err.splitlines()
    assert shown[0] == lab["vulnerable-reads-on"]
    assert "    messages      > client-hello           508" in shown
    assert "                  < heartbeat            16384" in shown
    words = [" ".join(line[18:].split()) for line in shown]
    for message in answer["evidence"]["facts"]["connections"][0]["messages"]:
        assert message in words
    assert max(map(len, shown)) < 200


def test_nothing_is_kept_where_nothing_is_to_be(run: Run, lab: dict[str, str], tmp_path: Path) -> None:
    ran = run("check", "--json", "--no-ledger", lab["no-heartbeats"])
    assert ran.lines()[0]["evidence"]["observation"] is None
    assert list(tmp_path.iterdir()) == []


def test_vantage_and_network_name_who_looks_from_where(run: Run, tmp_path: Path) -> None:
    run("check", "--vantage", "dmz", "--network", "office", "--authority", "change 4711", "127.0.0.1:9")
    exported = run("ledger", "export").lines()
    assert {each["vantage"] for each in exported} == {"dmz"}
    assert exported[0]["facts"]["authority"] == "change 4711"


def test_the_options_reach_the_look(run: Run, lab: dict[str, str]) -> None:
    ran = run(
        "check", "--json", "--looks", "3", "--sni", "other.example", "--timeout", "9", "--retries", "0",
        "--concurrency", "1", "--one-address", lab["no-heartbeats"],
    )  # fmt: skip
    answers = ran.lines()
    assert len(answers) == 3
    for each in answers:
        facts = each["evidence"]["facts"]
        assert facts["budget"]["microseconds"] == 9_000_000
        assert facts["connections"][0]["offered"]["name"] == "other.example"


def test_a_list_is_gone_on_with(run: Run, lab: dict[str, str]) -> None:
    targets = [lab["no-heartbeats"], lab["patched-closes"]]
    first = {each["target"]: each for each in run("check", "--json", *targets).lines()}
    again = {each["target"]: each for each in run("check", "--json", "--resume", *targets).lines()}
    assert again == first
    assert "runs: 2" in run("ledger", "verify").out


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_keeps_and_prints_what_was_answered(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """Ctrl-C while a silent server is waited for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        targets = ["127.0.0.1:9", f"127.0.0.1:{silent.getsockname()[1]}"]
        with started(
            "--json", "--timeout", "60", "--ledger", str(tmp_path / "ledger.sqlite"), *targets
        ) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
    assert first["reason"] == "refused"
    assert (process.returncode, out) == (status, "")
    assert err == (
        "hemostat: interrupted; what was answered is kept, and the same command with --resume goes on from there.\n"
    )


def test_a_slow_pipe_holds_up_no_answer_and_no_interruption() -> None:
    with started("--json", "--no-ledger", "-", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("127.0.0.1:9\nx:y\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert {each["reason"] for each in answers} == {"refused", "bad-port"}


@pytest.mark.parametrize("endless", ["/dev/urandom", "/dev/zero", "pipe"])
def test_a_list_that_never_ends_can_be_interrupted(tmp_path: Path, endless: str) -> None:
    if endless == "pipe":
        os.mkfifo(endless := str(tmp_path / "pipe"))
    with started("--json", "--no-ledger", "127.0.0.1:9", "--file", endless) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_second_interruption_waits_for_nothing(tmp_path: Path) -> None:
    """Somebody holds the ledger, so the first row can't be written."""
    ledger = tmp_path / "ledger.sqlite"
    open_ledger(str(ledger)).close()
    with sqlite3.connect(ledger) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with started("--ledger", str(ledger), "127.0.0.1:9") as process:
            assert process.stderr is not None
            wait_until_open(process.pid, ledger)
            process.send_signal(signal.SIGINT)
            assert "Once more ends at once" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
        holder.rollback()
    holder.close()


def test_a_ledger_that_may_only_be_read_has_a_way_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def append(self: Ledger, rows: object, blobs: object = None) -> None:
        raise LedgerError("read-only", "it may only be read")

    monkeypatch.setattr(Ledger, "append", append)
    ran = run("check", "127.0.0.1:9")
    assert ran.status == 2
    assert ran.err == (
        "hemostat: it may only be read; --ledger FILE keeps the answers elsewhere, --no-ledger nowhere\n"
    )


def started(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hemostat", "check", *arguments],
        cwd=ROOT / "src",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("-Sn 64", ""),
        (
            "-n 64",
            "addresses are asked side by side, not 200: the limit of open files (ulimit -Hn) allows no more.",
        ),
    ],
    ids=["soft", "hard"],
)
def test_more_at_once_than_files_may_be_open(limits: str, said: str) -> None:
    """The soft limit is raised; the hard one is kept to, and told."""
    check = f"{sys.executable} -m hemostat check --json --no-ledger --timeout 0.5 --retries 0"
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as silent:
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        done = subprocess.run(
            ["bash", "-c", f"ulimit {limits}; exec {check} --concurrency 200 --looks 200 {target}"],
            cwd=ROOT / "src", capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert [json.loads(line)["reason"] for line in done.stdout.splitlines()] == ["silent"] * 200
    assert done.stderr.partition(" ")[2].partition(" ")[2].strip() == said


def test_whoever_stops_reading_ends_it_without_a_traceback() -> None:
    command = f"{sys.executable} -m hemostat check --json --no-ledger --looks 300 127.0.0.1:9 | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT / "src", capture_output=True, text=True, check=True, timeout=60
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_what_could_not_be_kept_is_told_all_the_same(
    run: Run, lab: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second row is to be written."""
    appended: list[object] = []

    def append(self: Ledger, rows: object, blobs: object = None) -> None:
        appended.append(rows)
        if len(appended) > 1:
            raise LedgerError("disk-full", "the disk is full")

    monkeypatch.setattr(Ledger, "append", append)
    ran = run("check", lab["vulnerable-reads-on"], "127.0.0.1:9")
    assert ran.status == 1
    assert "\nvulnerable (own-bytes-answered)\n" in ran.out
    assert "2 answers: 1 vulnerable, 1 unreachable." in ran.out
    assert "Exit status" not in ran.out
    assert ran.err == "hemostat: the disk is full\n"
    appended.clear()
    assert run("check", "127.0.0.1:9").status == 2


@pytest.mark.parametrize(("arguments", "said"), [([], True), (["--json"], False), (["--quiet"], False)])
def test_progress_is_for_people(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: bool
) -> None:
    monkeypatch.setattr("hemostat.cli.progress._SHORT", 0)
    assert (
        "1 of 1 target begun, 1 answer" in run("check", "--no-ledger", *arguments, "127.0.0.1:9").err
    ) == said


def test_a_name_that_the_terminals_alphabet_lacks_is_escaped() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hemostat", "check", "--no-ledger", "例え.invalid", "bad:bücher"],
        cwd=ROOT / "src",
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert rb"\u4f8b\u3048.invalid" in done.stdout
    assert "bücher".encode("latin-1") in done.stdout


def test_a_direction_without_its_key_is_a_mistake(run: Run) -> None:
    ran = run("check", "--no-ledger", "--key-direction", "1", "127.0.0.1:9")
    assert (ran.status, ran.out) == (2, "")
    assert "--key-direction is that of a key for --tls-auth" in ran.err
