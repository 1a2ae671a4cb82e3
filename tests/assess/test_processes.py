"""Verdicts of processes: what runs is what is mapped, whatever lies on the disk."""

from typing import Any

import pytest

from hemostat.assess.processes import RULES, Mapped, Restart, judge_process
from hemostat.assess.rule import Verdict, VerdictWord
from hemostat.evidence import KINDS

EXAMPLE: dict[str, Any] = dict(KINDS["process"].example)
PATH, OTHER = "/usr/lib/libssl.so.1.0.0", "/opt/lib/libssl.so.1.0.0"


def said(word: VerdictWord | None) -> Verdict | None:
    return None if word is None else Verdict(word, "reason", "It is.", "rule")


def mapped(
    word: VerdictWord | None, *, on_disk: VerdictWord | None = None, deleted: bool = False, path: str = PATH
) -> Mapped:
    return Mapped(path, deleted, said(word), said(on_disk))


UNREAD = EXAMPLE | {"unread": [{"what": "maps", "why": "permission"}]}
SAFE, FLAWED, PATCHED = mapped("not-affected"), mapped("vulnerable"), mapped("patched")
REPLACED = mapped("vulnerable", on_disk="patched", deleted=True)
UNKNOWN_REPLACED = mapped(None, on_disk="patched", deleted=True, path=OTHER)
# RHEL 6.5: the disk has 1.0.1e, of which its own version alone decides nothing.
OLDER = mapped("not-affected", on_disk="inconclusive", deleted=True)
GONE = mapped("not-affected", deleted=True)


@pytest.mark.parametrize(
    ("facts", "has", "reason", "word", "restart"),
    [
        (EXAMPLE, [REPLACED], "runs-replaced-code", "vulnerable", "now"),
        (EXAMPLE, [SAFE, REPLACED], "runs-replaced-code", "vulnerable", "now"),
        (
            EXAMPLE,
            [mapped("vulnerable", on_disk="not-affected", deleted=True)],
            "runs-replaced-code",
            "vulnerable",
            "now",
        ),
        # The file on the disk has the flaw too, is gone, or is not known: a restart alone brings nothing.
        (EXAMPLE, [FLAWED], "runs-flawed-code", "vulnerable", "after-upgrade"),
        (
            EXAMPLE,
            [mapped("vulnerable", on_disk="vulnerable", deleted=True)],
            "runs-flawed-code",
            "vulnerable",
            "after-upgrade",
        ),
        (EXAMPLE, [mapped("vulnerable", deleted=True)], "runs-flawed-code", "vulnerable", "after-upgrade"),
        (EXAMPLE, [REPLACED, FLAWED], "runs-flawed-code", "vulnerable", "after-upgrade"),
        # Elsewhere a restart would bring in what may have the flaw.
        (EXAMPLE, [REPLACED, OLDER], "runs-flawed-code", "vulnerable", "after-upgrade"),
        (EXAMPLE, [REPLACED, GONE], "runs-replaced-code", "vulnerable", "now"),
        (UNREAD, [REPLACED], "runs-replaced-code", "vulnerable", "now"),
        # Could not check is a state of its own.
        (UNREAD, [], "unread-memory-map", "inconclusive", "advised"),
        (UNREAD, [SAFE], "unread-memory-map", "inconclusive", "advised"),
        (
            EXAMPLE,
            [mapped(None, on_disk="patched", deleted=True)],
            "runs-replaced-unknown-code",
            "inconclusive",
            "now",
        ),
        (EXAMPLE, [mapped(None, deleted=True)], "runs-deleted-code", "inconclusive", "advised"),
        (EXAMPLE, [mapped("inconclusive"), PATCHED], "runs-unknown-code", "inconclusive", "advised"),
        (EXAMPLE, [mapped(None)], "runs-unknown-code", "inconclusive", "advised"),
        # An older library that is safe, replaced by one with the flaw.
        (
            EXAMPLE,
            [mapped("not-affected", on_disk="vulnerable", deleted=True)],
            "safe-until-restart",
            "patched",
            "not-before-upgrade",
        ),
        (EXAMPLE, [OLDER], "safe-until-restart", "patched", "not-before-upgrade"),
        (
            EXAMPLE,
            [mapped("patched", on_disk="unreachable", deleted=True), PATCHED],
            "safe-until-restart",
            "patched",
            "not-before-upgrade",
        ),
        (EXAMPLE, [OLDER, GONE], "safe-until-restart", "patched", "not-before-upgrade"),
        # Nobody knows what lies there now, or under which name.
        (EXAMPLE, [GONE], "safe-and-gone", "patched", "not-before-upgrade"),
        (EXAMPLE, [mapped("patched", deleted=True), SAFE], "safe-and-gone", "patched", "not-before-upgrade"),
        # That holds, too, beside what is not known, which alone would be restarted: and it is not called patched.
        (EXAMPLE, [UNKNOWN_REPLACED], "runs-replaced-unknown-code", "inconclusive", "now"),
        *(
            (facts, [*rest, safe], "partly-safe-until-restart", "inconclusive", "not-before-upgrade")
            for safe in (OLDER, GONE)
            for facts, rest in (
                (EXAMPLE, [UNKNOWN_REPLACED]),
                (EXAMPLE, [mapped(None, path=OTHER)]),
                (UNREAD, []),
            )
        ),
        (
            EXAMPLE,
            [mapped("not-affected", on_disk="patched", deleted=True)],
            "runs-replaced-safe-code",
            "not-affected",
            "advised",
        ),
        (
            EXAMPLE,
            [mapped("patched", on_disk="not-affected", deleted=True), SAFE],
            "runs-replaced-patched-code",
            "patched",
            "advised",
        ),
        (EXAMPLE, [PATCHED, SAFE], "runs-patched-code", "patched", "no"),
        (EXAMPLE, [SAFE], "runs-safe-code", "not-affected", "no"),
        (EXAMPLE, [], "runs-none", "not-affected", "no"),
    ],
)
def test_a_process(
    facts: dict[str, Any], has: list[Mapped], reason: str, word: VerdictWord, restart: Restart
) -> None:
    found = judge_process(facts, has)
    assert (found.verdict.reason, found.verdict.word, found.restart) == (reason, word, restart)
    assert "{" not in found.verdict.explanation
    named = {path for path in (PATH, OTHER) if path in found.verdict.explanation}
    if restart == "not-before-upgrade":
        assert named == {PATH}
    elif reason.startswith("runs-") and word in ("vulnerable", "inconclusive"):
        assert named == {has[0].path}
    else:
        assert named == set()


