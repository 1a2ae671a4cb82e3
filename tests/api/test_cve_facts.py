"""The CVEs that are known, and those that a user adds."""

import json
from pathlib import Path

import pytest

from hemostat import api
from hemostat.incidents import RecordError
from tests.incidents.test_cve_records import CVE_5


def record(cve: str, first: str, fixed: str) -> bytes:
    changed = json.loads(json.dumps(CVE_5))
    changed["cveMetadata"]["cveId"] = cve
    changed["containers"]["cna"]["affected"][0]["versions"] = [
        {"version": first, "lessThan": fixed, "status": "affected"}
    ]
    return json.dumps(changed).encode()


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "facts.txt"


def ids(version: str, facts: Path) -> list[str]:
    return [one.id for one in api.cves_of_openssl(version, facts=facts).cves]


def test_what_is_known_without_an_update(facts: Path) -> None:
    found = api.cves_of_openssl(" OpenSSL 1.0.1e ", facts=facts)
    assert found.version.text == "1.0.1e"
    assert "CVE-2014-0160" in [one.id for one in found.cves]
    assert not facts.parent.exists()


def test_no_version_of_openssls(facts: Path) -> None:
    with pytest.raises(api.UnknownVersion, match=r"'LibreSSL\\x1b 2' is no version of OpenSSL's"):
        api.cves_of_openssl("LibreSSL\x1b 2", facts=facts)


def test_an_update_adds_changes_and_keeps(facts: Path) -> None:
    first = api.update_cves([("a.json", record("CVE-2099-0001", "3.0.0", "3.0.99"))], facts=facts)
    assert (first.new, first.changed, first.same, first.path) == (1, 0, 0, facts)
    assert "CVE-2099-0001" in ids("3.0.98", facts)
    assert "CVE-2099-0001" not in ids("3.0.99", facts)
    again = api.update_cves([("a.json", record("CVE-2099-0001", "3.0.0", "3.0.99"))], facts=facts)
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    narrower = api.update_cves([("b.json", record("CVE-2099-0001", "3.0.0", "3.0.7"))], facts=facts)
    assert (narrower.new, narrower.changed, narrower.same) == (0, 1, 0)
    assert "CVE-2099-0001" not in ids("3.0.98", facts)
    assert sorted(path.name for path in facts.parent.iterdir()) == ["facts.txt"]


def test_a_newer_record_stands_above_what_hemostat_knows(facts: Path) -> None:
    api.update_cves([("a.json", record("CVE-2014-0160", "1.0.1", "1.0.1f"))], facts=facts)
    assert "CVE-2014-0160" in ids("1.0.1e", facts)
    assert "CVE-2014-0160" not in ids("1.0.1f", facts)


def test_what_is_known_already_is_not_written_down(facts: Path) -> None:
    same = api.update_cves([("a.json", json.dumps(CVE_5).encode())], facts=facts)
    assert (same.new, same.same + same.changed) == (0, 1)
    assert facts.exists() == bool(same.changed)


def test_all_files_are_read_before_any_is_kept(facts: Path) -> None:
    good = ("a.json", record("CVE-2099-0001", "3.0.0", "3.0.99"))
    with pytest.raises(RecordError, match=r"b\?\.json.* is not JSON"):
        api.update_cves([good, ("b\x1b.json", b"{")], facts=facts)
    assert not facts.exists()


def test_what_is_left_out_is_counted(facts: Path) -> None:
    other = CVE_5 | {"containers": {"cna": {"affected": [{"product": "nginx"}]}}}
    done = api.update_cves(
        [("a.json", json.dumps([other, other]).encode()), ("b", json.dumps(other).encode())], facts=facts
    )
    assert done.left_out == {"other-product": 3}
    assert not facts.exists()


def test_a_record_that_is_read_in_part_never_replaces_one_that_is_whole(facts: Path) -> None:
    """As some records of 2016 say "1.0.2 through 1.0.2h": their other ranges alone would make little of a CVE."""
    partial = json.loads(record("CVE-2014-0160", "1.0.1f", "1.0.1g"))
    unread = {"version": "1.0.1 through 1.0.1e", "status": "affected"}
    partial["containers"]["cna"]["affected"][0]["versions"].append(unread)
    done = api.update_cves([("a.json", json.dumps(partial).encode())], facts=facts)
    assert (done.new, done.changed, done.left_out) == (0, 0, {"unknown-version": 1, "known-better": 1})
    assert "CVE-2014-0160" in ids("1.0.1e", facts)
    partial["cveMetadata"]["cveId"] = "CVE-2099-0001"
    assert api.update_cves([("a.json", json.dumps(partial).encode())], facts=facts).new == 1


def test_damaged_facts_are_named(facts: Path) -> None:
    facts.parent.mkdir()
    facts.write_bytes(b"# fine\nCVE-2099-0001 rubbish \xff\n")
    with pytest.raises(RecordError, match=r"facts\.txt, in line or record 2, has no fact of a CVE"):
        api.cves_of_openssl("3.0.0", facts=facts)
    before = facts.read_bytes()
    with pytest.raises(RecordError):
        api.update_cves([("a.json", record("CVE-2099-0001", "3.0.0", "3.0.99"))], facts=facts)
    assert facts.read_bytes() == before


def test_a_write_that_fails_leaves_what_was_there(facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api.update_cves([("a.json", record("CVE-2099-0001", "3.0.0", "3.0.99"))], facts=facts)
    before = facts.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        api.update_cves([("a.json", record("CVE-2099-0002", "3.0.0", "3.0.99"))], facts=facts)
    assert facts.read_bytes() == before
    assert sorted(path.name for path in facts.parent.iterdir()) == ["facts.txt"]


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEMOSTAT_FACTS", str(tmp_path / "x"))
    assert api.default_facts() == tmp_path / "x"
    monkeypatch.delenv("HEMOSTAT_FACTS")
    assert api.default_facts().name == "openssl-cves.txt"
