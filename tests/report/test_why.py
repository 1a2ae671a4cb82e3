import json
from datetime import UTC, datetime, timedelta

from hemostat.assess import judge
from hemostat.evidence import Observation, RunWriter, names
from hemostat.report import Judged, Reasons, reasons_json, reasons_text
from tests.assess.facts import Facts
from tests.report.samples import certificate, facts_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENDPOINT = "tcp:8.8.8.8:443"


def seen(facts: Facts, *, at: datetime = NOON, vantage: str = "office", run: str = "1" * 32) -> Observation:
    writer = RunWriter(names.run(run), source="hemostat check", source_version="0.1.0", vantage=vantage)
    writer.begin(operator="alice", authority=None, now=NOON)
    return writer.append("probe", ENDPOINT, facts, observed_at=at, recorded_at=NOON)


def judged(rule: str, **when: object) -> Judged:
    facts = facts_of(rule)
    return Judged(seen(facts, **when), judge(facts))  # type: ignore[arg-type]


def test_from_the_verdict_to_the_parts() -> None:
    newest = judged("own-bytes-answered")
    text = reasons_text(Reasons(ENDPOINT, (newest,)))
    assert text.startswith("tcp:8.8.8.8:443: vulnerable (own-bytes-answered)\n  It gave back 16365 bytes")
    wanted = [
        "by the rule own-bytes-answered",
        f"from observation {newest.observation.digest}",
        f"row 1 of run:{'1' * 32}, hemostat check 0.1.0",
        "seen 2026-11-24T12:00:00.000000Z from office",
        "connection 1 of 1",
        "own bytes (no padding), 16365 bytes: came back whole",
    ]
    at = [text.index(each) for each in wanted]
    assert at == sorted(at)


def test_what_was_seen_before_follows_in_a_line_each() -> None:
    before = judged("not-offered", at=NOON - timedelta(days=1))
    text = reasons_text(Reasons(ENDPOINT, (judged("own-bytes-answered"), before), older=3))
    assert "  earlier:\n    2026-11-23T12:00:00.000000Z  not-affected (not-offered)  office  " in text
    assert text.endswith("    and 3 before these\n")


def test_vantages_that_disagree_are_pointed_out() -> None:
    reasons = Reasons(ENDPOINT, (judged("own-bytes-ignored"), judged("own-bytes-answered", vantage="home")))
    assert "office saw patched, home saw vulnerable. The worse stands" in " ".join(
        reasons_text(reasons).split()
    )
    assert {each.verdict.word for each in reasons.newest_of_each_vantage} == {"patched", "vulnerable"}


def test_what_a_vantage_saw_before_is_no_disagreement() -> None:
    reasons = Reasons(
        ENDPOINT, (judged("own-bytes-ignored"), judged("own-bytes-answered", at=NOON - timedelta(days=1)))
    )
    assert "disagree" not in reasons_text(reasons)
    assert len(reasons.newest_of_each_vantage) == 1


def test_an_observation_from_the_future_is_marked() -> None:
    assert "never the newest" in reasons_text(
        Reasons(ENDPOINT, (judged("ssh", at=NOON + timedelta(hours=1)),))
    )


def test_a_name_without_an_address() -> None:
    writer = RunWriter(names.run("2" * 32), source="hemostat check", source_version="0.1.0", vantage="office")
    writer.begin(operator="alice", authority=None, now=NOON)
    facts = {"host": "gone.example", "port": 443, "transport": "tcp", "dialect": "tls", "failure": "dns"}
    row = writer.append("lookup", writer.run, facts, observed_at=NOON, recorded_at=NOON)
    from hemostat.assess import judge_failure

    text = reasons_text(Reasons("gone.example (no address)", (Judged(row, judge_failure("dns")),)))
    assert "gone.example (no address): unreachable (dns)" in text
    assert "failure: dns" in text


def test_as_json_it_holds_everything() -> None:
    facts = facts_of("own-bytes-answered")
    reasons = Reasons(ENDPOINT, (Judged(seen(facts), judge(facts), (certificate(),)),), older=2)
    value = json.loads(json.dumps(reasons_json(reasons)))
    (only,) = value["observations"]
    assert (value["subject"], value["older"]) == (ENDPOINT, 2)
    assert only["facts"] == facts
    assert (only["verdict"], only["rule"], only["vantage"]) == ("vulnerable", "own-bytes-answered", "office")
    assert only["certificates"][0]["spki_sha256"] == "cd" * 32
