"""One finding of `inspect` about a process: what it has in memory, and whether it is to be restarted."""

import json
import re
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
_PLAIN_UNIT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,246}\.service")
_SLICE: Final = re.compile(r"(?!lxc|machine)[^/]+\.slice")
"""What the system's own manager puts services below; of machines only those that it looks after itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFinding:
    """What was found out about one process.

    cgroup                            its control group, as the kernel has it; not in JSON
    shares_mounts                     whether it has the host's own mounts and root; None: not known; not in JSON
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
    cgroup: str | None = None
    shares_mounts: bool | None = None

    @property
    def not_listed(self) -> str | None:
        """Why its unit may not go to `systemctl restart` of its host unseen, as a phrase; None where it may."""
        *above, last = _up_to_service((self.cgroup or "").strip("/").split("/"))
        if self.container is not None:
            return "it runs in a container"
        if self.shares_mounts is None:
            return "whether it runs in a container is not known"
        if not self.shares_mounts:
            return "it has mounts or a root of its own, as in a container"
        if self.unit is None or not self.unit.endswith(".service"):
            return "it belongs to no service"
        if last != self.unit or not _PLAIN_UNIT.fullmatch(last):
            return "its service has a name that may be taken for another, or for an option"
        if last.startswith("user@") or not all(map(_SLICE.fullmatch, above)):
            return "its service is that of another manager than the host's own: a user's, or a container's"
        return self.caution or None

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


def _up_to_service(parts: list[str]) -> list[str]:
    """A path up to its deepest service: what lies below that is the service's own."""
    ends = [number for number, part in enumerate(parts, 1) if part.endswith(".service")]
    return parts[: ends[-1]] if ends else parts


def process_line(finding: ProcessFinding) -> str:
    """The finding as one line of JSON, without its end: ASCII."""
    return json.dumps(finding.as_json(), separators=(",", ":"))
