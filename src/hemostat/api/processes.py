"""From the processes that a snapshot names to what is said of them: whose code they have in memory, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from hemostat.api.copy_judge import CopyJudge, encoded_path
from hemostat.api.identity import Identity
from hemostat.api.notes import Notes, place_of_row
from hemostat.api.packages import time_of
from hemostat.api.recording import Seen
from hemostat.api.sources import Source
from hemostat.assess.processes import Mapped, judge_process
from hemostat.assess.rule import Verdict
from hemostat.evidence import EvidenceError, names, write_time
from hemostat.report.disagreement import SEVERITY
from hemostat.report.finding import Finding
from hemostat.report.process_finding import ProcessFinding
from hemostat.snapshots import Object, Process, Snapshot, Socket, System, container_of, unit_of

if TYPE_CHECKING:
    from hemostat.detect.hosts.files import Place

__all__ = ["ProcessJudge"]

_MOST_HOLDERS: Final = 64
"""Of those that have one object mapped: how many are asked for its bytes."""
_GONE: Final = ("vanished", "not-mapped")
_ANOTHER_MAY: Final = (*_GONE, "permission")
"""Why one holder's mapping can't be read, where another's may."""
_MOST_MAPPED: Final = 64
_MOST_SOCKETS: Final = 256


@dataclass(slots=True)
class _Code:
    """What is known of an object that processes have mapped: the finding on its bytes; `why` they could not be read."""

    finding: Finding | None
    build: str | None
    why: str | None = None


