"""`inspect`: what a host is from inside: its files, and its processes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from hemostat.api.copy_judge import CopyJudge, Prove
from hemostat.api.identity import Identity, identify
from hemostat.api.notes import Notes
from hemostat.api.packages import Packages
from hemostat.api.recording import Seen
from hemostat.report.finding import Finding

if TYPE_CHECKING:
    from hemostat.api.processes import ProcessJudge
    from hemostat.api.sources import Source
    from hemostat.detect.hosts.files import Counters, SeenCopy, SeenNothing
    from hemostat.report.process_finding import ProcessFinding
    from hemostat.snapshots import Snapshot

__all__ = [
    "InspectOptions",
    "collector",
    "inspect_files",
    "inspect_host",
    "inspect_over_ssh",
    "inspect_snapshot",
]

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
    search_seconds      after which the search for copies on another host ends

    Raises ValueError for a value that makes no sense.
    """

    prove: Prove = "packaged"
    other_file_systems: bool = False
    seconds: float = 120.0
    search_seconds: int = 300

    def __post_init__(self) -> None:
        if self.prove not in ("all", "packaged", "none"):
            raise ValueError("prove is all, packaged or none")
        if not (self.seconds > 0 and self.search_seconds > 0):
            raise ValueError("seconds and search_seconds are above zero")


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
            yield from inspection.gaps()
            yield from inspection.processes()


def inspect_snapshot(
    pieces: Iterable[bytes],
    options: InspectOptions | None = None,
    *,
    ledger: str | None = None,
    who: Identity | None = None,
    is_over: Callable[[], bool] = lambda: False,
    how: Literal["snapshot", "ssh"] = "snapshot",
) -> Iterator["Finding | ProcessFinding"]:
    """Judge what collect.sh printed on another host (docs/collect-format.md).

    `how` it came here. Libraries are proved where their bytes were carried along. A snapshot that was cut has its
    findings all the same, and then raises: what is missing may not be concluded from. See `inspect_files` for the other
    arguments. Raises `SnapshotError` where it is none, or is not whole.
    """
    from hemostat.snapshots import SnapshotError, read_snapshot

    try:
        snapshot = read_snapshot(pieces)
    except SnapshotError:
        if is_over():
            return
        raise
    with _Inspection(options, ledger, who, is_over, _OF_HOST, taken=snapshot, how=how) as inspection:
        yield from inspection.files_of_snapshot()
        if not is_over():
            yield from inspection.gaps()
            yield from inspection.processes()
        if snapshot.fault is not None and not is_over():
            raise snapshot.fault


