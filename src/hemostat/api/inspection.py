"""`inspect`: what a host is from inside. So far: files, folders and archives of this machine."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from hemostat import __version__
from hemostat.api.identity import Identity, identify
from hemostat.api.recording import Recorder, Seen
from hemostat.evidence import EvidenceError, Observation, names, write_time
from hemostat.report.finding import Finding

if TYPE_CHECKING:
    from hemostat.detect.hosts.files import Counters, SeenCopy, SeenNothing
    from hemostat.detect.hosts.proving.prove import Proof
    from hemostat.ledger import Ledger

__all__ = ["InspectOptions", "inspect_files"]

SOURCE: Final = "hemostat inspect"

_MOST_UNREAD: Final = 256
_LONGEST_NAME: Final = 255
_LEFT_OUT: Final = {
    "no-file": "It is neither a file nor a folder.",
    "no-such-path": "There is nothing of that name.",
    "other-file-system": "Another file system is mounted there: --other-file-systems goes on into it.",
    "vanished": "It was gone before it could be read.",
}
"""What was not looked into, without harm to the answer."""
_UNSEEN: Final = {
    "changed": "It changed while it was read, so what was read may be neither the old nor the new.",
    "permission": "This user may not read it: look as root.",
    "unreadable": "The system could not read it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectOptions:
    """How to look into files.

    prove               `all`: load every shared libssl of this machine's kind in a sandbox and ask it, which runs what
                        its constructors hold; `none`: judge by what the file shows
    other_file_systems  go on where another one is mounted
    seconds             that one file may take, with all that is in it

    Raises ValueError for a value that makes no sense.
    """

    prove: Literal["all", "none"] = "none"
    other_file_systems: bool = False
    seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.prove not in ("all", "none"):
            raise ValueError("prove is all or none")
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
    from hemostat.detect.hosts.files import Search, SeenCopy, look_into

    options = options or InspectOptions()
    who = who or identify()
    search = Search(other_file_systems=options.other_file_systems, seconds=options.seconds)
    with _Notes(ledger, who) as notes:
        judge = _Judge(options, who, notes)
        for seen in look_into(paths, search, progress=progress, is_over=is_over):
            yield judge.copy(seen) if isinstance(seen, SeenCopy) else judge.nothing(seen)
        notes.host(judge.unread, judge.unread_count)
        notes.is_complete = not is_over()


class _Judge:
    """From what was seen to what is said of it."""

    def __init__(self, options: InspectOptions, who: Identity, notes: "_Notes") -> None:
        self.unread: list[dict[str, str]] = []
        self.unread_count = 0
        self._options, self._who, self._notes = options, who, notes
        self._proofs: dict[str, _Proved] = {}

    def copy(self, seen: "SeenCopy") -> Finding:
        from hemostat.assess.copies import judge_copy

        now = datetime.now(UTC)
        proved = self._proved(seen)
        subject, facts = _copy_facts(seen, self._who.host)
        row = self._notes.write(Seen("copy", subject, facts, now, {}))
        verdict = judge_copy(facts, None if proved is None else proved.proof.facts)
        return Finding(
            path=seen.place.path,
            inside=seen.found.inside,
            verdict=verdict.word,
            reason=verdict.reason,
            explanation=verdict.explanation,
            family=facts["family"],
            version=facts["version"] or (None if proved is None else _version(proved.proof.version)),
            form=facts["form"],
            evidence={
                "observation": _place_of_row(row),
                "subject": subject,
                "rule": verdict.rule,
                "facts": facts,
                "proof": None if proved is None else proved.as_evidence(),
            },
            observed_at=write_time(now),
        )

    def nothing(self, seen: "SeenNothing") -> Finding:
        from hemostat.binaries import UNSEEN

        harmless = _LEFT_OUT.get(seen.why)
        said = (
            _UNSEEN.get(seen.why) or f"Nothing is known of what is in it: {UNSEEN.get(seen.why, seen.why)}."
        )
        if harmless is None:
            self.unread_count += 1
            if len(self.unread) < _MOST_UNREAD:
                where = "!".join((seen.path, *seen.inside))
                self.unread.append({"what": "file", "where": _prose(where), "why": seen.why})
        return Finding(
            path=seen.path,
            inside=seen.inside,
            verdict=None if harmless is not None else "inconclusive",
            reason=seen.why,
            explanation=harmless or said,
            family=None,
            version=None,
            form=None,
            evidence={"observation": None, "subject": None, "rule": None, "facts": None, "proof": None},
            observed_at=write_time(datetime.now(UTC)),
        )

    def _proved(self, seen: "SeenCopy") -> "_Proved | None":
        """The proof of a shared libssl, once for each build."""
        found = seen.found
        copy = found.copy
        asked = (
            self._options.prove == "all"
            and (copy.family, copy.format, copy.form) == ("openssl", "elf", "shared")
            and "libssl" in copy.parts
        )
        if not asked:
            return None
        if found.sha256 not in self._proofs:
            self._proofs[found.sha256] = self._prove(seen)
        return self._proofs[found.sha256]

    def _prove(self, seen: "SeenCopy") -> "_Proved":
        from hemostat.detect.hosts.assembling import assemble, lookup_beside, lookup_within
        from hemostat.detect.hosts.proving.prove import prove

        found, path = seen.found, seen.place.path
        lookup = lookup_within(path, found.inside) if found.inside else lookup_beside(path)
        now = datetime.now(UTC)
        proof = prove(assemble(found.data, lookup))
        subject = str(names.build(found.sha256))
        row = self._notes.write(Seen("probe", subject, proof.facts, now, {}))
        return _Proved(subject, proof, row)


@dataclass(frozen=True, slots=True)
class _Proved:
    """A proof, and where it is kept."""

    subject: str
    proof: "Proof"
    row: Observation | None

    def as_evidence(self) -> dict[str, Any]:
        return {
            "observation": _place_of_row(self.row),
            "subject": self.subject,
            "facts": self.proof.facts,
            "version": self.proof.version,
            "sandbox": self.proof.sandbox,
        }


@dataclass
class _Notes:
    """A run of the ledger; of none, where nobody wants one."""

    url: str | None
    who: Identity
    is_complete: bool = False
    _ledger: "Ledger | None" = field(default=None, init=False)
    _recorder: Recorder | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        if self.url is not None:
            from hemostat.ledger import open_ledger

            self._ledger = open_ledger(self.url)
            try:
                self._recorder = Recorder(
                    self._ledger, self.who, source=SOURCE, version=__version__, draw=os.urandom(16)
                )
                self._recorder.begin()
            except BaseException:
                self._ledger.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._ledger is None or self._recorder is None:
            return
        try:
            self._recorder.end("complete" if self.is_complete else "interrupted")
        finally:
            self._ledger.close()

    def write(self, seen: Seen) -> Observation | None:
        """The row, None where nothing is kept, or where evidence does not take it."""
        return None if self._recorder is None else self._recorder.write([seen])[0]

    def host(self, unread: list[dict[str, str]], count: int) -> None:
        """This host, and what of it could not be read."""
        if self._recorder is not None:
            from hemostat.detect.hosts.this_host import host_facts

            facts = host_facts() | {"unread": unread, "unread_count": count}
            self.write(Seen("host", self.who.host, facts, datetime.now(UTC), {}))


def _copy_facts(seen: "SeenCopy", root: str) -> tuple[str, dict[str, Any]]:
    """Name and facts of the kind `copy`."""
    place, found = seen
    try:
        subject = names.copy(root, place.path)
        path = str(subject).removeprefix(f"copy:{root}:")
    except EvidenceError:
        # Too long for a name.
        subject, path = names.deleted_copy(root, *place.device, place.inode), None
    facts: dict[str, Any] = {
        "path": path,
        "device": f"{place.device[0]},{place.device[1]}",
        "inode": place.inode,
        "deleted": False,
        "size": place.size,
        "inside": [each[:_LONGEST_NAME] or "?" for each in found.inside],
        "bytes": found.size,
        "build": found.sha256,
        "owner": None,
    }
    return str(subject), facts | found.copy.as_json()


def _version(text: str | None) -> str | None:
    """Out of `OpenSSL 3.0.11 19 Sep 2023`, as a library said it when it was asked."""
    return (text or "").removeprefix("OpenSSL ").split(" ")[0] or None


def _place_of_row(row: Observation | None) -> Mapping[str, Any] | None:
    return None if row is None else {"run": row.run, "seq": row.seq, "digest": row.digest}


def _prose(text: str) -> str:
    """A path as evidence can hold it: what does not print is escaped."""
    from hemostat.targets import printable

    return printable(text)[:4096]
