"""Verdicts of copies: what a file shows of itself, its proof, its package."""

from typing import Any

import pytest

from hemostat.assess import judge
from hemostat.assess.copies import RULES, judge_copy
from hemostat.assess.packages import PackageVerdict, judge_package
from hemostat.binaries import FAMILIES, WHY
from hemostat.evidence import KINDS
from tests.assess.examples import OWN
from tests.assess.facts import connection, failed, part, probe

LIBSSL: dict[str, Any] = {
    "family": "openssl",
    "form": "shared",
    "parts": ["libssl"],
    "version": "1.0.1e",
    "other_texts": [],
    "heartbeats": "present",
    "why": "symbol",
}


def a_copy(**said: Any) -> dict[str, Any]:
    return LIBSSL | said


def package(version: str, **said: Any) -> PackageVerdict:
    facts = dict(KINDS["package"].example) | {"version": version, "changelog": None} | said
    found = judge_package(facts)
    assert found is not None
    return found


def proof(*connections: Any) -> dict[str, Any]:
    return probe(*connections, form="library", address=None, port=None)


VULNERABLE = proof(connection("burst", part("own-bytes", "equal")))
PATCHED = proof(connection("burst", OWN, part("control", "equal")))
NOT_OFFERED = proof(connection("burst", heartbeat=None))
CRASHED = proof(failed("library-crashed"))
FIXED, FLAWED = package("1.0.1e-2+deb7u5"), package("1.0.1e-2+deb7u4")
NEVER = package("3.0.17-1~deb12u2")


@pytest.mark.parametrize(
    ("facts", "evidence", "word", "reason", "rule"),
    [
        # Its proof stands above all that its texts, symbols and package say.
        (a_copy(), {"proof": VULNERABLE}, "vulnerable", "own-bytes-answered", "proved"),
        (a_copy(), {"proof": PATCHED}, "patched", "own-bytes-ignored", "proved"),
        (a_copy(), {"proof": NOT_OFFERED}, "not-affected", "not-offered", "proved"),
        (
            a_copy(version="1.0.1g"),
            {"proof": VULNERABLE, "package": FIXED},
            "vulnerable",
            "own-bytes-answered",
            "proved",
        ),
        (a_copy(), {"proof": PATCHED, "package": FLAWED}, "patched", "own-bytes-ignored", "proved"),
        # No proof came about: the rest decides, and it is said.
        (a_copy(), {"proof": CRASHED}, "inconclusive", "flawed-version", "flawed-version"),
        (a_copy(), {"proof": CRASHED, "package": FIXED}, "patched", "fixed-package", "owned"),
        # Traps: what only looks like OpenSSL, or like OpenSSL with heartbeats.
        (a_copy(family="yassl", version="2.3.0"), {}, "not-affected", "other-library", "other-library"),
        (
            a_copy(form="text-only", parts=[], heartbeats="absent", why="no-code"),
            {},
            "not-affected",
            "text-only",
            "text-only",
        ),
        (a_copy(heartbeats="absent", why="no-symbol"), {}, "not-affected", "no-heartbeats", "no-heartbeats"),
        (a_copy(heartbeats="absent", why="no-text"), {}, "not-affected", "no-heartbeats", "no-heartbeats"),
        (
            a_copy(version="0.9.8e", heartbeats="absent", why="version"),
            {},
            "not-affected",
            "no-heartbeats",
            "no-heartbeats",
        ),
        (
            a_copy(parts=["libcrypto"], heartbeats="absent", why="no-libssl"),
            {"package": FLAWED},
            "not-affected",
            "no-libssl",
            "no-libssl",
        ),
        # Its package.
        (a_copy(), {"package": FLAWED}, "vulnerable", "affected-package", "owned"),
        (a_copy(), {"package": FIXED}, "patched", "fixed-package", "owned"),
        (
            a_copy(),
            {"package": package("1.0.1e-2+deb7u5", distribution="nobodys")},
            "inconclusive",
            "flawed-version",
            "flawed-version",
        ),
        # The file is another than the package brought: its word is none, good or bad.
        (
            a_copy(),
            {"package": NEVER},
            "inconclusive",
            "changed-since-installed",
            "changed-since-installed",
        ),
        (
            a_copy(version="1.0.1g", other_texts=["OpenSSL 1.0.1e 11 Feb 2013"]),
            {"package": FIXED},
            "inconclusive",
            "changed-since-installed",
            "changed-since-installed",
        ),
        (
            a_copy(version="1.0.1e-dev"),
            {"package": FIXED},
            "inconclusive",
            "changed-since-installed",
            "changed-since-installed",
        ),
        (
            a_copy(version="1.0.1g"),
            {"package": FLAWED},
            "inconclusive",
            "changed-since-installed",
            "changed-since-installed",
        ),
        (a_copy(), {"package": NEVER, "proof": PATCHED}, "patched", "own-bytes-ignored", "proved"),
        # It names none, or the package's is not known: nothing speaks against it.
        (a_copy(version=None), {"package": NEVER}, "not-affected", "never-affected", "owned"),
        (a_copy(), {"package": FIXED._replace(upstream=None)}, "patched", "fixed-package", "owned"),
        # Its version: one that has the fix is fixed, one that had the flaw may have been mended.
        (a_copy(version="1.0.1g"), {}, "patched", "fixed-version", "fixed-version"),
        (
            a_copy(version="1.0.2q", heartbeats="unknown", why="stripped"),
            {},
            "patched",
            "fixed-version",
            "fixed-version",
        ),
        (a_copy(version="1.0.1f"), {}, "inconclusive", "flawed-version", "flawed-version"),
        (a_copy(version="1.0.1"), {}, "inconclusive", "flawed-version", "flawed-version"),
        (a_copy(version="1.0.2-beta1"), {}, "inconclusive", "flawed-version", "flawed-version"),
        (a_copy(version="1.0.2-beta2"), {}, "patched", "fixed-version", "fixed-version"),
        (
            a_copy(form="static", heartbeats="unknown", why="stripped"),
            {},
            "inconclusive",
            "flawed-version",
            "flawed-version",
        ),
        # Two copies in one file: the worse one counts, wherever its text stands.
        (
            a_copy(version="1.0.2k", other_texts=["OpenSSL 1.0.1e-fips 11 Feb 2013"]),
            {},
            "inconclusive",
            "flawed-version",
            "flawed-version",
        ),
        (
            a_copy(version="1.0.2k", other_texts=["OpenSSL 1.0.1g 7 Apr 2014"]),
            {},
            "patched",
            "fixed-version",
            "fixed-version",
        ),
        (
            a_copy(version="1.0.1g", other_texts=["OpenSSL 1.0.2-dev xx XXX xxxx"]),
            {},
            "inconclusive",
            "unknown-version",
            "unknown-version",
        ),
        (
            a_copy(version="1.0.2k", other_texts=["OpenSSL 1.0.0k 5 Feb 2013"]),
            {},
            "inconclusive",
            "unknown-version",
            "unknown-version",
        ),
        (a_copy(version=None), {}, "inconclusive", "unknown-version", "unknown-version"),
        (a_copy(version="1.0.2-dev"), {}, "inconclusive", "unknown-version", "unknown-version"),
        (
            a_copy(form="unreadable", version=None, heartbeats="unknown", why="unreadable"),
            {},
            "inconclusive",
            "unreadable",
            "unreadable",
        ),
    ],
)
def test_a_copy(facts: dict[str, Any], evidence: dict[str, Any], word: str, reason: str, rule: str) -> None:
    verdict = judge_copy(facts, **evidence)
    assert (verdict.word, verdict.reason, verdict.rule) == (word, reason, rule)
    assert "{" not in verdict.explanation


