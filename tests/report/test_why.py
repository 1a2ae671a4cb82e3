import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hemostat.assess import judge, judge_failure
from hemostat.evidence import Observation, RunWriter, names
from hemostat.report import Judged, Reasons, dialogue, reasons_json, reasons_status, reasons_text
from tests.assess.facts import Facts
from tests.report.samples import certificate, facts_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ENDPOINT = "tcp:8.8.8.8:443"


def seen(facts: Facts, *, at: datetime = NOON, vantage: str = "office", run: str = "1" * 32) -> Observation:
    writer = RunWriter(names.run(run), source="hemostat check", source_version="0.1.0", vantage=vantage)
    writer.begin(operator="alice", authority=None, now=NOON)
    subject = names.endpoint(facts["transport"], facts["address"], facts["port"], network="office")
    return writer.append("probe", subject, facts, observed_at=at, recorded_at=NOON)


def judged(rule: str, **when: Any) -> Judged:
    facts = facts_of(rule)
    return Judged(seen(facts, **when), judge(facts))


def before(rule: str, **when: Any) -> Judged:
    """Seen a day earlier, in a run of its own."""
    return judged(rule, at=NOON - DAY, run="2" * 32, **when)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_from_the_verdict_to_the_parts() -> None:
    facts = facts_of("own-bytes-answered")
    row = seen(facts)
    text = reasons_text(Reasons(ENDPOINT, (Judged(row, judge(facts), (certificate(),)),)))
    assert text == (
        "tcp:8.8.8.8:443: vulnerable (own-bytes-answered)\n"
        "  It gave back 16365 bytes that we had sent in a heartbeat without padding: OpenSSL 1.0.1 to 1.0.1f\n"
        "  answers such a request, a fixed one must not (RFC 6520 section 4). Upgrade OpenSSL, stop and start\n"
        "  the service, then replace its key and certificate.\n"
        "  by the rule own-bytes-answered (docs/verdicts.md)\n"
        f"    from observation {row.digest}\n"
        f"      row 1 of run:{'1' * 32}, by hemostat check 0.1.0\n"
        "      seen 2026-11-24T12:00:00.000000Z from office, written down 2026-11-24T12:00:00.000000Z\n"
        "      asked as www.example at 192.0.2.7:443, tls over tcp\n"
        + "".join(f"      {line}\n" for line in dialogue(facts))
        + f"      cert:{'ab' * 32}\n"
        "        www.example, example; 2026-01-01 to 2027-01-01; by CN=A CA,O=Example; key rsa 2048, "
        "spki:cdcdcdcdcdcdcdcd\n"
    )


def test_prose_wraps_at_the_width() -> None:
    lines = reasons_text(Reasons(ENDPOINT, (judged("ssh"),)), width=60).splitlines()
    assert lines[1:3] == [
        "  SSH answers here. It has no heartbeats and does not use",
        "  TLS. Nothing to do here.",
    ]


def test_what_was_seen_before_follows_in_a_line_each() -> None:
    earlier = before("not-offered")
    text = reasons_text(Reasons(ENDPOINT, (judged("own-bytes-answered"), earlier), older=3))
    assert text.endswith(
        "  also seen, newest first\n"
        "    2026-11-23T12:00:00.000000Z  not-affected (not-offered)  from office  "
        f"{earlier.observation.digest[:16]}\n"
        "    and 3 more\n"
    )
    assert "disagree" not in text


def test_a_vantage_is_known_by_what_it_saw_last() -> None:
    fixed = Reasons(ENDPOINT, (judged("own-bytes-ignored"), before("own-bytes-answered")))
    assert fixed.standing is not None
    assert fixed.standing.verdict.word == "patched"
    assert not fixed.disagree
    assert reasons_text(fixed).startswith(f"{ENDPOINT}: patched (own-bytes-ignored)\n")


def test_where_vantages_disagree_the_worse_stands() -> None:
    worse = before("own-bytes-answered", vantage="home")
    reasons = Reasons(ENDPOINT, (judged("own-bytes-ignored"), worse))
    assert reasons.standing is worse
    text = reasons_text(reasons)
    assert text.startswith(f"{ENDPOINT}: vulnerable (own-bytes-answered)\n")
    assert "Vantages disagree: office saw patched; home saw vulnerable. The worst stands until" in flat(text)
    assert f"from observation {worse.observation.digest}" in text
    assert "  patched (own-bytes-ignored)  from office  " in text


def test_all_looks_of_the_newest_run_count() -> None:
    """One of twenty servers behind an address is vulnerable, and was not the last one asked."""
    worse = judged("own-bytes-answered", at=NOON - timedelta(seconds=5))
    looks = (judged("own-bytes-ignored"), judged("own-bytes-ignored"), worse, before("not-offered"))
    reasons = Reasons(ENDPOINT, looks)
    assert reasons.standing is worse
    assert reasons.words == {"office": ["vulnerable", "patched"]}
    assert "Looks disagree: office saw vulnerable and patched. Several servers may stand" in flat(
        reasons_text(reasons)
    )


def test_one_dated_ahead_is_marked_and_does_not_count_beside_others() -> None:
    ahead = judged("ssh", at=NOON + timedelta(hours=1))
    alone = reasons_text(Reasons(ENDPOINT, (ahead,)))
    assert "dated more than five minutes after it was written down: kept, and never the newest" in alone
    both = Reasons(ENDPOINT, (ahead, before("own-bytes-answered")))
    assert both.standing is not None
    assert both.standing.verdict.word == "vulnerable"
    assert not both.disagree
    assert reasons_text(both).endswith(", dated ahead of its recording\n")


