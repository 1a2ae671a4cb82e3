"""What `why` finds, by every way to name it; tests/cli/test_why.py asks in the user's words."""

import asyncio
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

import hemostat
from hemostat import api
from hemostat.api import NothingKnown
from hemostat.evidence import Observation, RunWriter, digest, names
from hemostat.ledger import open_ledger
from tests.report.samples import facts_of


@pytest.fixture
def filled(ledger: str) -> tuple[str, hemostat.Answer]:
    """A ledger, and an answer that it holds."""

    async def run() -> hemostat.Answer:
        async with api.open_lab(["vulnerable-closes"]) as opened:
            (answer,) = [each async for each in api.check_async(opened[0].target, ledger=ledger)]
            return answer

    return ledger, asyncio.run(run())


def test_every_name_leads_to_the_same_observation(filled: tuple[str, hemostat.Answer]) -> None:
    ledger, answer = filled
    assert answer.certificate is not None
    digest = answer.evidence["observation"]["digest"]
    ways = [
        answer.target,
        "127.0.0.1",
        f"tls://127.0.0.1:{answer.port}",
        answer.evidence["subject"],
        digest,
        digest[:8],
        answer.certificate.sha256,
        f"cert:{answer.certificate.sha256}",
        f"spki:{answer.certificate.spki_sha256}",
        answer.certificate.spki_sha256[:10],
        f"spki:{answer.certificate.spki_sha256[:16]}",
        f"spki:{answer.certificate.spki_sha256[:16]}…",
        f"CERT:{answer.certificate.sha256[:4]}...",
        answer.evidence["observation"]["run"],
        answer.evidence["observation"]["run"][:12],
    ]
    for way in ways:
        found = api.why(way, ledger=ledger)
        assert [each.judged[0].observation.digest for each in found] == [digest], way
        assert found[0].judged[0].verdict.word == "vulnerable"
        assert [each.sha256 for each in found[0].judged[0].certificates] == [answer.certificate.sha256]


def test_a_port_that_is_written_counts(filled: tuple[str, hemostat.Answer]) -> None:
    ledger, answer = filled
    assert answer.port is not None
    with pytest.raises(NothingKnown):
        api.why(f"127.0.0.1:{answer.port % 65535 + 1}", ledger=ledger)


@pytest.mark.parametrize(
    "what", ["other.example", "ab", "zzzz", "", "host:name=web1", "run:" + "0" * 32, "key:abcdef"]
)
def test_what_is_not_there(filled: tuple[str, hemostat.Answer], what: str) -> None:
    with pytest.raises(NothingKnown):
        api.why(what, ledger=filled[0])


def test_of_many_observations_the_newest_are_shown_and_the_rest_counted(ledger: str) -> None:
    hemostat.check("127.0.0.1:9", hemostat.CheckOptions(looks=25), ledger=ledger)
    (found,) = api.why("127.0.0.1:9", ledger=ledger)
    assert (len(found.judged), found.older) == (20, 5)


ENDPOINT = "tcp:8.8.8.8:443"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def looks(rules: Iterable[str], vantage: str = "office", run: str = "1" * 32) -> list[Observation]:
    """A run of looks at one endpoint, a second apart."""
    writer = RunWriter(names.run(run), source="hemostat check", source_version="0.1.0", vantage=vantage)
    rows = [writer.begin(operator="alice", authority=None, now=NOON)]
    for number, rule in enumerate(rules):
        at = NOON + timedelta(seconds=number)
        rows.append(
            writer.append(
                "probe", ENDPOINT, facts_of(rule) | {"address": "8.8.8.8"}, observed_at=at, recorded_at=at
            )
        )
    return rows


def test_one_bad_look_of_many_counts_however_many_came_after(ledger: str) -> None:
    with open_ledger(ledger) as opened:
        opened.append(looks(["own-bytes-answered", *["own-bytes-ignored"] * 30]))
    (found,) = api.why(ENDPOINT, ledger=ledger)
    assert found.standing is not None
    assert found.standing.verdict.word == "vulnerable"
    assert (len(found.judged), found.older) == (21, 10)


def test_another_vantage_counts_however_long_it_has_not_looked(ledger: str) -> None:
    with open_ledger(ledger) as opened:
        opened.append(looks(["own-bytes-answered"], vantage="home", run="2" * 32))
        opened.append(looks(["own-bytes-answered"], run="3" * 32))
        opened.append(looks(["own-bytes-ignored"] * 30))
    (found,) = api.why(ENDPOINT, ledger=ledger)
    assert found.words == {"office": ["patched"], "home": ["vulnerable"]}


def test_what_a_later_version_wrote_is_not_judged(ledger: str) -> None:
    first, second, third = looks(["own-bytes-ignored", "own-bytes-answered"])
    later = third._replace(kind_version=9)
    with open_ledger(ledger) as opened:
        opened.append([first, second, later._replace(digest=digest(later.text()))])
    (found,) = api.why(ENDPOINT, ledger=ledger)
    assert [each.observation.seq for each in found.judged] == [1]


def asked_as(
    host: str | None, rule: str, seq: int, *, sent: str | None = None, address: str = "8.8.8.8"
) -> list[Observation]:
    """A run that asked an address as `host`, and sent a server name."""
    writer = RunWriter(
        names.run(f"{seq:032x}"), source="hemostat check", source_version="0.1.0", vantage="office"
    )
    at = NOON + timedelta(minutes=seq)
    facts = facts_of(rule) | {"host": host, "address": address}
    for connection in facts["connections"]:
        connection["offered"]["name"] = sent
    subject = names.endpoint("tcp", address, 443, host="host:name=web1", network="office")
    return [
        writer.begin(operator="alice", authority=None, now=at),
        writer.append("probe", subject, facts, observed_at=at, recorded_at=at),
    ]