def inspect_over_ssh(
    host: str,
    options: InspectOptions | None = None,
    *,
    ssh: Sequence[str] = ("ssh",),
    ledger: str | None = None,
    who: Identity | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator["Finding | ProcessFinding"]:
    """Look at another host over ssh: the collector runs there with the rights of the user who is logged in, and nothing
    is left behind; the judging is done here. Libraries are carried here to be proved, unless `prove` is `none`.

    See `inspect_snapshot` for the rest. Raises `CollectError` where ssh leads nowhere.
    """
    from hemostat.detect.hosts.collecting import collect_over_ssh

    options = options or InspectOptions()
    wanted = ["--limit-seconds", str(options.search_seconds)]
    wanted += [] if options.prove == "none" else ["--with-files"]
    wanted += ["--other-file-systems"] if options.other_file_systems else []
    pieces = collect_over_ssh(host, wanted, ssh, is_over=is_over)
    found = inspect_snapshot(pieces, options, ledger=ledger, who=who, is_over=is_over, how="ssh")
    for each in found:
        yield replace(each, host=host)


def collector() -> str:
    """The text of collect.sh, to be run on any host: `sh collect.sh > FILE`."""
    from hemostat.detect.hosts.collecting import COLLECTOR

    return COLLECTOR.read_text(encoding="utf-8")


class _Inspection:
    """One look, from the packages to the host's own row."""

    def __init__(
        self,
        options: InspectOptions | None,
        ledger: str | None,
        who: Identity | None,
        is_over: Callable[[], bool],
        sections: Sequence[str],
        *,
        taken: "Snapshot | None" = None,
        how: str = "here",
    ) -> None:
        self._options = options or InspectOptions()
        looks = who or identify()
        self._notes = Notes(ledger, looks, SOURCE)
        self._who = looks if taken is None else _of_host(looks, taken)
        self._snapshot, self._how = taken, how
        self._is_taken = taken is not None
        self._is_over = is_over
        self._sections = sections

    def __enter__(self) -> Self:
        from hemostat.api.sources import Here, Taken

        self._notes.__enter__()
        if self._is_taken and self._snapshot is not None:
            self._source: Source = Taken(self._snapshot)
        else:
            self._snapshot = _collected(self._sections, self._is_over)
            self._source = Here(self._snapshot)
        packages = Packages(self._snapshot, self._source.owners)
        self._judge = CopyJudge(self._options.prove, self._who.host, self._notes, packages, self._source)
        now = datetime.now(UTC)
        self._notes.write(*(Seen("package", self._who.host, facts, now, {}) for facts in packages.facts))
        self._processes = self._process_judge()
        return self

    def _process_judge(self) -> "ProcessJudge | None":
        from hemostat.api.processes import ProcessJudge

        if "processes" not in self._sections or self._snapshot is None:
            return None
        return ProcessJudge(self._snapshot, self._who, self._notes, self._judge, self._source)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._host()
                self._notes.is_complete = not self._is_over()
        finally:
            self._notes.__exit__()
        if kind is None:
            self._notes.check()

    def files(self, paths: Iterable[str], progress: "Counters | None") -> Iterator[Finding]:
        from hemostat.api.sources import Here
        from hemostat.detect.hosts.files import Search, look_into

        source = self._source
        search = Search(
            other_file_systems=self._options.other_file_systems,
            seconds=self._options.seconds,
            leave_out=_NO_FILES,
        )
        looked = look_into(
            paths,
            search,
            progress=progress,
            is_over=self._is_over,
            on_read=source.has_read if isinstance(source, Here) else lambda place: None,
        )
        for seen in looked:
            yield self._file(seen)

    def files_of_snapshot(self) -> Iterator[Finding]:
        from hemostat.api.sources import Taken

        if isinstance(self._source, Taken):
            for seen in self._source.files():
                if self._is_over():
                    return
                yield self._file(seen)

    def _file(self, seen: "SeenCopy | SeenNothing") -> Finding:
        from hemostat.detect.hosts.files import SeenCopy

        if not isinstance(seen, SeenCopy):
            return self._judge.nothing(seen)
        finding = self._judge.copy(seen)
        if self._processes is not None and not finding.inside:
            self._processes.on_disk(seen.place, finding)
        return finding

    def processes(self) -> "Iterator[Finding | ProcessFinding]":
        if self._processes is not None:
            yield from self._processes.findings(self._is_over)

    def gaps(self) -> Iterator[Finding]:
        """What of the host the collector did not tell, where that takes from the answer."""
        from hemostat.api.gaps import gaps_of

        fault = None if self._is_taken or self._snapshot is None else self._snapshot.fault
        for gap in gaps_of(self._snapshot, fault):
            if gap.what is not None:
                self._judge.could_not_read(gap.what, gap.path, gap.reason)
            yield self._judge.missing(gap.path, gap.reason, gap.explanation)

    def _host(self) -> None:
        """This host, and what of it could not be read."""
        from hemostat.api.gaps import unread_elsewhere
        from hemostat.api.host_facts import facts_of_snapshot
        from hemostat.detect.hosts.this_host import host_facts

        for each in unread_elsewhere(self._snapshot):
            self._judge.could_not_read(each.what, each.where, each.why)
        if self._is_taken and self._snapshot is not None:
            facts: dict[str, Any] = facts_of_snapshot(self._snapshot, self._how)
        else:
            facts = host_facts()
        facts |= {"unread": self._judge.unread, "unread_count": self._judge.unread_count}
        self._notes.write(Seen("host", self._who.host, facts, datetime.now(UTC), {}))


def _of_host(looks: Identity, snapshot: "Snapshot") -> Identity:
    """Who looks, as of the host that the snapshot is of: its paths, its processes, its loopback, its private
    network.
    """
    from hemostat.api.host_facts import host_of

    host = host_of(snapshot)
    return replace(looks, host=host, network=host if looks.network == looks.host else looks.network)


def _collected(sections: Sequence[str], is_over: Callable[[], bool]) -> "Snapshot | None":
    """What the collector says of this host; None where there is no shell, or it says nothing that can be read."""
    from hemostat.binaries import load_readers
    from hemostat.detect.hosts.collecting import collect
    from hemostat.snapshots import SnapshotError

    try:
        return collect(sections, meanwhile=load_readers, is_over=is_over)
    except (OSError, SnapshotError):
        return None
