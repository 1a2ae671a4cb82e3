"""What `why` finds, by every way to name it; tests/cli/test_why.py asks in the user's words."""

import asyncio
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


@pytest.mark.parametrize("what", ["other.example", "ab", "zzzz", "", "host:name=web1", "run:" + "0" * 32])
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
