"""A path of 100 ms that loses 2% of its packets each way: no verdict is wrong, and hardly any is missing.

Here the path is a model (`ways`); tests/live has the same with real packets.
"""

from collections import Counter

import pytest

from hemostat.lab import RecordedPeer, recorded_peer, recorded_peers
from hemostat.lab.connection import UnreadClose
from tests.exchange.replayed import look, verdict
from tests.exchange.ways import FRAGMENT, SEGMENT, Path

LOOKS = 200
ROUND_TRIP = 100_000
LOSS = 0.02


def looks(
    peer: RecordedPeer, count: int, *, loss: float = LOSS, unread_close: UnreadClose = "recorded"
) -> Counter[str]:
    """How often each word is said of the peer, over so many paths."""
    words: Counter[str] = Counter()
    for seed in range(count):
        path = Path(round_trip=ROUND_TRIP, loss=loss, seed=seed)
        words[verdict(look(peer, path=path, unread_close=unread_close, seed=seed)).word] += 1
    return words


def kinds() -> list[tuple[RecordedPeer, UnreadClose]]:
    """One peer of each build, role, transport and application, and both looks of a close with bytes unread."""
    found: dict[tuple[object, ...], RecordedPeer] = {}
    for peer in recorded_peers():
        if peer.version in ("TLS1.2", "SSL3.0", "DTLS1.0"):
            kind = (peer.build, peer.role, peer.transport, peer.application_name, peer.version == "SSL3.0")
            found.setdefault(kind, peer)
    closes: tuple[UnreadClose, ...] = ("orderly", "reset")
    return [(peer, close) for peer in found.values() for close in closes if peer.transport == "tcp"] + [
        (peer, "recorded") for peer in found.values() if peer.transport == "udp"
    ]


@pytest.mark.parametrize(
    ("peer", "unread_close"),
    kinds(),
    ids=lambda value: value.id if isinstance(value, RecordedPeer) else value,
)
def test_no_look_is_wrong_and_hardly_any_inconclusive(peer: RecordedPeer, unread_close: UnreadClose) -> None:
    words = looks(peer, LOOKS, unread_close=unread_close)
    assert set(words) <= {peer.build.value, "inconclusive"}
    assert words["inconclusive"] <= LOOKS // 100


@pytest.mark.parametrize("loss", [0.05, 0.1])
@pytest.mark.parametrize(
    "name",
    [
        "openssl-1.0.1f/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe",
        "openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx",
        "openssl-1.0.1f/server/udp/DTLS1.0/rsa/closes-after-a-heartbeat",
        "openssl-1.0.1f/server/udp/DTLS1.0/rsa/retries-after-a-heartbeat",
        "openssl-1.0.1g/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe",
        "openssl-1.0.1f-no-heartbeats/server/tcp/SSL3.0/rsa/s_server-standard-input-at-its-end",
    ],
)
def test_on_a_worse_path_more_is_missing_and_nothing_wrong(name: str, loss: float) -> None:
    peer = recorded_peer(name)
    assert set(looks(peer, 60, loss=loss)) <= {peer.build.value, "inconclusive"}


def test_the_model_loses_what_it_is_said_to() -> None:
    """A look at a patched peer that closes goes the long way round only where something got lost."""
    assert (SEGMENT, FRAGMENT) == (1448, 1480)
    peer = recorded_peer("openssl-1.0.1g/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe")
    clean = look(peer, path=Path(round_trip=ROUND_TRIP, loss=1e-12))
    lossy = [
        look(peer, path=Path(round_trip=ROUND_TRIP, loss=LOSS, seed=seed), seed=seed) for seed in range(60)
    ]
    slower = [outcome for outcome in lossy if outcome.clock > clean.clock]
    assert 10 < len(slower) < 55
    assert len({outcome.clock for outcome in lossy}) > 5


def test_an_answer_cut_by_a_reset_is_known_by_its_beginning() -> None:
    """Where a vulnerable server closes with bytes of ours unread, the reset destroys what was still to be repeated."""
    peer = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe")
    answers: Counter[str] = Counter()
    for seed in range(100):
        path = Path(round_trip=ROUND_TRIP, loss=LOSS, seed=seed)
        outcome = look(peer, path=path, unread_close="reset", seed=seed)
        answers.update(part["answer"] for talk in outcome.talks for part in talk["parts"][:1])
    assert answers["equal-so-far"] > 50
    assert answers["none"] > 0