@dataclass(slots=True)
class ProcessJudge:
    """Is told of the copies on the disk first, then gives the findings on the processes."""

    snapshot: Snapshot
    who: Identity
    notes: Notes
    copies: CopyJudge
    source: Source
    _by_inode: dict[tuple[int, int, int], Finding] = field(default_factory=dict)
    _by_path: dict[str, Finding] = field(default_factory=dict)
    _ours: set[int] = field(default_factory=set)
    """Objects whose path holds on the host's own disk: a process that shares its mounts has them."""
    _mounts: int | None = field(init=False)
    _knows_mounts: bool = field(init=False)

    def __post_init__(self) -> None:
        self._mounts = self.source.mounts()
        self._knows_mounts = any(each.mount_namespace is not None for each in self.snapshot.of(Process))

    def on_disk(self, place: "Place", finding: Finding) -> None:
        """A copy that lies on the disk, itself the file."""
        if finding.form != "text-only":
            self._by_inode[(*place.device, place.inode)] = finding
            self._by_path[place.path] = finding

    def findings(self, is_over: Callable[[], bool]) -> Iterator[Finding | ProcessFinding]:
        """Each process that has code of OpenSSL in memory, or of which that could not be told; before it what it has
        mapped that lies nowhere on the disk any more.
        """
        objects = {each.id: each for each in self.snapshot.of(Object)}
        holders: dict[int, list[int]] = {}
        for process in self.snapshot.of(Process):
            for number in process.objects:
                holders.setdefault(number, []).append(process.pid)
                if self._shares_mounts(process) is not False:
                    self._ours.add(number)
        code: dict[int, _Code] = {}
        for number, pids in holders.items():
            if is_over():
                return
            if number in objects:
                found = self._code(objects[number], pids)
                if found is not None:
                    code[number] = found
                    if found.finding is not None and self._known(objects[number]) is None:
                        yield found.finding
        sockets = self._sockets()
        for process in self.snapshot.of(Process):
            if is_over():
                return
            mapped = [(objects[number], code[number]) for number in process.objects if number in code]
            if "maps" in process.unread:
                self.copies.could_not_read("process", str(process.pid), "permission")
            if mapped or "maps" in process.unread:
                yield self._finding(process, mapped, sockets.get(process.pid, []))

    # -- what is mapped --------------------------------------------------------------------------------------

    def _shares_mounts(self, process: Process) -> bool | None:
        """Whether a path means to it what it means on the host's own disk; None where no process' mounts are known, as
        of a kernel that has no namespaces.
        """
        if process.root is not None:
            return False
        if not self._knows_mounts:
            return None
        return process.mount_namespace is not None and process.mount_namespace == self._mounts

    def _known(self, one: Object) -> Finding | None:
        """The copy on the disk that this is; of a deleted one, none."""
        if one.device is not None and one.inode is not None:
            found = self._by_inode.get((*one.device, one.inode))
            if found is not None:
                return found
        # Some file systems show another device in a process' map than elsewhere.
        return None if one.deleted or one.id not in self._ours else self._by_path.get(one.path)

    def _code(self, one: Object, pids: list[int]) -> _Code | None:
        """What an object holds of OpenSSL; None where it holds none, or nobody has it mapped any more."""
        known = self._known(one)
        if known is not None:
            return _Code(known, known.evidence["facts"]["build"])
        if one.device is None or one.inode is None:
            return None
        refused = None
        for pid in pids[:_MOST_HOLDERS]:
            found = self.source.mapped(one, pid)
            if found is None:
                return None
            if found.copy is not None or found.why not in _ANOTHER_MAY:
                finding = self.copies.mapped(
                    one.path, one.device, one.inode, found, pid, deleted=bool(one.deleted)
                )
                return _Code(finding, found.sha256, found.why)
            if refused is None or found.why not in _GONE:
                refused = found.why
        return None if refused in _GONE and len(pids) <= _MOST_HOLDERS else _Code(None, None, refused)

    # -- a process -------------------------------------------------------------------------------------------

    def _finding(
        self, process: Process, mapped: list[tuple[Object, _Code]], sockets: list[Socket]
    ) -> ProcessFinding:
        now = datetime.now(UTC)
        facts = self._facts(process, mapped, sockets)
        row = None
        subject = self._subject(process)
        if subject is not None:
            (row,) = self.notes.write(Seen("process", subject, facts, now, {}))
        judged = judge_process(facts, [self._mapped(process, each, code) for each, code in mapped])
        return ProcessFinding(
            pid=process.pid,
            exe=process.exe,
            user=facts["user"],
            unit=facts["unit"],
            container=facts["container"],
            verdict=judged.verdict.word,
            reason=judged.verdict.reason,
            explanation=judged.verdict.explanation,
            restart=judged.restart,
            caution=judged.caution,
            listening=tuple(facts["listening"]),
            connected=tuple(facts["connected"]),
            cgroup=process.cgroup,
            shares_mounts=self._shares_mounts(process),
            evidence={
                "observation": place_of_row(row),
                "subject": subject,
                "rule": judged.verdict.rule,
                "facts": facts,
            },
            observed_at=write_time(now),
        )

    def _mapped(self, process: Process, one: Object, code: _Code) -> Mapped:
        is_ours = one.deleted and self._shares_mounts(process) is not False
        on_disk = self._by_path.get(one.path) if is_ours else None
        return Mapped(
            one.path,
            bool(one.deleted),
            None if code.finding is None else _verdict(code.finding),
            None if on_disk is None else _verdict(on_disk),
        )

    def _subject(self, process: Process) -> str | None:
        """None where the boot is not known: then nobody could tell it from one of another boot."""
        system = next(iter(self.snapshot.of(System)), None)
        if system is None or system.boot_id is None:
            return None
        return str(names.process(self.who.host, system.boot_id, process.pid, process.start_ticks))

    def _facts(
        self, process: Process, mapped: list[tuple[Object, _Code]], sockets: list[Socket]
    ) -> dict[str, Any]:
        unit, container = unit_of(process.cgroup), container_of(process.cgroup)
        endpoints = self._endpoints(sockets)
        return {
            "exe": _path(process.exe),
            "exe_deleted": bool(process.exe_deleted) and _path(process.exe) is not None,
            "user": _prose(process.user),
            "uid": process.uid,
            "started": time_of(process.started),
            "unit": _prose(unit),
            "container": container,
            "service": self._service(process, unit, container),
            "mapped": [
                {
                    "path": _path(each.path) or "/",
                    "device": None if each.device is None else f"{each.device[0]},{each.device[1]}",
                    "inode": each.inode,
                    "deleted": bool(each.deleted),
                    "build": code.build,
                    "why": None if code.build is not None else code.why or "unreadable",
                }
                for each, code in mapped[:_MOST_MAPPED]
            ],
            "listening": endpoints[0][:_MOST_SOCKETS],
            "connected": endpoints[1][:_MOST_SOCKETS],
            "more_sockets": sum(max(0, len(each) - _MOST_SOCKETS) for each in endpoints),
            "unread": [
                {"what": what, "why": "permission"} for what in process.unread if what in ("exe", "maps")
            ],
        }

    def _service(self, process: Process, unit: str | None, container: str | None) -> str | None:
        """What is stopped and started as one: the container, the unit, else the program of that user."""
        try:
            if container is not None:
                return str(names.service(names.container(container), "container"))
            if unit is not None:
                return str(names.service(self.who.host, unit))
            if process.exe is not None:
                return str(names.service_by_exe(self.who.host, process.exe, process.user or str(process.uid)))
        except EvidenceError:
            pass
        return None

    def _sockets(self) -> dict[int, list[Socket]]:
        found: dict[int, list[Socket]] = {}
        for socket in self.snapshot.of(Socket):
            for pid in socket.pids:
                found.setdefault(pid, []).append(socket)
        return found

    def _endpoints(self, sockets: list[Socket]) -> tuple[list[str], list[str]]:
        """Names of those that it listens on, and of those that it is connected out to."""
        listening, connected = set[str](), set[str]()
        for socket in sockets:
            if socket.state in ("listening", "bound"):
                listening |= self._endpoint(socket.protocol, socket.local)
            elif socket.remote is not None:
                connected |= self._endpoint(socket.protocol, socket.remote)
        return sorted(listening), sorted(connected)

    def _endpoint(self, protocol: str, place: str) -> set[str]:
        address, _, port = place.rpartition(":")
        try:
            return {
                str(
                    names.endpoint(
                        protocol, address.strip("[]"), int(port), host=self.who.host, network=self.who.network
                    )
                )
            }
        except (EvidenceError, ValueError):
            return set()


def _verdict(finding: Finding) -> Verdict:
    word = finding.verdict if finding.verdict in SEVERITY else None
    return Verdict(word or "inconclusive", finding.reason, finding.explanation, str(finding.evidence["rule"]))


def _path(path: str | None) -> str | None:
    try:
        return None if path is None else encoded_path(path)
    except EvidenceError:
        return None


def _prose(text: str | None) -> str | None:
    from hemostat.targets import printable

    return printable(text)[:256] or None if text else None
