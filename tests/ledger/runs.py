"""Runs to keep: made as `check` makes them, with clock and names that are numbers."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from hemostat.evidence import KINDS, Observation, RunWriter, names
from hemostat.ledger import Ledger, open_ledger

__all__ = ["START", "blob", "contents", "endpoint", "ledger_with", "probe_facts", "run", "run_name", "writer"]

START = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)


def run_name(number: int) -> str:
    """The name of run `number`; they sort as their numbers do."""
    return str(names.run(f"{number:032x}"))


def writer(number: int) -> RunWriter:
    """Who writes run `number`."""
    return RunWriter(run_name(number), source="hemostat check", source_version="0.1.0", vantage="office")


def endpoint(number: int) -> str:
    """The name of the endpoint that a probe of that number is about."""
    return f"tcp:8.0.{number >> 8}.{number & 255}:443"


def blob(number: int) -> tuple[str, bytes]:
    """A blob and, first, its digest."""
    data = f"blob {number}".encode()
    return sha256(data).hexdigest(), data


def probe_facts(number: int, certificates: Sequence[str] = (), *, host: str | None = None) -> dict[str, Any]:
    """Facts of a probe of `endpoint(number)`, asked for as `www<number>.example` unless `host` is given."""
    facts: dict[str, Any] = copy.deepcopy(dict(KINDS["probe"].example))
    facts["host"] = host or f"www{number}.example"
    facts["address"] = f"8.0.{number >> 8}.{number & 255}"
    facts["connections"][0]["certificates"] = list(certificates)
    return facts


def run(
    number: int,
    probes: Sequence[int] = (1, 2),
    *,
    certificates: Sequence[str] = (),
    ended: bool = True,
    at: datetime = START,
) -> list[Observation]:
    """The rows of run `number`, with one probe of each of these endpoints, a second after the other."""
    write = writer(number)
    rows = [write.begin(operator=f"operator {number}", authority=None, now=at)]
    for place, probe in enumerate(probes, 1):
        when = at + timedelta(seconds=place)
        rows.append(
            write.append(
                "probe", endpoint(probe), probe_facts(probe, certificates), observed_at=when, recorded_at=when
            )
        )
    if ended:
        rows.append(write.end(now=at + timedelta(seconds=len(probes) + 1)))
    return rows


def contents(ledger: Ledger) -> tuple[list[Observation], dict[str, bytes | None]]:
    """All that a ledger holds: its rows, and its blobs that rows link to."""
    rows = list(ledger.rows())
    digests = {link.removeprefix("cert:") for row in rows for link in row.links if link.startswith("cert:")}
    return rows, {digest: ledger.blob(digest) for digest in sorted(digests)}


@contextmanager
def ledger_with(
    path: Path, *runs: Sequence[Observation], blobs: Sequence[tuple[str, bytes]] = ()
) -> Iterator[Ledger]:
    """A ledger in a file that holds these runs and blobs."""
    with open_ledger(str(path)) as ledger:
        for rows in runs:
            ledger.append(rows)
        ledger.append([], dict(blobs))
        yield ledger