def kept(ledger: str, *runs: list[Observation]) -> None:
    with open_ledger(ledger) as opened:
        for run in runs:
            opened.append(run)


def test_a_name_is_judged_by_what_was_asked_as_that_name(ledger: str) -> None:
    """Two names at one address may be two servers, and one of them is vulnerable."""
    bad = asked_as("bad.example", "own-bytes-answered", 1, sent="bad.example")
    good = asked_as("good.example", "own-bytes-ignored", 2, sent="good.example")
    kept(ledger, bad, good)
    for what, word in (
        ("bad.example", "vulnerable"),
        ("good.example:443", "patched"),
        ("8.8.8.8", "vulnerable"),
    ):
        (found,) = api.why(what, ledger=ledger)
        assert found.standing is not None
        assert found.standing.verdict.word == word, what


def test_another_name_sent_is_another_server(ledger: str) -> None:
    bad = asked_as(None, "own-bytes-answered", 1, sent="bad.example")
    kept(ledger, bad, asked_as(None, "own-bytes-ignored", 2, sent="good.example"))
    (found,) = api.why("8.8.8.8", ledger=ledger)
    assert found.words == {"office": ["vulnerable", "patched"]}


def test_however_often_a_name_was_asked_the_other_counts(ledger: str) -> None:
    kept(ledger, asked_as("bad.example", "own-bytes-answered", 1))
    kept(ledger, *(asked_as("good.example", "own-bytes-ignored", seq) for seq in range(2, 30)))
    (found,) = api.why("8.8.8.8", ledger=ledger)
    assert found.standing is not None
    assert found.standing.verdict.word == "vulnerable"


def test_a_link_local_address_is_found_with_its_zone(ledger: str) -> None:
    kept(ledger, asked_as(None, "own-bytes-ignored", 1, address="fe80::1%eth0"))
    (found,) = api.why("[fe80::1%eth0]:443", ledger=ledger)
    assert found.subject == "tcp:[fe80::1]:443@host:name=web1%eth0"
    with pytest.raises(NothingKnown):
        api.why("[fe80::1%eth1]:443", ledger=ledger)


def test_a_scheme_that_is_written_counts(ledger: str) -> None:
    hemostat.check(["tls://127.0.0.1:9", "dtls://127.0.0.1:9"], ledger=ledger)
    assert [each.subject[:4] for each in api.why("tls://127.0.0.1:9", ledger=ledger)] == ["tcp:"]
    assert [each.subject[:4] for each in api.why("dtls://127.0.0.1:9", ledger=ledger)] == ["udp:"]
    assert len(api.why("127.0.0.1:9", ledger=ledger)) == 2


def test_a_name_without_an_address_has_a_scheme_too(ledger: str) -> None:
    hemostat.check("dtls://no-such-host.invalid:443", ledger=ledger)
    assert api.why("dtls://no-such-host.invalid:443", ledger=ledger)
    with pytest.raises(NothingKnown):
        api.why("tls://no-such-host.invalid:443", ledger=ledger)


def test_a_run_leads_to_all_that_it_looked_at(ledger: str) -> None:
    targets = ["127.0.0.1:9", "127.0.0.1:10", "no-such-host.invalid"]
    answers = hemostat.check(targets, ledger=ledger)
    run = answers[0].evidence["observation"]["run"]
    hemostat.check("127.0.0.1:11", ledger=ledger)
    found = {each.subject.partition("@")[0] for each in api.why(run, ledger=ledger)}
    assert found == {"tcp:127.0.0.1:9", "tcp:127.0.0.1:10", "no-such-host.invalid (nobody was asked)"}


@pytest.mark.parametrize("column", ["facts", "vantage", "source_version", "kind_version", "observed_at"])
def test_a_row_that_was_changed_stands_for_nothing(ledger: str, column: str) -> None:
    rows = asked_as(None, "own-bytes-answered", 1)
    kept(ledger, rows)
    clean = asked_as(None, "own-bytes-ignored", 1)[1].facts
    value = {"facts": clean, "vantage": "home", "source_version": "9", "kind_version": 9, "observed_at": "9"}[
        column
    ]
    with sqlite3.connect(ledger) as other:
        other.execute(f"UPDATE observation SET {column} = ? WHERE kind = 'probe'", [value])
    for what in ("8.8.8.8", rows[0].run):
        (found,) = api.why(what, ledger=ledger)
        assert (found.standing, found.judged) == (None, ())
        assert [row.seq for row in found.broken] == [1]


def test_a_certificate_whose_bytes_were_changed_is_not_shown(filled: tuple[str, hemostat.Answer]) -> None:
    ledger, answer = filled
    assert answer.certificate is not None
    with sqlite3.connect(ledger) as other:
        (der,) = other.execute(
            "SELECT data FROM blob WHERE sha256 = ?", [answer.certificate.sha256]
        ).fetchone()
        other.execute("UPDATE blob SET data = ?", [der[:-1] + bytes([der[-1] ^ 1])])
    (found,) = api.why(answer.target, ledger=ledger)
    assert found.judged[0].certificates == ()


def test_the_worst_stands_first(ledger: str) -> None:
    async def run() -> None:
        async with api.open_lab(["patched-closes", "vulnerable-closes", "no-heartbeats"]) as opened:
            targets = [each.target for each in opened]
            assert len([each async for each in api.check_async(targets, ledger=ledger)]) == 3

    asyncio.run(run())
    standing = [each.standing for each in api.why("127.0.0.1", ledger=ledger)]
    assert [each and each.verdict.word for each in standing] == ["vulnerable", "patched", "not-affected"]
