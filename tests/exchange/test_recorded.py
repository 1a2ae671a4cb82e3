"""Every recorded peer, replayed: the probe of it leads to the verdict of its build, whatever the path does to bytes."""

import random
from typing import Any

import pytest

from hemostat.lab import RecordedPeer, ReplayPeer, recorded_peers
from hemostat.lab.applications import Reading
from hemostat.lab.heartbeats import Build
from tests.exchange.replayed import Replayed, look, verdict
from tests.exchange.simulator import Outcome, simulate
from tests.exchange.ways import Path

PEERS = recorded_peers()
OVER_TCP = [peer for peer in PEERS if peer.transport == "tcp"]
OVER_UDP = [peer for peer in PEERS if peer.transport == "udp"]
ROUND_TRIPS = (200, 20_000, 300_000)
SEEDS = range(8)


def name(value: object) -> str | None:
    return value.id if isinstance(value, RecordedPeer) else None


every_peer = pytest.mark.parametrize("peer", PEERS, ids=name)
over_tcp = pytest.mark.parametrize("peer", OVER_TCP, ids=name)
over_udp = pytest.mark.parametrize("peer", OVER_UDP, ids=name)


def word(outcome: Outcome) -> str:
    return verdict(outcome).word


def never_wrong(peer: RecordedPeer, outcome: Outcome) -> bool:
    return word(outcome) in (peer.build.value, "inconclusive")


def test_all_peers_and_all_recordings_are_here() -> None:
    assert (len(PEERS), sum(len(peer.recordings) for peer in PEERS)) == (61, 179)
    assert {peer.build for peer in PEERS} == set(Build)
    assert {(peer.role, peer.transport) for peer in PEERS} == {
        ("server", "tcp"),
        ("server", "udp"),
        ("client", "tcp"),
        ("client", "udp"),
    }


@every_peer
@pytest.mark.parametrize("round_trip", ROUND_TRIPS)
def test_the_verdict_is_the_build(peer: RecordedPeer, round_trip: int) -> None:
    outcome = look(peer, path=Path(round_trip=round_trip))
    found = verdict(outcome)
    assert found.word == peer.build.value
    if peer.transport == "tcp":
        closes = peer.application.reading is Reading.CLOSES and peer.build is Build.PATCHED
        assert outcome.connections == (3 if closes else 1)


@over_tcp
def test_byte_by_byte(peer: RecordedPeer) -> None:
    whole, bytewise = look(peer), look(peer, path=Path(single_bytes=True))
    assert word(bytewise) == peer.build.value
    assert [talk["parts"] for talk in bytewise.talks] == [talk["parts"] for talk in whole.talks]


@over_tcp
@pytest.mark.parametrize("unread_close", ["orderly", "reset"])
def test_a_close_with_bytes_unread_may_look_either_way(peer: RecordedPeer, unread_close: Any) -> None:
    """Recorded on loopback, where the FIN of a shutdown is seen before the reset behind it; elsewhere it may not be."""
    for round_trip in ROUND_TRIPS:
        assert (
            word(look(peer, path=Path(round_trip=round_trip), unread_close=unread_close)) == peer.build.value
        )


@over_tcp
def test_orderly_ends_turned_into_resets_are_never_evidence(peer: RecordedPeer) -> None:
    outcome = look(peer, path=Path(ends_reset=True))
    assert never_wrong(peer, outcome)
    closes = peer.application.reading is Reading.CLOSES
    if closes and peer.build is Build.PATCHED:
        # Its orderly end is what the verdict rests on.
        assert (word(outcome), verdict(outcome).reason) == ("inconclusive", "reset")
    else:
        assert word(outcome) == peer.build.value


@over_udp
@pytest.mark.parametrize("round_trip", ROUND_TRIPS)
@pytest.mark.parametrize(
    "fate",
    [{"doubled": 1.0}, {"swapped": 0.5}, {"doubled": 0.5, "swapped": 0.5}],
    ids=str,
)
def test_datagrams_doubled_and_swapped(peer: RecordedPeer, round_trip: int, fate: dict[str, Any]) -> None:
    for seed in SEEDS:
        outcome = look(peer, path=Path(round_trip=round_trip, seed=seed, **fate), seed=seed)
        assert word(outcome) == peer.build.value


@over_udp
@pytest.mark.parametrize("fate", [{"loss": 0.1}, {"loss": 0.05, "late": 0.3}, {"late": 0.6}], ids=str)
def test_datagrams_lost_and_late_prove_nothing_wrong(peer: RecordedPeer, fate: dict[str, Any]) -> None:
    for seed in SEEDS:
        assert never_wrong(peer, look(peer, path=Path(seed=seed, **fate), seed=seed))


@over_udp
def test_at_the_loss_of_a_bad_line_there_is_an_answer(peer: RecordedPeer) -> None:
    for seed in SEEDS:
        outcome = look(peer, path=Path(round_trip=100_000, loss=0.02, seed=seed), seed=seed)
        assert word(outcome) == peer.build.value


@every_peer
def test_each_connection_may_be_served_from_the_recording_of_what_was_asked(peer: RecordedPeer) -> None:
    """A probe is deterministic: what each of its connections asks is known from a first run of it."""
    asked = [talk["asked"] for talk in look(peer).talks]
    exchanges = {"burst": "own-bytes+control+finished", "turns": "own-bytes+control+finished"}
    chance = random.Random(5)
    replay = ReplayPeer(peer)
    served: list[str] = []

    def connect(number: int) -> Replayed:
        exchange = exchanges.get(asked[number], asked[number])
        served.append(exchange if exchange in peer.recordings else next(iter(peer.recordings)))
        return Replayed(replay.connect(chance.randbytes, exchange=served[-1]))

    dialect = "tls" if peer.transport == "tcp" else "dtls"
    outcome = simulate(connect, role=peer.role, dialect=dialect)
    assert [talk["asked"] for talk in outcome.talks] == asked
    assert word(outcome) == peer.build.value
    if peer.transport == "tcp" and len(asked) > 1:
        assert served == ["own-bytes+control+finished", "own-bytes", "large-control"]


@over_tcp
def test_the_certificate_is_read(peer: RecordedPeer) -> None:
    outcome = look(peer)
    if peer.role == "server":
        (der,) = outcome.certificates.values()
        assert der[:2] == b"\x30\x82"
        assert outcome.talks[0]["client_certificate_asked"] is bool(peer.asks_client_certificate)
    else:
        assert outcome.certificates == {}


@every_peer
def test_the_versions_and_offers_are_those_of_the_recording(peer: RecordedPeer) -> None:
    talk = look(peer).talks[0]
    assert talk["version"] == peer.version
    offers = peer.build is not Build.WITHOUT and peer.version != "SSL3.0"
    assert talk["heartbeat"] == (1 if offers else None)
