"""This host, as evidence has it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hemostat.detect.hosts import this_host
from hemostat.detect.hosts.this_host import host_facts
from hemostat.evidence import KINDS, read_time


def test_the_facts_are_those_of_the_kind_and_of_this_host() -> None:
    facts = host_facts()
    KINDS["host"].check(facts)
    assert facts["kernel"] == os.uname().sysname
    assert facts["look"]["root"] is (os.geteuid() == 0)
    assert facts["boot"]["at"] is None or read_time(facts["boot"]["at"]) < datetime.now(UTC) + timedelta(
        minutes=1
    )


def test_what_a_system_does_not_tell_is_null(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> dict[str, str]:
        raise OSError("none here")

    monkeypatch.setattr("platform.freedesktop_os_release", refuse)
    monkeypatch.setattr(this_host, "_BOOT_ID", str(tmp_path / "missing"))
    monkeypatch.setattr("time.clock_gettime", refuse)
    monkeypatch.setattr("getpass.getuser", refuse)
    facts = host_facts()
    KINDS["host"].check(facts)
    assert (facts["distribution"], facts["title"]) == (None, None)
    assert facts["boot"] == {"id": None, "at": None}
    assert facts["look"]["user"] == f"uid {os.getuid()}"


def test_what_would_not_fit_is_null(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    odd = {"ID": "Debian\n", "VERSION_ID": "", "PRETTY_NAME": "\x1b[31mred"}
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: odd)
    (tmp_path / "boot").write_text("junk")
    monkeypatch.setattr(this_host, "_BOOT_ID", str(tmp_path / "boot"))
    facts = host_facts()
    KINDS["host"].check(facts)
    assert (facts["distribution"], facts["release"], facts["title"], facts["boot"]["id"]) == (None,) * 4
