"""`inspect --file` on the real wheel with OpenSSL 1.0.2q, and on this system's own libraries beside `find`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live.peers import needs, wheels
from tests.live.peers.openssl102q_library import VERSION, Unobtainable
from tests.live.peers.processes import python_path


def inspect(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Status and findings of `hemostat inspect --json --no-ledger`."""
    done = subprocess.run(
        [sys.executable, "-m", "hemostat", "inspect", "--json", "--no-ledger", *arguments],
        env={**os.environ, "PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def wheel(name: str) -> Path:
    try:
        return wheels.fetch(wheels.WHEELS[name])
    except Unobtainable as problem:
        pytest.skip(str(problem))


def test_the_real_1_0_2q_is_proved_patched_inside_of_its_wheel() -> None:
    needs.x86_64_glibc()
    status, found = inspect("--prove", "all", "--file", str(wheel("psycopg2-binary 2.7.7")))
    (libssl,) = [each for each in found if each["evidence"]["proof"] is not None]
    proof = libssl["evidence"]["proof"]
    if proof["facts"]["connections"][0]["failure"] == "sandbox-not-held":
        pytest.skip(f"cannot be had: this kernel holds {proof['sandbox']}")
    assert (libssl["verdict"], libssl["reason"], status) == ("patched", "own-bytes-ignored", 0)
    assert proof["version"] == VERSION


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("cryptography 0.2.2", {"text-only"}),
        ("cryptography 0.4", {"text-only"}),
        ("psycopg2 2.7", {"no-heartbeats", "no-libssl"}),
    ],
)
def test_traps_are_not_called_vulnerable(name: str, reasons: set[str]) -> None:
    """Texts of headers, and OpenSSL 0.9.8e."""
    status, found = inspect("--file", str(wheel(name)))
    assert found
    assert {each["reason"] for each in found} <= reasons
    assert status == 0


def test_every_libssl_and_libcrypto_that_find_knows_is_found() -> None:
    names = ["(", "-name", "libssl.so*", "-o", "-name", "libcrypto.so*", ")"]
    listed = subprocess.run(
        ["find", "/usr/lib", "/opt", "-xdev", "-type", "f", *names],
        capture_output=True,
        text=True,
        check=True,
    )
    known = set(listed.stdout.split())
    assert known
    _, found = inspect("--file", *sorted({str(Path(each).parent) for each in known}))
    assert known <= {each["path"] for each in found}
