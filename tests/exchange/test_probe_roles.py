"""Whole probes of clients, over DTLS, and through dialects that have no flush."""

from typing import Any

import pytest

from hemostat.dialects import dialects
from hemostat.exchange import (
    Connected,
    Done,
    Failed,
    Peer,
    Probe,
)
from hemostat.exchange.course import MOST_CONNECTIONS
from hemostat.layers import Layer
from tests.exchange.dialects import dialect_of
from tests.exchange.replayed import verdict
from tests.exchange.scripted import Datagrams, Scripted, answering
from tests.exchange.simulator import Outcome, Path, simulate
from tests.exchange.speech import (
    alert,
    answers,
    client_hello,
    said,
)


def judged(outcome: Outcome) -> tuple[str, str]:
    found = verdict(outcome)
    return found.word, found.reason


# -- clients -------------------------------------------------------------------------------------------------


def a_client(*parts: str, heartbeat: int | None = 1) -> Scripted:
    def hears(names: list[str], data: bytes) -> list[Any]:
        question = data[5 + int.from_bytes(data[3:5], "big") :] if "server-hello" in names else data
        return [answers(question, *[part for part in parts if part in names]) + alert(), "fin"]

    return Scripted(hears, begins=[client_hello(heartbeat=heartbeat)])


@pytest.mark.parametrize(
    ("client", "word", "reason"),
    [
        (a_client("own-bytes", "control"), "vulnerable", "own-bytes-answered"),
        (a_client("control"), "patched", "own-bytes-ignored"),
        (a_client(heartbeat=None), "not-affected", "not-offered"),
    ],
)
def test_a_client(client: Scripted, word: str, reason: str) -> None:
    outcome = simulate(lambda _: client, role="client")
    assert judged(outcome) == (word, reason)
    assert outcome.facts["role"] == "client"
    # Its hello came with its connection: that tells nothing of the way to it.
    assert [each["round_trip"] for each in outcome.facts["connections"]] == [None]


def test_a_client_that_never_comes() -> None:
    outcome = simulate(lambda _: "timeout", role="client")
    assert judged(outcome) == ("unreachable", "timeout")
    assert outcome.clock == 20_000_000


# -- DTLS ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "word", "reason"),
    [
        (("own-bytes", "large-control"), "vulnerable", "own-bytes-answered"),
        (("large-control",), "patched", "own-bytes-ignored"),
        ((), "inconclusive", "needs-after-handshake"),
    ],
)
def test_a_dtls_server(peer: tuple[str, ...], word: str, reason: str) -> None:
    outcome = simulate(lambda _: Datagrams(*peer), dialect="dtls")
    assert judged(outcome) == (word, reason)


def test_a_dtls_server_without_heartbeats() -> None:
    outcome = simulate(lambda _: Datagrams(heartbeat=None), dialect="dtls")
    assert judged(outcome) == ("not-affected", "not-offered")
    assert outcome.connections == 1


def test_a_silent_udp_port() -> None:
    outcome = simulate(lambda _: Datagrams(hello=False), dialect="dtls")
    assert judged(outcome) == ("inconclusive", "silent")
    assert "tls-auth" in verdict(outcome).explanation
    assert outcome.connections <= MOST_CONNECTIONS["dtls"]


def test_a_closed_udp_port() -> None:
    class Gone(Datagrams):
        def receive(self, data: bytes) -> list[Any]:
            return ["reset"]

    assert judged(simulate(lambda _: Gone(), dialect="dtls")) == ("unreachable", "refused")


def test_a_network_that_says_no_over_udp() -> None:
    probe = Probe(
        "server", Peer(None, "192.0.2.1", 443), dialects()["dtls"], bytes, started=0, deadline=10**7
    )
    probe.start()
    probe.handle(Connected(0))
    (done,) = probe.handle(Failed(5, "unreachable"))
    assert isinstance(done, Done)
    assert done.facts["connections"][0]["failure"] == "unreachable"


def test_at_a_great_distance_there_is_still_time() -> None:
    for round_trip in (200, 20_000, 300_000):
        path = Path(round_trip=round_trip)
        assert (
            judged(simulate(lambda _: Datagrams("large-control"), dialect="dtls", path=path))[0] == "patched"
        )


# -- a dialect without flush ---------------------------------------------------------------------------------


NO_FLUSH = dialect_of(Layer, Layer, flush=False)


@pytest.mark.parametrize(
    ("parts", "word"), [(("own-bytes", "large-control"), "vulnerable"), (("large-control",), "patched")]
)
def test_a_dialect_without_flush(parts: tuple[str, ...], word: str) -> None:
    outcome = simulate(lambda _: answering(*parts), dialect=NO_FLUSH)
    assert judged(outcome)[0] == word
    assert said(outcome.sent[-1]) == ["own-bytes", "large-control"]
    assert outcome.connections == 1


def test_a_dialect_may_want_a_smaller_question() -> None:
    """Where its peers hold nothing back but OpenSSL's own buffer of 4096 bytes."""
    smaller = dialect_of(Layer, Layer, flush=False, payload=4112)
    outcome = simulate(lambda _: answering("large-control"), dialect=smaller)
    assert judged(outcome)[0] == "patched"
    (parts,) = [talk["parts"] for talk in outcome.talks]
    assert [(part["part"], part["length"]) for part in parts] == [
        ("own-bytes", 4112),
        ("large-control", 4112),
    ]
