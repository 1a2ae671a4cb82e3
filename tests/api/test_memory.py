import asyncio
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from socket import SOCK_STREAM
from typing import Any

import pytest

import hemostat
from hemostat import api
from hemostat.api import CheckOptions, Identity
from hemostat.api.memory import Memory
from hemostat.api.recording import Recorder
from hemostat.api.targets import read_target
from hemostat.detect.drivers.place import place_of_literal
from hemostat.detect.network import Look, Options, Way
from hemostat.ledger import open_ledger
from tests.assess.facts import Facts
from tests.report.samples import facts_of

NOW = datetime.now(UTC)
TARGET = read_target("www.example")
WAY = Way(place_of_literal(ip_address("192.0.2.7"), 443, SOCK_STREAM), "192.0.2.7", None)
HERE: Facts = {"host": "www.example", "address": "192.0.2.7", "port": 443, "dialect": "tls"}


def remember(
    ledger: str,
    who: Identity,
    *looks: tuple[str, timedelta],
    run: int = 0,
    certificates: dict[str, bytes] | None = None,
    **changed: Any,
) -> None:
    """Looks at www.example whose facts these rules decide, so long ago."""
    with open_ledger(ledger) as opened:
        writing = Recorder(opened, who, source="hemostat check", version="0.1.0", draw=bytes([run] * 16))
        writing.begin()
        writing.record(
            [
                Look(TARGET, "192.0.2.7", 1, facts, certificates or {}, None, NOW - ago)
                for facts, ago in ((as_asked(rule, **changed), ago) for rule, ago in looks)
            ]
        )


def as_asked(rule: str, *, sent: str | None = "www.example", **changed: Any) -> Facts:
    shown = changed.pop("shown", [])
    facts = facts_of(rule) | HERE | changed
    for connection in facts["connections"]:
        connection["offered"]["name"] = sent
        connection["certificates"] = shown
    return facts


def all_recalled(
    ledger: str, who: Identity, since: timedelta = timedelta(hours=24), **options: Any
) -> Sequence[Look]:
    with open_ledger(ledger) as opened:
        return Memory(opened, who, NOW - since, Options(**options))(TARGET, WAY)


def recalled(
    ledger: str, who: Identity, since: timedelta = timedelta(hours=24), **options: Any
) -> Look | None:
    looks = all_recalled(ledger, who, since, **options)
    return looks[-1] if looks else None


HOUR = timedelta(hours=1)


def test_what_was_decided_lately_is_recalled(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", 2 * HOUR), ("own-bytes-answered", HOUR))
    look = recalled(ledger, office)
    assert look is not None
    assert look.facts == as_asked("own-bytes-answered")
    assert look.observed_at == NOW - HOUR
    assert look.kept is not None


def test_what_was_decided_too_long_ago_is_not(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", 25 * HOUR))
    assert recalled(ledger, office) is None


@pytest.mark.parametrize("run", [0, 1])
def test_what_decided_nothing_is_not_and_takes_the_place_of_what_did(
    ledger: str, office: Identity, run: int
) -> None:
    """In the same run, where it may be another server behind the address, and in a later one."""
    if run:
        remember(ledger, office, ("own-bytes-answered", 2 * HOUR))
        remember(ledger, office, ("reset", HOUR), run=run)
    else:
        remember(ledger, office, ("reset", 2 * HOUR), ("own-bytes-answered", HOUR))
    assert recalled(ledger, office) is None


def test_all_looks_of_the_newest_run_are_recalled(ledger: str, office: Identity) -> None:
    """One of three servers behind an address is vulnerable, and was not the last one asked."""
    remember(ledger, office, ("not-offered", 3 * HOUR))
    rules = ["not-offered", "own-bytes-answered", "not-offered"]
    remember(ledger, office, *((rule, HOUR) for rule in rules), run=1)
    looks = all_recalled(ledger, office, looks=3)
    assert [look.facts for look in looks] == [as_asked(rule) for rule in rules]
    assert [look.number for look in looks] == [1, 2, 3]
    assert all_recalled(ledger, office, looks=4) == []


def test_of_runs_side_by_side_the_one_that_looked_last_counts_with_all_its_looks(
    ledger: str, office: Identity
) -> None:
    remember(ledger, office, ("own-bytes-answered", 3 * HOUR), ("not-offered", HOUR))
    remember(ledger, office, ("not-offered", 2 * HOUR), run=1)
    assert len(all_recalled(ledger, office)) == 2


def test_a_run_that_began_to_look_too_long_ago_is_not_taken_in_part(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("own-bytes-answered", 25 * HOUR), ("not-offered", HOUR))
    with sqlite3.connect(ledger) as other:
        other.execute("UPDATE observation SET observed_at = '2014-04-08T00:00:00.000000Z' WHERE kind = 'run'")
    assert recalled(ledger, office) is None


def test_what_is_dated_ahead_is_not_and_is_never_the_newest(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", HOUR))
    remember(ledger, office, ("own-bytes-answered", -HOUR), run=1)
    look = recalled(ledger, office)
    assert look is not None
    assert look.facts == as_asked("not-offered")
    remember(ledger, office, ("not-offered", HOUR / 2), ("own-bytes-answered", -HOUR), run=2)
    assert recalled(ledger, office) is None


def test_what_lost_its_certificates_is_not(ledger: str, office: Identity) -> None:
    der = b"a certificate"
    digest = hashlib.sha256(der).hexdigest()
    remember(ledger, office, ("not-offered", HOUR), certificates={digest: der}, shown=[digest])
    look = recalled(ledger, office)
    assert look is not None
    assert look.certificates == {digest: der}
    with sqlite3.connect(ledger) as other:
        other.execute("DELETE FROM blob")
    assert recalled(ledger, office) is None


@pytest.mark.parametrize(
    "changed", ["source_version = '9'", "observed_at = '9'", "facts = '{'", "facts = '{}'"]
)
def test_what_was_changed_is_not(ledger: str, office: Identity, changed: str) -> None:
    remember(ledger, office, ("not-offered", HOUR))
    with sqlite3.connect(ledger) as other:
        other.execute(f"UPDATE observation SET {changed} WHERE kind = 'probe'")
    assert recalled(ledger, office) is None


def test_what_another_vantage_saw_is_not(ledger: str, office: Identity) -> None:
    remember(ledger, api.identify(vantage="home", network="home"), ("not-offered", HOUR))
    assert recalled(ledger, office) is None


def test_another_name_port_or_dialect_is_another_question(ledger: str, office: Identity) -> None:
    for changed in ({"host": "other.example"}, {"port": 444}, {"host": None}, {"dialect": "smtp"}):
        remember(ledger + str(changed), office, ("not-offered", HOUR), **changed)
        assert recalled(ledger + str(changed), office) is None


def test_another_network_is_another_server(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", HOUR))
    assert recalled(ledger, replace(office, network="home")) is None


def test_another_server_name_is_another_server(ledger: str, office: Identity) -> None:
    remember(ledger, office, ("not-offered", HOUR))
    assert recalled(ledger, office, sni="other.example") is None
    assert recalled(ledger, office, sni="") is None
    assert recalled(ledger, office, sni="www.example") is not None


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