@pytest.mark.parametrize("word", ["vulnerable", "inconclusive", "unreachable"])
def test_what_a_restart_would_make_worse_is_never_restarted_now(word: VerdictWord) -> None:
    older = mapped("not-affected", on_disk=word, deleted=True)
    for beside in ([], [REPLACED], [UNKNOWN_REPLACED], [REPLACED, UNKNOWN_REPLACED], [PATCHED], [FLAWED]):
        for has in ([older, *beside], [*beside, older]):
            for facts in (EXAMPLE, UNREAD):
                assert judge_process(facts, has).restart in ("not-before-upgrade", "after-upgrade")


def test_every_rule_decides_somewhere_above() -> None:
    used = {mark[2] for mark in test_a_process.pytestmark[0].args[1]}
    assert used == {rule.name for rule in RULES}
    assert len(used) == len(RULES)


@pytest.mark.parametrize(
    ("exe", "unit", "dangerous"),
    [
        ("/usr/bin/dbus-daemon", "dbus.service", True),
        ("/lib/systemd/systemd", None, True),
        ("/usr/sbin/sshd", "ssh.service", True),
        ("/sbin/init", None, True),
        ("/usr/sbin/nginx", "nginx.service", False),
        (None, None, False),
    ],
)
def test_where_a_restart_is_dangerous_it_is_said(exe: str | None, unit: str | None, dangerous: bool) -> None:
    facts = EXAMPLE | {"exe": exe, "unit": unit}
    assert bool(judge_process(facts, [REPLACED]).caution) is dangerous
    assert judge_process(facts, [SAFE]).caution == ""
