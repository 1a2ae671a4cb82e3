"""Runs to test with: one that is kept as text, and others written anew."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hemostat.evidence import KINDS, Observation, RunWriter, names
from hemostat.evidence.canonical import digest, encode
from hemostat.evidence.observation import hashed_text

__all__ = ["KNOWN_LINES", "KNOWN_LINES_1", "NOW", "SECOND", "forged", "known_run", "probe_run", "writer"]

KNOWN_LINES = Path(__file__).with_name("known_run.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
"""A run as it was once written. These lines never change: ledgers hold others like them."""
KNOWN_LINES_1 = Path(__file__).with_name("known_run_1.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
"""The same from before: its probe is of version 1."""
NOW = datetime(2026, 11, 24, 4, 30, 0, 123456, UTC)
SECOND = timedelta(seconds=1)


def writer(run: str = "5eed" * 8) -> RunWriter:
    """The writer of a new run."""
    return RunWriter(names.run(run), source="hemostat check", source_version="0.1.0", vantage="office")


def known_run() -> list[Observation]:
    """The run of KNOWN_LINES, written anew."""
    run = writer()
    facts = {
        "says": "accepted",
        "step": "revoke",
        "others": [names.key("12" * 32)],
        "who": "Jürgen",
        "why": 'the provider says:\n"next week"',
        "since": None,
        "until": "2026-12-24T00:00:00.000000Z",
    }
    return [
        run.begin(operator="Jürgen", authority=None, now=NOW),
        run.append(
            "statement",
            "tcp:10.0.0.1:443@office",
            facts,
            [names.certificate("ab" * 32)],
            observed_at=NOW + SECOND,
            recorded_at=NOW + 2 * SECOND,
        ),
        run.append(
            "probe",
            "tcp:192.0.2.7:443@office",
            json.loads(KNOWN_LINES[2])["facts"],
            observed_at=NOW + 2 * SECOND,
            recorded_at=NOW + 3 * SECOND,
        ),
        run.end(now=NOW + 4 * SECOND),
    ]


def probe_run(probes: int, run: str = "ab" * 16) -> list[Observation]:
    """A whole run of so many probes."""
    written = writer(run)
    rows = [written.begin(operator="alice", authority=None, now=NOW)]
    example = dict(KINDS["probe"].example)
    for port in range(1, probes + 1):
        subject = names.endpoint("tcp", "8.8.8.8", port)
        facts = example | {"address": "8.8.8.8", "port": port}
        rows.append(written.append("probe", subject, facts, observed_at=NOW, recorded_at=NOW))
    return [*rows, written.end(now=NOW)]


def forged(row: Observation | None = None, *, facts_text: Any = ..., **fields: Any) -> Observation:
    """A row with other fields and a digest that holds, as nobody here would write it. `facts` are given as values,
    or, in whatever form, as `facts_text`.
    """
    if "facts" in fields:
        fields["facts"] = encode(fields["facts"])
    if facts_text is not ...:
        fields["facts"] = facts_text
    given = (row or known_run()[0])._asdict() | fields
    del given["digest"]
    return Observation(**given, digest=digest(hashed_text(**given)))
