import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import hemostat
from hemostat import api
from hemostat.api import CheckOptions, Identity
from hemostat.api.memory import Memory
from hemostat.api.recording import Recorder
from hemostat.detect.network import Look
from hemostat.ledger import open_ledger
from hemostat.targets import parse_target
from tests.assess.facts import Facts
from tests.report.samples import facts_of

NOW = datetime.now(UTC)
TARGET = parse_target("www.example")
HERE: Facts = {"host": "www.example", "address": "192.0.2.7", "port": 443, "dialect": "tls"}


def remember(ledger: str, who: Identity, *looks: tuple[str, timedelta], **changed: Any) -> None:
    """Looks at www.example whose facts these rules decide, so long ago."""
    with open_ledger(ledger) as opened:
        run = Recorder(opened, who, source="hemostat check", version="0.1.0", draw=bytes(16))
        run.begin()
        run.record(
            [
                Look(TARGET, "192.0.2.7", 1, facts_of(rule) | HERE | changed, {}, None, NOW - ago)
                for rule, ago in looks
            ]
        )


def recalled(ledger: str, who: Identity, since: timedelta = timedelta(hours=24)) -> Look | None:
    with open_ledger(ledger) as opened:
        return Memory(opened, who.vantage, NOW - since)(TARGET, "192.0.2.7")


HOUR = timedelta(hours=1)


def test_what_was_decided_lately_is_recalled(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", 2 * HOUR), ("own-bytes-answered", HOUR))
    look = recalled(ledger, office)
    assert look is not None
    assert look.facts == facts_of("own-bytes-answered") | HERE
    assert look.observed_at == NOW - HOUR
    assert look.kept is not None


def test_what_was_decided_too_long_ago_is_not(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", 25 * HOUR))
    assert recalled(ledger, office) is None


def test_what_decided_nothing_is_not_and_takes_the_place_of_what_did(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("own-bytes-answered", 2 * HOUR), ("reset", HOUR))
    assert recalled(ledger, office) is None


def test_what_another_vantage_saw_is_not(ledger: str, office: Identity) -> None:
    remember(ledger, api.identify(vantage="home", network="home"), ("not-offered", HOUR))
    assert recalled(ledger, office) is None


def test_another_name_port_or_dialect_is_another_question(ledger: str, office: Identity) -> None:
    for changed in ({"host": "other.example"}, {"port": 444}, {"host": None}):
        remember(ledger + str(changed), office, ("not-offered", HOUR), **changed)
        assert recalled(ledger + str(changed), office) is None


def test_a_list_is_gone_on_with(ledger: str, office: Identity) -> None:
    """Nothing is sent to what was decided; it is answered from the ledger, and what was not is asked again."""

    async def run() -> None:
        async with api.open_lab(["no-heartbeats"]) as opened:
            targets = [opened[0].target, "127.0.0.1:9"]
            first = {each.target: each async for each in api.check_async(targets, ledger=ledger, who=office)}
        options = CheckOptions(resume=timedelta(hours=1))
        again = {
            each.target: each async for each in api.check_async(targets, options, ledger=ledger, who=office)
        }
        # The lab is closed by now: had it been asked, it would be unreachable.
        assert again[targets[0]] == first[targets[0]]
        assert again[targets[0]].certificate is not None
        assert again[targets[1]].reason == "refused"
        assert again[targets[1]].evidence["observation"] != first[targets[1]].evidence["observation"]

    asyncio.run(run())
    with open_ledger(ledger) as kept:
        assert [state.count for state in sorted(kept.runs(), key=lambda state: state.began_at)] == [4, 3]
        assert kept.verify().holds


def test_without_a_ledger_there_is_nothing_to_go_on_with() -> None:
    (answer,) = hemostat.check("127.0.0.1:9", CheckOptions(resume=timedelta(hours=1)))
    assert answer.reason == "refused"
