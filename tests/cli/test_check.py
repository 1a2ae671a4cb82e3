import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.ledger import Ledger, LedgerError
from hemostat.report import KEYS
from tests.cli.conftest import Run

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
        (["--port", "0", "a.example"], "a port is a whole number"),
        (["--looks", "0", "127.0.0.1:9"], "looks"),
        (["--timeout", "0", "127.0.0.1:9"], "timeout"),
        (["--timeout", "soon", "127.0.0.1:9"], "soon"),
        (["--concurrency", "-1", "127.0.0.1:9"], "concurrency"),
        (["--retries", "-1", "127.0.0.1:9"], "retries"),
        (["--sni", "not a name", "127.0.0.1:9"], "name"),
        (["--vantage", "An Office", "127.0.0.1:9"], "label"),
        (["--network", "x y", "127.0.0.1:9"], "label"),
        (["--authority", "\x1b[2J", "127.0.0.1:9"], "authority"),
        (["--file", "no-such-file.txt"], "no-such-file.txt can't be read: No such file or directory"),
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
    listed.write_bytes(f"\ufeff# ours\r\n\r\n{target}  # web\r\nnot:a:target\r\n{target}\r\n".encode())
    ran = run("check", "--json", "--file", str(listed))
    assert ran.status == 3
    bad, good = sorted(ran.lines(), key=lambda each: each["verdict"] or "")
    assert (bad["verdict"], bad["reason"], bad["evidence"]["line"]) == (None, "bad-form", 4)
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


def test_an_interruption_keeps_and_prints_what_was_answered(tmp_path: Path) -> None:
    """Ctrl-C while a silent server is waited for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        command = [sys.executable, "-m", "hemostat", "check", "--json", "--timeout", "60"]
        command += [
            "--ledger",
            str(tmp_path / "ledger.sqlite"),
            "127.0.0.1:9",
            f"127.0.0.1:{silent.getsockname()[1]}",
        ]
        with subprocess.Popen(
            command, cwd=ROOT / "src", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert first["reason"] == "refused"
    assert (process.returncode, out) == (130, "")
    assert err == "hemostat: interrupted; what was answered is kept.\n"


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
    assert ran.status == 2
    assert "\nvulnerable (own-bytes-answered)\n" in ran.out
    assert "2 answers: 1 vulnerable, 1 unreachable." in ran.out
    assert "Exit status" not in ran.out
    assert ran.err == "hemostat: the disk is full\n"


@pytest.mark.parametrize(("arguments", "said"), [([], True), (["--json"], False), (["--quiet"], False)])
def test_progress_is_for_people(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: bool
) -> None:
    monkeypatch.setattr("hemostat.cli.progress._SHORT", 0)
    assert ("1 of 1 targets begun" in run("check", "--no-ledger", *arguments, "127.0.0.1:9").err) == said


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
