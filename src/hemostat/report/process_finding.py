"""One finding of `inspect` about a process: what it has in memory, and whether it is to be restarted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hemostat.assess.processes import Restart
from hemostat.assess.rule import VerdictWord
from hemostat.targets import printable

__all__ = ["PROCESS_KEYS", "ProcessFinding", "process_line"]

PROCESS_KEYS: Final = (
    "kind",
    "host",
    "pid",
    "exe",
    "user",
    "unit",
    "container",
    "verdict",
    "reason",
    "explanation",
    "restart",
    "caution",
    "listening",
    "connected",
    "evidence",
    "observed_at",
)
"""The keys of a process as JSON, in their order; `kind` is `process`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFinding:
    """What was found out about one process.

    host                              as it was written, of another host; None: this one
    pid, exe, user, unit, container   who it is; None where that is not known
    verdict, reason, explanation      as of a `Finding`
    restart                           see `assess.processes.Restart`
    caution                           why a restart is dangerous, and what to do; empty where it is not
    listening, connected              names of endpoints: its own, and those of others that it is connected out to
    evidence                          `observation`, `subject`, `rule`, `facts` (of kind `process`)
    observed_at                       RFC 3339 in UTC
    """

    pid: int
    exe: str | None
    user: str | None
    unit: str | None
    container: str | None
    verdict: VerdictWord
    reason: str
    explanation: str
    restart: Restart
    caution: str
    listening: tuple[str, ...]
    connected: tuple[str, ...]
    evidence: Mapping[str, Any]
    observed_at: str
    host: str | None = None

    @property
    def place(self) -> str:
        """`nginx.service (pid 4711, /usr/sbin/nginx)`; printable."""
        who = self.unit or (f"container {self.container[:12]}" if self.container else None)
        inner = f"pid {self.pid}{', ' + self.exe if self.exe else ''}"
        named = f"{who} ({inner})" if who else inner
        return printable(named if self.host is None else f"{self.host}: {named}")

    def as_json(self) -> dict[str, Any]:
        """The finding as values of JSON, keys as in `PROCESS_KEYS`."""
        values = {key: getattr(self, key) for key in PROCESS_KEYS if key != "kind"}
        lists = {"listening": list(self.listening), "connected": list(self.connected)}
        return {"kind": "process"} | values | lists | {"evidence": dict(self.evidence)}


def process_line(finding: ProcessFinding) -> str:
    """The finding as one line of JSON, without its end: ASCII."""
    return json.dumps(finding.as_json(), separators=(",", ":"))
