"""Facts that want one thing of being proof, or have one thing too many: what they are judged as."""

import pytest

from hemostat.assess import judge
from tests.assess.examples import (
    BURST,
    CLOSED_BURST,
    CONTROL_REFUSED,
    OWN,
    OWN_REFUSED,
    REFUSED_BURST,
    SSL30,
    TLS13,
    TURN,
    UNEXPECTED,
    over_udp,
)
from tests.assess.facts import Facts, connection, failed, part, probe, silent

LARGE = connection("large-control", part("large-control", "equal"), ended="fin")
LOST = connection("large-control", part("large-control", "none"))
NEAR_MISSES: list[tuple[str, Facts, str, str]] = [
    # Never a reset, never our own timeout, in place of an orderly close.
    (
        "own bytes unanswered, ended by a reset, control answered apart",
        probe(CLOSED_BURST, connection("own-bytes", OWN, ended="reset"), LARGE),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes unanswered, ended by our time, control answered apart",
        probe(CLOSED_BURST, connection("own-bytes", OWN), LARGE),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes unanswered, no connection, control answered apart",
        probe(CLOSED_BURST, connection("own-bytes", OWN, ended="failed", failure="timeout"), LARGE),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes unanswered, ended by a reset, last",
        probe(CLOSED_BURST, LARGE, connection("own-bytes", OWN, ended="reset")),
        "inconclusive",
        "reset",
    ),
    # What comes sooner than a round trip, the peer did of its own accord.
    (
        "own bytes unanswered, closed at once, control answered apart",
        probe(
            CLOSED_BURST,
            connection("own-bytes", {**OWN, "microseconds": 300}, ended="fin", round_trip=100_000),
            LARGE,
        ),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes refused at once, control answered apart",
        probe(
            REFUSED_BURST,
            connection(
                "own-bytes",
                {**part("own-bytes", "alert"), "microseconds": 300},
                alerts=UNEXPECTED,
                round_trip=100_000,
            ),
            LARGE,
        ),
        "inconclusive",
        "alert-unexpected_message",
    ),
    # An answer that was cut before it could be known is no silence.
    (
        "closed amid an answer to own bytes, control answered apart",
        probe(
            CLOSED_BURST,
            connection("own-bytes", part("own-bytes", "not-a-record"), ended="fin", error="truncated"),
            LARGE,
        ),
        "inconclusive",
        "truncated",
    ),
    # One server can't vouch for another.
    (
        "own bytes refused by one server, control answered by another",
        probe(OWN_REFUSED, {**LARGE, "certificates": ["0" * 64]}),
        "inconclusive",
        "servers-differ",
    ),
    # The control is what gives silence its meaning.
    (
        "own bytes unanswered, orderly close, no control asked",
        probe(CLOSED_BURST, connection("own-bytes", OWN, ended="fin")),
        "inconclusive",
        "closed",
    ),
    (
        "own bytes unanswered, orderly close, control unanswered",
        probe(
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "none"), ended="reset"),
        ),
        "inconclusive",
        "reset",
    ),
    (
        "own bytes unanswered, control answered differently",
        probe(connection("burst", OWN, part("control", "different"))),
        "inconclusive",
        "answer-differs",
    ),
    (
        "control answered before own bytes on one connection",
        probe(connection("burst", part("control", "equal"), OWN)),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes refused, then a control answered on the same connection",
        probe(connection("burst", part("own-bytes", "alert"), part("control", "equal"), alerts=UNEXPECTED)),
        "inconclusive",
        "alert-unexpected_message",
    ),
    (
        "only a control was ever asked",
        probe(LARGE),
        "inconclusive",
        "silent",
    ),
    (
        "own bytes refused, no control answered",
        probe(OWN_REFUSED, connection("large-control", part("large-control", "none"))),
        "inconclusive",
        "alert-unexpected_message",
    ),
    # The two forms of the question say nothing of one another.
    (
        "closed on own bytes inside the handshake, control answered after it",
        probe(
            CLOSED_BURST,
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "none"), ended="fin"),
            connection("after-handshake", part("control", "equal")),
        ),
        "inconclusive",
        "silent",
    ),
    (
        "refused own bytes inside the handshake, control answered after it",
        probe(
            REFUSED_BURST,
            OWN_REFUSED,
            CONTROL_REFUSED,
            connection("after-handshake", part("control", "equal")),
        ),
        "inconclusive",
        "alert-unexpected_message",
    ),
    # A prefix of ours is ours.
    (
        "sixteen bytes of ours, then a reset",
        probe(connection("own-bytes", part("own-bytes", "equal-so-far", 16), ended="reset")),
        "vulnerable",
        "own-bytes-answered",
    ),
    (
        "a cut large control is a control answered",
        probe(
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "equal-so-far"), ended="reset"),
        ),
        "patched",
        "own-bytes-ignored",
    ),
    (
        "an answered control is no answered own bytes",
        probe(connection("burst", OWN, part("control", "equal"))),
        "patched",
        "own-bytes-ignored",
    ),
    # Proof of the hole stands against everything.
    (
        "own bytes answered once, ignored three times",
        probe(
            connection("burst", OWN, part("control", "equal")),
            connection("own-bytes", OWN, ended="fin"),
            connection("own-bytes", part("own-bytes", "equal")),
            LARGE,
        ),
        "vulnerable",
        "own-bytes-answered",
    ),
    (
        "own bytes answered, and something else too",
        probe(connection("burst", part("own-bytes", "equal"), part("control", "different"))),
        "vulnerable",
        "own-bytes-answered",
    ),
    (
        "own bytes ignored, control answered, something else came too",
        probe(
            connection("burst", OWN, part("control", "equal")),
            connection("own-bytes", part("own-bytes", "different")),
        ),
        "inconclusive",
        "answer-differs",
    ),
    # UDP counts; order and closes mean nothing there.
    (
        "UDP: silence to six, five controls answered",
        over_udp(*[connection("own-bytes", OWN)] * 6, *[LARGE] * 5),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: silence to five, six controls answered",
        over_udp(*[connection("own-bytes", OWN)] * 5, *[LARGE] * 6),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: silence to six, six controls answered",
        over_udp(*[connection("own-bytes", OWN)] * 6, *[LARGE] * 6),
        "patched",
        "own-bytes-ignored",
    ),
    (
        "UDP: silence to six, six controls answered and two lost: so may have been the answers",
        over_udp(*[connection("own-bytes", OWN)] * 6, *[LARGE] * 6, *[LOST] * 2),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six silences, one of them cut by a port that was gone",
        over_udp(
            *[connection("own-bytes", OWN)] * 5, connection("own-bytes", OWN, ended="reset"), *[LARGE] * 6
        ),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six silences, one of them cut short by the deadline",
        over_udp(
            *[connection("own-bytes", OWN)] * 5,
            connection("own-bytes", {**OWN, "microseconds": 60_000}),
            *[LARGE] * 6,
        ),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six silences shorter than a control took once",
        over_udp(
            *[connection("own-bytes", OWN)] * 6,
            *[LARGE] * 5,
            connection("large-control", {**part("large-control", "equal"), "microseconds": 250_000}),
        ),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six associations on which one control was answered: it may have overtaken the own bytes, and ended them",
        over_udp(*[connection("turns", *TURN)] * 6),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six silences of one server, six controls answered by another",
        over_udp(*[connection("own-bytes", OWN)] * 6, *[{**LARGE, "cipher": 0x0035}] * 6),
        "inconclusive",
        "servers-differ",
    ),
    (
        "UDP: six silences, six controls answered, a chain of certificates lost on the way",
        over_udp(*[connection("own-bytes", OWN, certificates=["0" * 64])] * 6, *[LARGE] * 6),
        "patched",
        "own-bytes-ignored",
    ),
    (
        "UDP: six silences, six controls answered, with another chain of certificates",
        over_udp(
            *[connection("own-bytes", OWN, certificates=["0" * 64])] * 6,
            *[{**LARGE, "certificates": ["1" * 64]}] * 6,
        ),
        "inconclusive",
        "servers-differ",
    ),
    (
        "UDP: silence to twenty, no control answered",
        over_udp(*[connection("own-bytes", OWN)] * 20),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: six silences on associations that may have ended, controls answered before",
        over_udp(*[connection("turns", part("large-control", "equal"), OWN)] * 6),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: own bytes, then a control answered, once",
        over_udp(connection("turns", *TURN)),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: own bytes alone and a close, control answered apart",
        over_udp(connection("own-bytes", OWN, ended="fin"), LARGE),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: nobody listens any more",
        over_udp(connection("turns", OWN, part("large-control", "none"), ended="reset")),
        "inconclusive",
        "silent",
    ),
    # Not offered, by a peer that was offered it.
    (
        "no heartbeats, but none were offered to it",
        probe(
            connection(
                "burst", heartbeat=None, offered={"versions": ["TLS1.2"], "name": None, "heartbeat": False}
            )
        ),
        "inconclusive",
        "silent",
    ),
    (
        "no heartbeats in one hello, heartbeats in another",
        probe(connection("burst", heartbeat=None), connection("own-bytes")),
        "inconclusive",
        "servers-differ",
    ),
    (
        "a hello of no known version without heartbeats",
        probe(connection("burst", heartbeat=None, version="0x0300")),
        "inconclusive",
        "unknown-version",
    ),
    (
        "a hello of DTLS over TCP",
        probe(connection("burst", heartbeat=None, version="DTLS1.2")),
        "inconclusive",
        "unknown-version",
    ),
    ("no hello at all", probe(silent()), "inconclusive", "silent"),
    # SSL 3.0 has no extension: the flush without a control before it.
    (
        "SSL 3.0: flush answered, no control asked",
        probe(connection("burst", OWN, part("flush", "alert"), alerts=UNEXPECTED, **SSL30)),
        "inconclusive",
        "silent",
    ),
    (
        "SSL 3.0: flush unanswered",
        probe(connection("burst", *BURST, **SSL30)),
        "inconclusive",
        "silent",
    ),
    (
        "SSL 3.0: nothing asked",
        probe(connection("burst", **SSL30)),
        "inconclusive",
        "silent",
    ),
    (
        "SSL 3.0: a heartbeat drew the alert, not the flush",
        probe(
            connection(
                "burst", OWN, part("control", "alert"), part("flush", "none"), alerts=UNEXPECTED, **SSL30
            )
        ),
        "inconclusive",
        "alert-unexpected_message",
    ),
    (
        "the same over TLS 1.2 is no proof: it offered heartbeats",
        probe(REFUSED_BURST),
        "inconclusive",
        "control-unanswered",
    ),
    # TLS 1.3 alone.
    (
        "TLS 1.3 on one connection, heartbeats on another",
        probe(connection("burst", **TLS13), connection("certificate", heartbeat=1)),
        "inconclusive",
        "silent",
    ),
    # What answers in place of TLS.
    (
        "SSH on one connection, a hello with heartbeats on another",
        probe(silent(not_tls="ssh"), connection("burst")),
        "inconclusive",
        "silent",
    ),
    (
        "UDP: a datagram that begins as SSH does",
        probe(silent("turns", not_tls="ssh"), transport="udp"),
        "inconclusive",
        "not-tls",
    ),
    (
        "UDP: a datagram that begins as HTTP does",
        probe(silent("turns", not_tls="http"), transport="udp"),
        "inconclusive",
        "not-tls",
    ),
    ("text that is not HTTP's", probe(silent(not_tls="text")), "inconclusive", "not-tls"),
    ("an alert in SSL 2 or a hello", probe(silent(not_tls="ssl2")), "inconclusive", "ssl2"),
    (
        "no library either, where the question was never put: it was not seen to refuse heartbeats",
        probe(connection("burst"), connection("own-bytes"), failed("no-library", "after-handshake")),
        "inconclusive",
        "silent",
    ),
    # Requests declined.
    (
        "requests declined, and nothing answered",
        probe(connection("burst", *BURST, heartbeat=2)),
        "inconclusive",
        "requests-declined",
    ),
    (
        "requests declined, control answered all the same",
        probe(connection("burst", OWN, part("control", "equal"), heartbeat=2)),
        "patched",
        "own-bytes-ignored",
    ),
    # Unreachable is nobody at all.
    (
        "refused, after a connection that said nothing",
        probe(silent(), failed("refused")),
        "inconclusive",
        "refused",
    ),
    (
        "refused, after a hello with heartbeats",
        probe(connection("burst", *BURST, ended="fin"), failed("refused", "own-bytes")),
        "inconclusive",
        "refused",
    ),
    (
        "a certificate that could not be read, after TLS 1.3",
        probe(connection("burst", **TLS13), failed("timeout", "certificate")),
        "not-affected",
        "tls13",
    ),
]


