import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_from_a_target_to_the_messages(run: Run, lab: dict[str, str]) -> None:
    target = lab["vulnerable-reads-on"]
    run("check", target)
    ran = run("why", target)
    assert ran.status == 1
    assert "vulnerable (own-bytes-answered)" in ran.out
    assert "own bytes (no padding)  16365 bytes  came back whole" in ran.out
    assert "< heartbeat            16384" in ran.out
    assert run("check", lab["no-heartbeats"]).status == 0
    assert run("why", lab["no-heartbeats"]).status == 0


def test_by_address_alone_every_port_is_meant(run: Run, lab: dict[str, str]) -> None:
    run("check", *lab.values())
    ran = run("why", "--json", "127.0.0.1")
    assert len(ran.lines()) == len(lab)
    assert ran.status == 1


@pytest.mark.parametrize("of", ["observation", "subject", "certificate", "key"])
def test_by_any_name_that_an_answer_has(run: Run, lab: dict[str, str], of: str) -> None:
    (answer,) = run("check", "--json", lab["no-heartbeats"]).lines()
    what = {
        "observation": answer["evidence"]["observation"]["digest"][:12],
        "subject": answer["evidence"]["subject"],
        "certificate": answer["certificate"]["sha256"][:12],
        "key": f"spki:{answer['certificate']['spki_sha256']}",
    }[of]
    (found,) = run("why", "--json", what).lines()
    assert found["subject"] == answer["evidence"]["subject"]
    assert found["observations"][0]["digest"] == answer["evidence"]["observation"]["digest"]
    assert found["observations"][0]["facts"] == answer["evidence"]["facts"]
    assert found["observations"][0]["certificates"][0]["sha256"] == answer["certificate"]["sha256"]


def test_the_newest_comes_first_and_the_others_after_it(run: Run, lab: dict[str, str]) -> None:
    for _ in range(3):
        run("check", lab["patched-closes"])
    (found,) = run("why", "--json", lab["patched-closes"]).lines()
    times = [each["observed_at"] for each in found["observations"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3
    assert run("why", lab["patched-closes"]).out.count("patched (own-bytes-ignored)") == 3


def test_a_name_that_had_no_address(run: Run) -> None:
    run("check", "no-such-host.invalid")
    ran = run("why", "no-such-host.invalid")
    assert ran.status == 3
    assert "no-such-host.invalid (nobody was asked): unreachable (dns)" in ran.out


@pytest.mark.parametrize("what", ["never-asked.example", "not a target", "00000000", "tcp:8.8.8.8:443"])
def test_what_was_never_asked(run: Run, what: str) -> None:
    run("check", "127.0.0.1:9")
    ran = run("why", what)
    assert (ran.status, ran.out) == (2, "")
    assert "holds no observation of that" in ran.err


def test_without_a_ledger_there_is_nothing_to_tell(run: Run) -> None:
    ran = run("why", "www.example")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no ledger" in ran.err.lower()


def test_as_json_it_is_an_object_a_line(run: Run, lab: dict[str, str]) -> None:
    run("check", lab["no-heartbeats"])
    ran = run("why", "--json", lab["no-heartbeats"])
    assert [json.loads(line)["older"] for line in ran.out.splitlines()] == [0]


def test_prose_fits_a_narrow_terminal(run: Run, lab: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    run("check", lab["no-heartbeats"])
    monkeypatch.setenv("COLUMNS", "50")
    assert "\n  It speaks TLS1.2 and does not offer heartbeats:\n" in run("why", lab["no-heartbeats"]).out


def test_a_row_that_was_changed_is_marked_and_is_no_verdict(
    run: Run, lab: dict[str, str], tmp_path: Path
) -> None:
    kept = tmp_path / "changed.sqlite"
    run("check", "--ledger", str(kept), lab["no-heartbeats"])
    assert run("why", "--ledger", str(kept), lab["no-heartbeats"]).status == 0
    with sqlite3.connect(kept) as other:
        other.execute("UPDATE observation SET vantage = 'home' WHERE kind = 'probe'")
    ran = run("why", "--ledger", str(kept), lab["no-heartbeats"])
    assert ran.status == 3
    assert "does not hold: it was changed" in ran.out
