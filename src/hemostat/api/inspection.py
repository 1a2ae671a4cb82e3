"""`inspect`: what a host is from inside: its files, and its processes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from hemostat.api.copy_judge import CopyJudge, Prove
from hemostat.api.identity import Identity, identify
from hemostat.api.notes import Notes
from hemostat.api.packages import Packages
from hemostat.api.recording import Seen
from hemostat.report.finding import Finding

if TYPE_CHECKING:
    from hemostat.api.processes import ProcessJudge
    from hemostat.detect.hosts.files import Counters
    from hemostat.report.process_finding import ProcessFinding
    from hemostat.snapshots import Snapshot

__all__ = ["InspectOptions", "inspect_files", "inspect_host"]

SOURCE: Final = "hemostat inspect"

_OF_HOST: Final = ("system", "packages", "processes", "sockets")
_OF_FILES: Final = ("system", "packages")
_NO_FILES: Final = ("/proc", "/sys", "/dev", "/run/user")
"""What the kernel shows as files, and other users' mounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectOptions:
    """How to look.

    prove               which shared libraries of this machine's kind are loaded in a sandbox and asked, which runs what
                        their constructors hold: `packaged`, those that a package owns; `all`; `none`
    other_file_systems  go on where another one is mounted
    seconds             that one file may take, with all that is in it

    Raises ValueError for a value that makes no sense.
    """

    prove: Prove = "packaged"
    other_file_systems: bool = False
    seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.prove not in ("all", "packaged", "none"):
            raise ValueError("prove is all, packaged or none")
        if not self.seconds > 0:
            raise ValueError("seconds is above zero")


def inspect_files(
    paths: Iterable[str],
    options: InspectOptions | None = None,
    *,
    ledger: str | None = None,
    who: Identity | None = None,
    is_over: Callable[[], bool] = lambda: False,
    progress: "Counters | None" = None,
) -> Iterator[Finding]:
    """Look for copies of OpenSSL in files, folders and archives; give each finding when it is there.

    `ledger`: its URL or path; None keeps nothing. A finding is in the ledger before it is given out. `is_over` is asked
    all the time; when it says so, nothing new is looked into. Raises `LedgerError` where the ledger can't be opened or
    written to.
    """
    with _Inspection(options, ledger, who, is_over, _OF_FILES) as inspection:
        yield from inspection.files(paths, progress)


def inspect_host(
    paths: Iterable[str] = ("/",),
    options: InspectOptions | None = None,
    *,
    ledger: str | None = None,
    who: Identity | None = None,
    is_over: Callable[[], bool] = lambda: False,
    progress: "Counters | None" = None,
) -> Iterator["Finding | ProcessFinding"]:
    """Look at this host: for copies in its files, below `paths`, then at its processes and what they have in memory.

    See `inspect_files` for the arguments.
    """
    with _Inspection(options, ledger, who, is_over, _OF_HOST) as inspection:
        yield from inspection.files(paths, progress)
        if not is_over():
            yield from inspection.processes()


class _Inspection:
    """One look, from the packages to the host's own row."""

    def __init__(
        self,
        options: InspectOptions | None,
        ledger: str | None,
        who: Identity | None,
        is_over: Callable[[], bool],
        sections: Sequence[str],
    ) -> None:
        self._options = options or InspectOptions()
        self._who = who or identify()
        self._notes = Notes(ledger, self._who, SOURCE)
        self._is_over = is_over
        self._sections = sections

    def __enter__(self) -> Self:
        from hemostat.detect.hosts.owners import owners_of

        self._notes.__enter__()
        self._snapshot = _collected(self._sections)
        packages = Packages(self._snapshot, owners_of)
        self._judge = CopyJudge(self._options.prove, self._who.host, self._notes, packages)
        now = datetime.now(UTC)
        self._notes.write(*(Seen("package", self._who.host, facts, now, {}) for facts in packages.facts))
        self._processes = self._process_judge()
        return self

    def _process_judge(self) -> "ProcessJudge | None":
        from hemostat.api.processes import ProcessJudge

        if "processes" not in self._sections or self._snapshot is None:
            return None
        return ProcessJudge(self._snapshot, self._who, self._notes, self._judge)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._host()
                self._notes.is_complete = not self._is_over()
        finally:
            self._notes.__exit__()

    def files(self, paths: Iterable[str], progress: "Counters | None") -> Iterator[Finding]:
        from hemostat.detect.hosts.files import Search, SeenCopy, look_into

        search = Search(
            other_file_systems=self._options.other_file_systems,
            seconds=self._options.seconds,
            leave_out=_NO_FILES,
        )
        for seen in look_into(paths, search, progress=progress, is_over=self._is_over):
            if not isinstance(seen, SeenCopy):
                yield self._judge.nothing(seen)
                continue
            finding = self._judge.copy(seen)
            if self._processes is not None and not seen.found.inside:
                self._processes.on_disk(seen.place, finding)
            yield finding

    def processes(self) -> "Iterator[Finding | ProcessFinding]":
        if self._processes is not None:
            yield from self._processes.findings(self._is_over)

    def _host(self) -> None:
        """This host, and what of it could not be read."""
        from hemostat.detect.hosts.this_host import host_facts

        facts: dict[str, Any] = host_facts()
        facts |= {"unread": self._judge.unread, "unread_count": self._judge.unread_count}
        self._notes.write(Seen("host", self._who.host, facts, datetime.now(UTC), {}))


def _collected(sections: Sequence[str]) -> "Snapshot | None":
    """What the collector says of this host; None where there is no shell, or it says nothing that can be read."""
    from hemostat.detect.hosts.collecting import collect
    from hemostat.snapshots import SnapshotError

    try:
        return collect(sections)
    except (OSError, SnapshotError):
        return None
