"""What one process is, with regard to Heartbleed, and whether it is to be restarted: facts of the kind `process`, and
the verdicts on the code that it has in memory and on the file that lies at the same path today, in; a verdict out.

What a process runs is what it has mapped, not what lies on the disk. So an upgrade is done only when no process has the
old code any more; and a process that still runs an older, safe library could *become* vulnerable by a restart, where
the one on the disk has the flaw, or is not known to be without it: RHEL 6.5 replaced 1.0.0 by 1.0.1e so, under another
name too. Such a process is never one to restart `now`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from hemostat.assess.rule import Verdict, VerdictWord

__all__ = ["RULES", "Mapped", "ProcessReading", "ProcessRule", "ProcessVerdict", "Restart", "judge_process"]

Restart = Literal["now", "after-upgrade", "not-before-upgrade", "advised", "no"]
"""Whether to restart it:

- `now`: it runs what has the flaw, or what nobody knows, and the file on the disk is safe
- `after-upgrade`: it runs what has the flaw, and the file on the disk has it too, or nobody knows
- `not-before-upgrade`: it runs safe code, and what a restart would bring in its place has the flaw, or nobody knows
- `advised`: nothing presses; what it runs is unknown, or safe and replaced by what is safe too
- `no`
"""

_SAFE: Final = ("patched", "not-affected")
_DANGEROUS: Final[dict[str, str]] = {
    "dbus": "Restarting the message bus ends whatever talks over it: reboot the host instead.",
    "dbus-broker": "Restarting the message bus ends whatever talks over it: reboot the host instead.",
    "systemd": "It is the system's init: re-executing it may do (systemctl daemon-reexec); a reboot does.",
    "systemd-logind": "Restarting it may end sessions: reboot the host instead.",
    "sshd": "Keep a second session open until a new login has worked.",
    "init": "It is the system's init: telinit u may do; a reboot does.",
}
"""Programs whose restart is dangerous, and what to do."""


class Mapped(NamedTuple):
    """Code of OpenSSL that a process has in memory."""

    path: str
    deleted: bool
    verdict: Verdict | None
    """On the mapped bytes; None where they could not be read."""
    on_disk: Verdict | None
    """On what lies at that path today, where it was replaced; None where nothing does, or it was not looked into."""


class ProcessVerdict(NamedTuple):
    """The verdict on a process, what to do about it, and why that may be dangerous (empty where it is not)."""

    verdict: Verdict
    restart: Restart
    caution: str


class ProcessReading:
    """What is known of one process. Every property is a plain question with a plain answer."""

    def __init__(self, facts: Mapping[str, Any], mapped: Sequence[Mapped]) -> None:
        self.facts = facts
        self.mapped = mapped

    def of(self, *words: VerdictWord | None) -> list[Mapped]:
        """What is mapped of those verdicts; None: not known."""
        return [each for each in self.mapped if (each.verdict.word if each.verdict else None) in words]

    @property
    def unread(self) -> bool:
        """What it has mapped could not be read."""
        return any(each["what"] == "maps" for each in self.facts["unread"])

    @property
    def flawed(self) -> list[Mapped]:
        """Code with the flaw."""
        return self.of("vulnerable")

    @property
    def flawed_and_replaced(self) -> bool:
        """All of that has been replaced on the disk by what is safe, and a restart brings no flaw in elsewhere."""
        return (
            bool(self.flawed)
            and all(each.deleted and _is_safe(each.on_disk) for each in self.flawed)
            and not self.older_and_safe
        )

    @property
    def unknown(self) -> list[Mapped]:
        """Code of which nothing is decided."""
        return self.of("inconclusive", "unreachable", None)

    @property
    def safer_than_the_disk(self) -> list[Mapped]:
        """Safe code that a restart would not bring back, and nobody knows that what comes in its place is safe."""
        return [each for each in self.of(*_SAFE) if each.deleted and not _is_safe(each.on_disk)]

    @property
    def older_and_safe(self) -> list[Mapped]:
        """Of that, what was replaced on the disk by a file that has the flaw, or may have it."""
        return [each for each in self.safer_than_the_disk if each.on_disk is not None]

    @property
    def is_replaced(self) -> bool:
        """Some of what it has mapped is gone from the disk, or another file stands there."""
        return any(each.deleted for each in self.mapped)

    @property
    def paths(self) -> str:
        """What counts, by its paths."""
        counts = self.flawed or self.safer_than_the_disk or self.unknown
        return ", ".join(dict.fromkeys(each.path for each in counts))


class ProcessRule(NamedTuple):
    """One row, as `rule.Rule` is for probes."""

    name: str
    word: VerdictWord
    restart: Restart
    applies: Callable[[ProcessReading], bool]
    explanation: str


RULES: Final[tuple[ProcessRule, ...]] = (
    ProcessRule(
        "runs-replaced-code",
        "vulnerable",
        "now",
        lambda r: r.flawed_and_replaced,
        "It still runs the old code of {paths}, which has the flaw. The file on the disk has the fix: restart it.",
    ),
    ProcessRule(
        "runs-flawed-code",
        "vulnerable",
        "after-upgrade",
        lambda r: bool(r.flawed),
        "It runs code that has the flaw: {paths}. Upgrade what lies on the disk first, then restart it.",
    ),
    ProcessRule(
        "partly-safe-until-restart",
        "inconclusive",
        "not-before-upgrade",
        lambda r: bool(r.safer_than_the_disk) and (bool(r.unknown) or r.unread),
        "It runs older code of {paths} that is safe, which a restart would not bring back, and what comes in its place "
        "is not known to be safe. Of the rest of what it runs nothing is decided. See first what lies on the disk.",
    ),
    ProcessRule(
        "unread-memory-map",
        "inconclusive",
        "advised",
        lambda r: r.unread,
        "What it has in memory could not be read, or not all of it: look as root.",
    ),
    ProcessRule(
        "runs-replaced-unknown-code",
        "inconclusive",
        "now",
        lambda r: bool(r.unknown) and all(each.deleted and _is_safe(each.on_disk) for each in r.unknown),
        "It still runs the old code of {paths}, of which nothing could be decided. The file on the disk is safe: "
        "restart it.",
    ),
    ProcessRule(
        "runs-deleted-code",
        "inconclusive",
        "advised",
        lambda r: any(each.deleted for each in r.unknown),
        "It runs code of {paths} that is gone from the disk, and of which nothing could be decided. Restart it once "
        "the file on the disk is known to be safe.",
    ),
    ProcessRule(
        "runs-unknown-code",
        "inconclusive",
        "advised",
        lambda r: bool(r.unknown),
        "It runs code of {paths}, of which nothing is decided: see that file.",
    ),
    ProcessRule(
        "safe-until-restart",
        "patched",
        "not-before-upgrade",
        lambda r: bool(r.older_and_safe),
        "It runs older code of {paths} that is safe, and the file on the disk has the flaw, or is not known to be "
        "without it: a restart before the upgrade could make it vulnerable.",
    ),
    ProcessRule(
        "safe-and-gone",
        "patched",
        "not-before-upgrade",
        lambda r: bool(r.safer_than_the_disk),
        "It runs code of {paths} that is safe, and is gone from the disk. What a restart would load in its place, "
        "under another name or of another folder, is not known: see first what lies there.",
    ),
    ProcessRule(
        "runs-replaced-patched-code",
        "patched",
        "advised",
        lambda r: bool(r.of("patched")) and r.is_replaced,
        "The code of OpenSSL that it runs has the fix, and what has replaced it on the disk is safe too: restart it "
        "when it suits, so that it runs what lies there.",
    ),
    ProcessRule(
        "runs-patched-code",
        "patched",
        "no",
        lambda r: bool(r.of("patched")),
        "The code of OpenSSL that it runs has the fix.",
    ),
    ProcessRule(
        "runs-replaced-safe-code",
        "not-affected",
        "advised",
        lambda r: r.is_replaced,
        "The code of OpenSSL that it runs never had the flaw, and what has replaced it on the disk is safe too: "
        "restart it when it suits, so that it runs what lies there.",
    ),
    ProcessRule(
        "runs-safe-code",
        "not-affected",
        "no",
        lambda r: bool(r.mapped),
        "The code of OpenSSL that it runs never had the flaw.",
    ),
    ProcessRule(
        "runs-none",
        "not-affected",
        "no",
        lambda r: True,
        "It has no code of OpenSSL in memory that is known of.",
    ),
)
"""The table; the first row that applies decides. Names are unique, and are the reasons."""


def _is_safe(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.word in _SAFE


def judge_process(facts: Mapping[str, Any], mapped: Sequence[Mapped] = ()) -> ProcessVerdict:
    """The verdict on one process. `mapped`: what it has in memory, in the order of the facts' own list."""
    reading = ProcessReading(facts, mapped)
    rule = next(rule for rule in RULES if rule.applies(reading))
    verdict = Verdict(rule.word, rule.name, rule.explanation.format(paths=reading.paths), rule.name)
    return ProcessVerdict(verdict, rule.restart, "" if rule.restart == "no" else _caution(facts))


def _caution(facts: Mapping[str, Any]) -> str:
    program = (facts["exe"] or "").rpartition("/")[2]
    unit = (facts["unit"] or "").partition(".")[0]
    return _DANGEROUS.get(program) or _DANGEROUS.get(unit) or ""
