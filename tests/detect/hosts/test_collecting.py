"""The collector, run on this host."""

import os
import time
from pathlib import Path

import pytest

from hemostat.detect.hosts import collecting
from hemostat.detect.hosts.collecting import COLLECTOR, collect, collect_over_ssh
from hemostat.snapshots import CollectError, Process, SnapshotError, System, read_snapshot


def test_a_snapshot_of_this_host() -> None:
    found = collect(["system", "processes"])
    assert found.fault is None
    assert set(found.sections) == {"system", "processes"}
    assert len(found.of(System)) == 1
    assert found.of(Process)
    assert COLLECTOR.is_file()


def test_something_is_done_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script waits for what is done meanwhile."""
    script, gate = tmp_path / "collect.sh", tmp_path / "gate"
    os.mkfifo(gate)
    script.write_text(f"cat <'{gate}'\nexec sh '{COLLECTOR}' \"$@\"\n")
    monkeypatch.setattr(collecting, "COLLECTOR", script)

    def open_gate() -> None:
        gate.write_text("")

    assert collect(["system"], meanwhile=open_gate).of(System)


def test_what_prints_no_snapshot_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "collect.sh"
    monkeypatch.setattr(collecting, "COLLECTOR", script)
    with pytest.raises(SnapshotError):
        collect(["system"])
    script.write_text("echo hello")
    with pytest.raises(SnapshotError):
        collect(["system"])


def test_a_look_that_is_over_ends_the_collector_and_what_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "collect.sh"
    script.write_text(f"sh -c 'echo $$ > {tmp_path}/child; exec sleep 600'; echo late\n")
    monkeypatch.setattr(collecting, "COLLECTOR", script)
    with pytest.raises(SnapshotError):
        collect(
            ["system"],
            is_over=lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "",
        )
    pid = int((tmp_path / "child").read_text())
    # Killed, whether or not somebody has waited for it by now.
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            break
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail("what the collector had started still runs")


def test_over_ssh_too(tmp_path: Path) -> None:
    command = ssh(tmp_path, "exec sleep 600")
    asked = iter([False])
    assert not list(collect_over_ssh("root@web1", [], command, is_over=lambda: next(asked, True)))


def test_where_there_is_no_shell_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_SHELL", "/nowhere/sh")
    with pytest.raises(OSError, match="nowhere"):
        collect(["system"])


def ssh(folder: Path, script: str) -> list[str]:
    """A stand-in for ssh, which runs the command here; the real one: tests/live."""
    path = folder / "ssh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return [str(path)]


def test_another_host_gets_the_collector_over_ssh(tmp_path: Path) -> None:
    command = ssh(tmp_path, 'printf "%s\\n" "$1" "$2" "$3" "$4" > "$(dirname "$0")/said"; exec sh -c "$5"')
    found = read_snapshot(collect_over_ssh("root@web1", ["--only", "system"], command))
    assert set(found.sections) == {"system"}
    assert (tmp_path / "said").read_text().split() == ["-o", "BatchMode=yes", "--", "root@web1"]


@pytest.mark.parametrize("host", ["-oProxyCommand=id", ""])
def test_an_option_is_no_host(host: str) -> None:
    with pytest.raises(CollectError, match="is no host"):
        next(collect_over_ssh(host, []))


def test_a_host_that_is_not_reached_says_why(tmp_path: Path) -> None:
    command = ssh(tmp_path, "echo 'Permission denied (publickey).' >&2; exit 255")
    with pytest.raises(CollectError, match=r"root@web1: Permission denied \(publickey\)\."):
        next(collect_over_ssh("root@web1", [], command))
    with pytest.raises(CollectError, match="can't be started"):
        next(collect_over_ssh("root@web1", [], [str(tmp_path / "missing")]))