def test_a_name_without_an_address() -> None:
    writer = RunWriter(names.run("2" * 32), source="hemostat check", source_version="0.1.0", vantage="office")
    writer.begin(operator="alice", authority=None, now=NOON)
    facts = {"host": "gone.example", "port": 443, "transport": "tcp", "dialect": "tls", "failure": "dns"}
    row = writer.append("lookup", writer.run, facts, observed_at=NOON, recorded_at=NOON)
    text = reasons_text(Reasons("gone.example (no address)", (Judged(row, judge_failure("dns")),)))
    assert text.startswith("gone.example (no address): unreachable (dns)\n")
    assert "      failure: dns\n      host: gone.example\n" in text


def test_one_that_was_asked_without_a_name() -> None:
    facts = facts_of("ssh") | {"host": None, "address": "2001:db8::1"}
    text = reasons_text(Reasons(ENDPOINT, (Judged(seen(facts), judge(facts)),)))
    assert "asked by its address alone at [2001:db8::1]:443, tls over tcp" in text


def test_as_json_it_holds_everything() -> None:
    facts = facts_of("own-bytes-answered")
    row = seen(facts)
    newer = judged("own-bytes-ignored", vantage="home", run="3" * 32)
    reasons = Reasons(ENDPOINT, (newer, Judged(row, judge(facts), (certificate(),))), older=2)
    value = json.loads(json.dumps(reasons_json(reasons)))
    assert (value["subject"], value["older"], value["disagree"]) == (ENDPOINT, 2, True)
    assert (value["verdict"], value["rule"]) == ("vulnerable", "own-bytes-answered")
    assert value["explanation"].startswith("It gave back 16365 bytes")
    assert value["standing"] == row.digest
    assert value["vantages"] == {"home": ["patched"], "office": ["vulnerable"]}
    told = value["observations"][1]
    assert told["facts"] == facts
    assert (told["verdict"], told["rule"], told["vantage"]) == ("vulnerable", "own-bytes-answered", "office")
    assert told["certificates"][0]["spki_sha256"] == "cd" * 32


@pytest.mark.parametrize("field", Observation._fields)
def test_as_json_an_observation_has_all_its_fields(field: str) -> None:
    only = judged("ssh")
    (told,) = reasons_json(Reasons(ENDPOINT, (only,)))["observations"]
    kept = getattr(only.observation, field)
    assert told[field] == {"facts": only.observation.values(), "links": list(only.observation.links)}.get(
        field, kept
    )


def named(rule: str, host: str | None, run: str, sent: str | None = None) -> Judged:
    facts = facts_of(rule) | {"host": host}
    for connection in facts["connections"]:
        connection["offered"]["name"] = sent or host
    return Judged(seen(facts, run=run * 32), judge(facts))


def test_where_names_disagree_the_worse_stands() -> None:
    """Two names at one address, asked in two runs: the newer does not take the place of the other."""
    worse = named("own-bytes-answered", "bad.example", "1")
    reasons = Reasons(ENDPOINT, (named("own-bytes-ignored", "good.example", "2"), worse))
    assert reasons.standing is worse
    text = flat(reasons_text(reasons))
    assert "Names disagree: office saw vulnerable and patched. Another server may answer" in text
    assert "as good.example" in text


@pytest.mark.parametrize(
    ("host", "sent", "told"),
    [
        (None, None, "  by its address\n"),
        ("www.example", "other.example", "  as www.example, name sent other.example\n"),
    ],
)
def test_other_questions_tell_what_they_asked(host: str | None, sent: str | None, told: str) -> None:
    other = named("own-bytes-ignored", host, "1", sent)
    text = reasons_text(Reasons(ENDPOINT, (named("own-bytes-answered", "a.example", "2"), other)))
    assert text.endswith(f"{other.observation.digest[:16]}{told}")


def test_a_row_that_does_not_hold_is_marked() -> None:
    changed = judged("own-bytes-answered", run="2" * 32).observation
    reasons = Reasons(ENDPOINT, (judged("own-bytes-ignored"),), broken=(changed,))
    assert f"  row 1 of run:{'2' * 32} does not hold: it was changed." in reasons_text(reasons)
    value = reasons_json(reasons)
    assert value["verdict"] == "patched"
    assert value["broken"] == [{"run": changed.run, "seq": 1, "digest": changed.digest}]


def test_where_nothing_holds_there_is_no_verdict() -> None:
    reasons = Reasons(ENDPOINT, (), broken=(judged("own-bytes-ignored").observation,))
    assert reasons_text(reasons).startswith(f"{ENDPOINT}: no verdict, as nothing that is kept of it holds\n")
    value = reasons_json(reasons)
    assert [value[key] for key in ("verdict", "reason", "explanation", "rule", "standing")] == [None] * 5
    assert value["observations"] == []


def test_the_status_is_that_of_what_stands_unless_something_does_not_hold() -> None:
    changed = judged("ssh").observation
    patched = Reasons(ENDPOINT, (judged("own-bytes-ignored"),))
    assert reasons_status([patched]) == 0
    assert reasons_status([patched, Reasons(ENDPOINT, (), broken=(changed,))]) == 3
    assert reasons_status([Reasons(ENDPOINT, (), broken=(changed,))]) == 3
    worst = Reasons(ENDPOINT, (judged("own-bytes-answered"),), broken=(changed,))
    assert reasons_status([worst, patched]) == 1
