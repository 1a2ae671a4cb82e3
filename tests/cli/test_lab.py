import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.lab import default_endpoints
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_it_opens_says_where_and_ends_when_told() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "hemostat", "lab", "--json"],
        cwd=ROOT / "src",
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        opened = []
        while line := process.stdout.readline().strip():
            opened.append(json.loads(line))
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert process.returncode == 0
    assert [each["name"] for each in opened] == [each.name for each in default_endpoints()]
    assert {each["host"] for each in opened} == {"127.0.0.1"}
    assert all(each["command"].startswith("./hemostat check ") for each in opened)


def test_some_by_name_as_a_table() -> None:
    command = [
        sys.executable,
        "-m",
        "hemostat",
        "lab",
        "vulnerable-closes",
        "no-heartbeats",
        "vulnerable-closes",
    ]
    with subprocess.Popen(
        command, cwd=ROOT / "src", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        head, *rows = [process.stdout.readline() for _ in range(3)]
        process.terminate()
        _, err = process.communicate(timeout=20)
    assert head.split()[:2] == ["name", "verdict"]
    assert [row.split()[:2] for row in rows] == [
        ["vulnerable-closes", "vulnerable"],
        ["no-heartbeats", "not-affected"],
    ]
    assert "2 endpoints are open on loopback; Ctrl-C ends." in err


def test_what_it_will_not_do(run: Run) -> None:
    for arguments, said in (
        (["no-such-endpoint"], "no lab endpoint is called no-such-endpoint"),
        (["--host", "192.0.2.1"], "the lab stays on loopback"),
        (["--port-base", "70000"], "--port-base 70000: a whole number from 0 to 65535 is meant"),
        (["--port-base", "x"], "--port-base x: a whole number"),
        (
            ["--port-base", "65535"],
            f"--port-base 65535: {len(default_endpoints())} endpoints would go past port 65535",
        ),
    ):
        ran = run("lab", *arguments)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"hemostat: {said}")


def test_the_last_port_is_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("hemostat.lab.run", lambda announce, **how: asked.update(how))
    assert run("lab", "--port-base", "65535", "no-heartbeats", "no-heartbeats").status == 0
    assert asked == {"only": ("no-heartbeats",), "host": "127.0.0.1", "port_base": 65535}