def test_a_proof_that_did_not_come_about_is_told_with_what_decides() -> None:
    for package_of in (None, FIXED):
        assert judge(CRASHED).explanation in judge_copy(a_copy(), CRASHED, package_of).explanation
    assert "put to the proof" not in judge_copy(a_copy()).explanation


def test_of_two_copies_the_flawed_one_is_named() -> None:
    facts = a_copy(version="1.0.2k", other_texts=["OpenSSL 1.0.1e 11 Feb 2013", "OpenSSL 1.0.1f 6 Jan 2014"])
    assert "that it is OpenSSL 1.0.1e and 1.0.1f," in judge_copy(facts).explanation


def test_what_a_changed_file_says_is_told_beside_what_its_package_is_made_from() -> None:
    explanation = judge_copy(a_copy(), package=NEVER).explanation
    assert "that it is OpenSSL 1.0.1e, and the package is made from 3.0.17." in explanation


def test_every_rule_decides_somewhere_above_and_has_its_own_name() -> None:
    used = {mark[4] for mark in test_a_copy.pytestmark[0].args[1]}
    assert used == {rule.name for rule in RULES}
    assert len(used) == len(RULES)


def test_whatever_a_file_shows_there_is_a_verdict() -> None:
    for family in FAMILIES:
        for why in WHY:
            for heartbeats in ("present", "absent", "unknown"):
                facts = a_copy(family=family, why=why, heartbeats=heartbeats)
                verdict = judge_copy(facts)
                assert verdict.explanation
                assert (verdict.word == "patched") is False
