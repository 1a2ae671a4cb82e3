"""Runs `check` as its user does: the command, in a process of its own, in a namespace if the peer is in one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.live.peers.processes import inside, python_path

KEYS = [
    "target",
    "address",
    "port",
    "dialect",
    "verdict",
    "reason",
    "explanation",
    "evidence",
    "certificate",
    "observed_at",
]
"""The keys of each line of `--json`, and no others."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one run of the command said: its exit status, the objects of its lines, its standard error."""

    status: int
    answers: list[dict[str, Any]]
    said: str

    def one(self) -> dict[str, Any]:
        """The only answer."""
        (answer,) = self.answers
        return answer

    def verdicts(self) -> Counter[tuple[str, str]]:
        """How often each verdict was given, with its reason."""
        return Counter((answer["verdict"], answer["reason"]) for answer in self.answers)


def look(*arguments: str, namespace: str | None = None, timeout: float = 100.0) -> Looked:
    """Runs `hemostat check --json --no-ledger` with the arguments; fails the test if it wrote anything else."""
    done = subprocess.run(
        inside(namespace, [sys.executable, "-m", "hemostat", "check", "--json", "--no-ledger", *arguments]),
        env={**os.environ, "PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert "Traceback" not in done.stderr, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in answers:
        assert sorted(answer) == sorted(KEYS)
    return Looked(done.returncode, answers, done.stderr)


def connections(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The connections that an answer rests on, from its evidence."""
    found: list[dict[str, Any]] = answer["evidence"]["facts"]["connections"]
    return found


def none_by_timeout(answer: dict[str, Any]) -> bool:
    """Whether the peer's words or its own end decided, and never our patience: true of every verdict over TCP that is
    not inconclusive.
    """
    facts = answer["evidence"]["facts"]
    took = sum(each["microseconds"] for each in facts["connections"])
    return bool(took < facts["budget"]["microseconds"] // 3)