@pytest.mark.parametrize(
    ("what", "facts", "word", "reason"), NEAR_MISSES, ids=[row[0] for row in NEAR_MISSES]
)
def test_near_misses(what: str, facts: Facts, word: str, reason: str) -> None:
    verdict = judge(facts)
    assert (verdict.word, verdict.reason) == (word, reason), f"{what}: {verdict.rule}"


GREETED = {"version": None, "cipher": None, "heartbeat": None}


@pytest.mark.parametrize("greeting", ["ssh", "http"])
@pytest.mark.parametrize(
    "before",
    [
        connection("burst", **GREETED, alerts=["fatal unrecognized_name"], ended="fin"),
        connection("burst", **GREETED, ended="reset"),
        connection("burst", **GREETED),
        connection("burst", **GREETED, not_tls="text"),
    ],
    ids=["an alert", "a reset", "silence", "another greeting"],
)
def test_a_greeting_where_another_connection_may_have_been_tls(before: Facts, greeting: str) -> None:
    """Something that sorts by what it is told, or a balancer: TLS may be spoken there."""
    alone = connection("burst", **GREETED, not_tls=greeting)
    assert judge(probe(alone)).word == "not-affected"
    assert judge(probe(alone, alone)).word == "not-affected"
    for facts in (probe(before, alone), probe(alone, before)):
        assert judge(facts).word == "inconclusive"


def test_own_bytes_back_after_a_handshake_that_heartbeats_were_passed_over_in() -> None:
    """Without an alert before: it may be OpenSSL, behind something that drops heartbeats in the clear."""
    after = connection("after-handshake", part("own-bytes", "equal"))
    assert judge(probe(connection("burst", *BURST), after)).word == "vulnerable"


def test_a_peer_that_was_heard_and_then_out_of_reach_is_not_unreachable() -> None:
    heard = connection("turns", OWN, failure="unreachable", ended="failed", messages=["< server-hello 66"])
    assert judge(over_udp(heard)).word == "inconclusive"
    assert judge(over_udp({**heard, "messages": []})).word == "unreachable"
