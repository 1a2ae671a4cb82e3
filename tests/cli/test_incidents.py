import io
import json
import sys
from pathlib import Path

import pytest

from hemostat.incidents import all_incidents, as_json, as_text, get
from tests.cli.conftest import Run
from tests.incidents.test_cve_records import CVE_5


@pytest.fixture(autouse=True)
def facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where added facts are kept: not in the user's own folder."""
    path = tmp_path / "facts.txt"
    monkeypatch.setenv("HEMOSTAT_FACTS", str(path))
    return path


def test_all_there_are(run: Run) -> None:
    ran = run("incidents")
    assert ran.status == 0
    assert ran.out.startswith("CVE-2014-0160  Heartbleed  2014-04-07  OpenSSL")


def test_one_by_any_of_its_names(run: Run) -> None:
    text = as_text(get("heartbleed"), 80)
    for name in ("heartbleed", "CVE-2014-0160"):
        ran = run("incidents", name)
        assert (ran.status, ran.out) == (0, text)


def test_as_json(run: Run) -> None:
    (one,) = run("incidents", "--json", "heartbleed").lines()
    assert one == as_json(get("heartbleed"))
    assert len(run("incidents", "--json").lines()) == len(all_incidents())


def test_one_that_is_not_known(run: Run) -> None:
    ran = run("incidents", "\x1b[2Jshellshock")
    assert (ran.status, ran.out) == (2, "")
    assert "no incident is known as" in ran.err
    assert "\x1b" not in ran.err


def test_cves_of_a_version(run: Run) -> None:
    ran = run("incidents", "--openssl", "1.0.1e")
    assert ran.status == 0
    assert ran.out.startswith("OpenSSL 1.0.1e: ")
    assert "\nCVE-2014-0160  2014-04-07  unknown   fixed in 1.0.1g\n" in ran.out
    found = {one["cve"]: one["fixed"] for one in run("incidents", "--json", "--openssl", "1.0.1e").lines()}
    assert found["CVE-2014-0160"] == "1.0.1g"
    assert run("incidents", "--openssl", "1.0.1g").out.count("CVE-2014-0160") == 0


def test_a_version_that_is_none(run: Run) -> None:
    ran = run("incidents", "--openssl", "\x1b[2J1.0")
    assert (ran.status, ran.out) == (2, "")
    assert "is no version of OpenSSL's" in ran.err
    assert "\x1b" not in ran.err


def test_an_update_by_file_and_by_standard_input(
    run: Run, facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = json.loads(json.dumps(CVE_5))
    newer["cveMetadata"]["cveId"] = "CVE-2099-0001"
    file = tmp_path / "records.json"
    file.write_text(json.dumps([newer, CVE_5 | {"cveMetadata": {"cveId": "x"}}]))
    ran = run("incidents", "update", str(file))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"1 new, 0 changed, 0 as they were known; kept in {facts}\nleft out: 1 no-number\n"
    assert "CVE-2099-0001" in run("incidents", "--openssl", "3.0.7").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    (found,) = run("incidents", "--json", "update", "-").lines()
    assert found == {"new": 0, "changed": 0, "same": 1, "left_out": {"no-number": 1}, "path": str(facts)}


def test_updates_that_make_no_sense(run: Run, facts: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"<html>")
    for arguments, why in (
        (("update",), "name their FILE"),
        (("update", str(bad)), "is not JSON"),
        (("update", str(tmp_path / "absent")), "No such file"),
        (("heartbleed", str(bad)), "incidents update FILE"),
        (("heartbleed", "--openssl", "1.0.1e"), "stands alone"),
    ):
        ran = run("incidents", *arguments)
        assert (ran.status, ran.out) == (2, "")
        assert why in ran.err
    assert not facts.exists()
