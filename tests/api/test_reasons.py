"""What `why` finds, by every way to name it; tests/cli/test_why.py asks in the user's words."""

import asyncio

import pytest

import hemostat
from hemostat import api
from hemostat.api import NothingKnown


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
