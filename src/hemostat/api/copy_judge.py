"""From a copy that was seen to what is said of it: its facts, its proof, its package, its verdict."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from hemostat.api.notes import Notes, place_of_row
from hemostat.api.recording import Seen
from hemostat.evidence import EvidenceError, Observation, names, write_time
from hemostat.report.finding import Finding

if TYPE_CHECKING:
    from hemostat.api.packages import Packages
    from hemostat.api.sources import Code, Source
    from hemostat.assess.rule import VerdictWord
    from hemostat.binaries import OpenSslCopy
    from hemostat.detect.hosts.assembling import Lookup
    from hemostat.detect.hosts.files import SeenCopy, SeenNothing
    from hemostat.detect.hosts.proving.prove import Proof

__all__ = ["CopyJudge", "Prove", "encoded_path"]

Prove = Literal["all", "packaged", "none"]
"""Which shared libraries are loaded and asked."""

_DECIDED: Final = ("vulnerable", "patched", "not-affected")
_MOST_TRIES: Final = 4
"""Proofs of one build that decide nothing: each may take as long as a library that hangs is waited for."""
_MOST_UNREAD: Final = 256
_LONGEST_NAME: Final = 255
_NAMELESS: Final = "?"
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


@dataclass(frozen=True, slots=True)
class _Proved:
    """A proof, and where it is kept."""

    subject: str
    proof: "Proof"
    row: Observation | None
    is_decided: bool

    def as_evidence(self) -> dict[str, Any]:
        return {
            "observation": place_of_row(self.row),
            "subject": self.subject,
            "facts": self.proof.facts,
            "version": self.proof.version,
            "sandbox": self.proof.sandbox,
        }


class CopyJudge:
    """Writes down what it is told of and judges it. `root`: the name of what paths are relative to."""

    def __init__(self, prove: Prove, root: str, notes: Notes, packages: "Packages", source: "Source") -> None:
        self.unread: list[dict[str, str]] = []
        self.unread_count = 0
        self._prove, self._root, self._notes, self._packages = prove, root, notes, packages
        self._source = source
        self._proofs: dict[str, _Proved] = {}
        self._tries: Counter[str] = Counter()

    def copy(self, seen: "SeenCopy") -> Finding:
        """A copy in a file that has a path."""
        place, found = seen
        # A member without a name, as gzip has: it is not the file itself.
        inside = found.inside or (() if found.size == place.size else (_NAMELESS,))
        try:
            subject, path = names.copy(self._root, place.path), encoded_path(place.path)
        except EvidenceError:
            # Too long for a name.
            subject, path = names.deleted_copy(self._root, *place.device, place.inode), None
        facts: dict[str, Any] = {
            "path": path,
            "device": f"{place.device[0]},{place.device[1]}",
            "inode": place.inode,
            "deleted": False,
            "size": place.size,
            "inside": [each[:_LONGEST_NAME] or _NAMELESS for each in inside],
            "bytes": found.size,
            "build": found.sha256,
        }
        return self._judge(
            str(subject),
            facts,
            found.copy,
            found.data,
            place.path,
            inside,
            lambda: self._source.lookup(place.path, inside),
            is_own=True,
        )

    def mapped(
        self,
        path: str,
        device: tuple[int, int],
        inode: int,
        code: "Code",
        pid: int,
        *,
        deleted: bool,
    ) -> Finding | None:
        """A copy that a process has mapped, and that lies at no path any more, or at one that was not looked at; None
        where nothing could be read of it.

        The path is the process' word: its mounts may be its own. What does not lie there on the disk of whoever looks
        is no package's.
        """
        if code.copy is None or code.sha256 is None:
            return None
        subject = names.deleted_copy(self._root, *device, inode)
        try:
            encoded = encoded_path(path)
        except EvidenceError:
            encoded = None
        facts: dict[str, Any] = {
            "path": encoded,
            "device": f"{device[0]},{device[1]}",
            "inode": inode,
            "deleted": deleted,
            "size": code.size,
            "inside": [],
            "bytes": code.size,
            "build": code.sha256,
        }
        # Beside a package's own library only what lies on the disk is loaded: the process may have mapped anything.
        lookup = (
            partial(self._source.lookup, path, ())
            if code.is_own
            else partial(self._source.lookup_mapped, pid)
        )
        return self._judge(str(subject), facts, code.copy, code.data, path, (), lookup, is_own=code.is_own)

    def _judge(
        self,
        subject: str,
        facts: dict[str, Any],
        copy: "OpenSslCopy",
        data: bytes,
        path: str,
        inside: tuple[str, ...],
        lookup: "Callable[[], Lookup]",
        *,
        is_own: bool,
    ) -> Finding:
        """`is_own`: the file lies at that path on the disk of whoever looks."""
        from hemostat.assess.copies import judge_copy

        now = datetime.now(UTC)
        # A text, a member of an archive and a deleted file are not what the package brought.
        own = is_own and not inside and not facts["deleted"] and copy.form != "text-only"
        proved = self._proved(copy, facts["build"], data, path if own else None, lookup)
        facts |= {"owner": self._packages.owner(path) if own else None, **copy.as_json()}
        (row,) = self._notes.write(Seen("copy", subject, facts, now, {}))
        verdict = judge_copy(
            facts,
            None if proved is None else proved.proof.facts,
            self._packages.verdict(path) if own else None,
        )
        return Finding(
            path=path,
            inside=inside,
            verdict=verdict.word,
            reason=verdict.reason,
            explanation=verdict.explanation,
            family=facts["family"],
            version=facts["version"] or (None if proved is None else _version(proved.proof.version)),
            form=facts["form"],
            evidence={
                "observation": place_of_row(row),
                "subject": subject,
                "rule": verdict.rule,
                "facts": facts,
                "proof": None if proved is None else proved.as_evidence(),
            },
            observed_at=write_time(now),
        )

    def nothing(self, seen: "SeenNothing") -> Finding:
        """Something that was not looked into."""
        from hemostat.binaries import UNSEEN

        harmless = _LEFT_OUT.get(seen.why)
        said = (
            _UNSEEN.get(seen.why) or f"Nothing is known of what is in it: {UNSEEN.get(seen.why, seen.why)}."
        )
        if harmless is not None:
            return self._without_copy(seen.path, seen.inside, None, seen.why, harmless)
        self.could_not_read("file", "!".join((seen.path, *seen.inside)), seen.why)
        return self._without_copy(seen.path, seen.inside, "inconclusive", seen.why, said)

    def missing(self, path: str, reason: str, explanation: str) -> Finding:
        """A part of the host of which nothing is known."""
        return self._without_copy(path, (), "inconclusive", reason, explanation)

    def _without_copy(
        self, path: str, inside: tuple[str, ...], word: "VerdictWord | None", reason: str, explanation: str
    ) -> Finding:
        return Finding(
            path=path,
            inside=inside,
            verdict=word,
            reason=reason,
            explanation=explanation,
            family=None,
            version=None,
            form=None,
            evidence={"observation": None, "subject": None, "rule": None, "facts": None, "proof": None},
            observed_at=write_time(datetime.now(UTC)),
        )

    def could_not_read(self, what: str, where: str, why: str) -> None:
        """To be noted with the host."""
        from hemostat.targets import printable

        self.unread_count += 1
        if len(self.unread) < _MOST_UNREAD:
            self.unread.append({"what": what, "where": printable(where)[:4096], "why": why})

    def _proved(
        self,
        copy: "OpenSslCopy",
        sha256: str,
        data: bytes,
        path: str | None,
        lookup: "Callable[[], Lookup]",
    ) -> _Proved | None:
        """The proof of a shared libssl: once for each build, where that decides it; else its answer may hang on what
        lay beside that one copy. `path`: of the file that it is, None where it is another's part, or gone.
        """
        if (copy.family, copy.format, copy.form) != (
            "openssl",
            "elf",
            "shared",
        ) or "libssl" not in copy.parts:
            return None
        if self._prove == "none":
            return None
        if self._prove == "packaged" and (path is None or not self._packages.is_owned(path)):
            return None
        kept = self._proofs.get(sha256)
        if kept is not None and (kept.is_decided or self._tries[sha256] >= _MOST_TRIES):
            return kept
        if not data and path is not None:
            # By another of the file's names its bytes are let go of.
            data = self._source.again(path)
            if hashlib.sha256(data).hexdigest() != sha256:
                return None
        if not data:
            return None
        from hemostat.assess.verdicts import judge
        from hemostat.detect.hosts.assembling import assemble
        from hemostat.detect.hosts.proving.prove import prove

        now = datetime.now(UTC)
        proof = prove(assemble(data, lookup()))
        subject = str(names.build(sha256))
        (row,) = self._notes.write(Seen("probe", subject, proof.facts, now, proof.certificates))
        proved = _Proved(subject, proof, row, judge(proof.facts).word in _DECIDED)
        self._proofs[sha256] = proved
        self._tries[sha256] += 1
        return proved


def encoded_path(path: str) -> str:
    """An absolute path, percent-encoded as names have it. Raises EvidenceError for what is none, or is too long."""
    any_host = "host:name=x"
    return str(names.copy(any_host, path)).removeprefix(f"copy:{any_host}:")


def _version(text: str | None) -> str | None:
    """Out of `OpenSSL 3.0.11 19 Sep 2023`, as a library said it when it was asked."""
    return (text or "").removeprefix("OpenSSL ").split(" ")[0] or None
