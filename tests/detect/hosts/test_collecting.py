"""The collector, run on this host."""

from pathlib import Path

import pytest

from hemostat.detect.hosts import collecting
from hemostat.detect.hosts.collecting import COLLECTOR, collect
from hemostat.snapshots import Process, SnapshotError, System


def test_a_snapshot_of_this_host() -> None:
    found = collect(["system", "processes"])
    assert found.fault is None
    assert set(found.sections) == {"system", "processes"}
    assert len(found.of(System)) == 1
    assert found.of(Process)
    assert COLLECTOR.is_file()


def test_what_prints_no_snapshot_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "collect.sh"
    monkeypatch.setattr(collecting, "COLLECTOR", script)
    with pytest.raises(SnapshotError):
        collect(["system"])
    script.write_text("echo hello")
    with pytest.raises(SnapshotError):
        collect(["system"])


def test_where_there_is_no_shell_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_SHELL", "/nowhere/sh")
    with pytest.raises(OSError, match="nowhere"):
        collect(["system"])
