"""Version 1 of the kind `probe`: no longer written, and read for as long as anybody has it."""

import pytest

from hemostat.assess import judge
from hemostat.evidence import KINDS, EvidenceError, find, read_line, verify_chain
from hemostat.evidence.kinds.probe_1 import KIND
from tests.evidence.runs import KNOWN_LINES, KNOWN_LINES_1


def test_what_was_written_is_still_evidence() -> None:
    rows = [read_line(line) for line in KNOWN_LINES_1]
    assert [(row.kind, row.kind_version) for row in rows][2] == ("probe", 1)
    assert find("probe", 1) is KIND
    for row in rows:
        row.check()
    assert verify_chain(rows).state == verify_chain([read_line(line) for line in KNOWN_LINES]).state


def test_it_is_judged_as_ever() -> None:
    verdict = judge(read_line(KNOWN_LINES_1[2]).values())
    assert (verdict.word, verdict.reason) == ("patched", "own-bytes-ignored")


def test_neither_version_passes_for_the_other() -> None:
    for kind, other in ((KIND, KINDS["probe"]), (KINDS["probe"], KIND)):
        with pytest.raises(EvidenceError):
            kind.check(dict(other.example))
