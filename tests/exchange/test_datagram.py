"""One DTLS association, played by hand: hello and cookie, then own bytes and large control in turns."""

from typing import Any

import pytest

from hemostat.exchange.datagram import (
    FIRST_WAIT,
    MOST_DATAGRAMS,
    MOST_HELLOS,
    SHORTEST_GRACE,
    SHORTEST_WAIT,
    UNKNOWN_WAIT,
    Timing,
    tallied,
)
from hemostat.exchange.tally import MOST_ASKED, TURNS_NEEDED, Tally
from tests.exchange.speech import (
    DATAGRAM_HEADER,
    DTLS12,
    DatagramSpeech,
    heartbeat_response,
    requests,
)
from tests.exchange.talks import ROUND_TRIP, DatagramTalk
from tests.wire.claims import claims_no_more_than_it_carries

TURN = ["own-bytes", "large-control"]


def asked(question: Any = "turns", **how: Any) -> tuple[DatagramTalk, DatagramSpeech]:
    """An association up to the question, and its peer."""
    talk, peer = DatagramTalk(question, **how), DatagramSpeech()
    assert talk.starts() == ["client-hello"]
    assert talk.hears(peer.hello_verify_request()) == ["client-hello"]
    assert talk.hears(peer.flight()) == (TURN if question == "turns" else [question])
    return talk, peer


# -- hello ---------------------------------------------------------------------------------------------------


def test_the_cookie_is_given_back_with_the_same_random() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    talk.hears(peer.hello_verify_request(b"crumbs"))
    first, second = talk.sent
    body = first[25:]
    assert body[:2] == bytes.fromhex("fefd")
    assert body[34:36] == b"\0\0"
    assert second[25:] == body[:35] + b"\x06crumbs" + body[36:]
    assert [data[3:11] for data in talk.sent] == [bytes(8), bytes(7) + b"\1"]
    assert [data[17:19] for data in talk.sent] == [b"\0\0", b"\0\1"]


def test_a_second_cookie_is_not_asked_for() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    talk.hears(peer.hello_verify_request())
    assert talk.hears(peer.hello_verify_request()) == []


def test_a_peer_without_cookies_is_asked_at_once() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    assert talk.hears(peer.flight()) == TURN


def test_a_hello_is_repeated_at_growing_distance_then_given_up() -> None:
    talk = DatagramTalk()
    talk.starts()
    times = [talk.now]
    while not talk.over:
        talk.waits()
        times.append(talk.now)
    assert times == [FIRST_WAIT * n for n in (0, 1, 3, 7, 15)]
    assert len(talk.sent) == MOST_HELLOS
    assert len({data[25:] for data in talk.sent}) == 1
    assert [data[10] for data in talk.sent] == list(range(MOST_HELLOS))
    assert not talk.facts.greeted


def test_a_round_trip_is_measured_by_hellos_that_were_sent_once() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    talk.waits()
    talk.hears(peer.hello_verify_request(), 40_000)
    assert talk.timing.round_trip is None
    talk.hears(peer.flight(), 30_000)
    assert talk.timing.round_trip == talk.facts.round_trip == 30_000


def test_the_hello_alone_is_enough_where_the_rest_of_the_flight_got_lost() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    assert talk.hears(peer.server_hello()) == []
    assert talk.waits() == ["client-hello"]
    assert talk.waits() == TURN


def test_fragments_may_come_in_any_order_and_twice() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    hello, chain, done = peer.server_hello(), peer.certificate(), peer.server_hello_done()
    assert talk.hears(done + done) == []
    assert talk.hears(chain) == []
    assert talk.hears(hello) == TURN
    assert len(talk.facts.certificates) == 1


def test_heartbeats_not_offered_ends_it() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    assert talk.hears(peer.flight(heartbeat=None)) == []
    assert talk.over
    assert (talk.facts.greeted, talk.facts.heartbeat, len(talk.facts.certificates)) == (True, None, 1)


def test_records_carry_the_version_of_the_server_hello() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech(DTLS12)
    talk.starts()
    talk.hears(peer.flight())
    assert [data[1:3].hex() for data in talk.sent] == ["feff", "fefd", "fefd"]


def test_an_alert_before_the_hello_ends_it() -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    talk.hears(peer.alert(40))
    assert talk.over
    assert talk.facts.alerts == ["fatal handshake_failure"]


def test_nobody_listens() -> None:
    talk = DatagramTalk()
    talk.starts()
    talk.dialogue.closed(talk.now)
    assert talk.over
    assert talk.facts.ended == "reset"


@pytest.mark.parametrize(
    ("datagram", "not_tls", "error"),
    [
        (b"\x80\x01 something else", "binary", None),
        (b"HTTP/1.1 400", "http", None),
        (bytes.fromhex("16 feff 0000000000000000 0010 00"), None, "truncated"),
        (b"", None, "not-a-record"),
    ],
)
def test_what_is_no_dtls_is_noted_and_waited_past(datagram: bytes, not_tls: str, error: str) -> None:
    talk, peer = DatagramTalk(), DatagramSpeech()
    talk.starts()
    talk.hears(datagram)
    assert not talk.over
    if datagram:
        assert (talk.facts.not_tls, talk.facts.error) == (not_tls, error)
    assert talk.hears(peer.flight()) == TURN


def test_what_cannot_be_read_later_is_dropped() -> None:
    talk, peer = asked()
    assert talk.hears(b"\x80\x01 something else") == []
    assert talk.hears(peer.record(24, b"\2")) == []
    assert (talk.facts.not_tls, talk.facts.error) == (None, None)


@pytest.mark.parametrize(
    ("datagram", "count"), [(b"x", MOST_DATAGRAMS), (bytes(1 << 16), 15)], ids=["datagrams", "bytes"]
)
def test_a_flood_ends_it(datagram: bytes, count: int) -> None:
    """The bound is reached, then passed; two datagrams brought the hello."""
    talk, _ = asked()
    for _ in range(count - 2 * (datagram == b"x")):
        talk.hears(datagram, 0)
    assert not talk.over
    talk.hears(datagram, 0)
    assert talk.over
    assert talk.facts.error == "too-many-bytes"


# -- turns ---------------------------------------------------------------------------------------------------


def test_own_bytes_and_large_control_are_two_datagrams() -> None:
    talk, _ = asked()
    own, control = talk.sent[-2:]
    assert (len(own), len(control)) == (13 + 3 + 4096, 13 + 3 + 4096 + 16)
    assert own[11:16] == bytes.fromhex("1003 01 1000")
    assert all(claims_no_more_than_it_carries(data) for data in (own, control))


def test_a_vulnerable_peer_gives_our_own_bytes_back() -> None:
    talk, peer = asked()
    talk.hears(peer.answers(talk.sent[-2]))
    assert talk.over
    assert talk.answers == ["equal", "none"]
    assert talk.facts.parts[0].microseconds == ROUND_TRIP


def test_answers_may_share_a_datagram_in_any_order() -> None:
    talk, peer = asked()
    talk.hears(peer.answers(talk.sent[-1]) + peer.answers(talk.sent[-2]))
    assert talk.over
    assert talk.answers == ["equal", "equal"]


def test_a_patched_peer_is_asked_in_turns_until_it_is_enough() -> None:
    """Six own bytes with an answered turn behind them, hence seven turns; the last, too, is given its time."""
    talk, peer = asked()
    for turn in range(1, TURNS_NEEDED + 1):
        talk.hears(peer.answers(talk.sent[-1]))
        assert talk.waits() == TURN, turn
    asked_last = talk.now
    talk.hears(peer.answers(talk.sent[-1]))
    while not talk.over:
        assert talk.waits() == []
    assert talk.now - asked_last == talk.timing.answer_wait
    assert talk.answers == ["none", "equal"] * (TURNS_NEEDED + 1)
    assert talk.facts.ended == "ours"


def test_own_bytes_overtaken_by_the_control_are_heard() -> None:
    talk, peer = asked()
    own, control = talk.sent[-2:]
    talk.hears(peer.answers(control))
    assert talk.dialogue.wake_at == talk.now + max(SHORTEST_GRACE, ROUND_TRIP // 2)
    talk.hears(peer.answers(own), ROUND_TRIP // 4)
    assert talk.answers == ["equal", "equal"]


def test_own_bytes_that_are_answered_turns_later_are_heard() -> None:
    talk, peer = asked()
    late = talk.sent[-2]
    for _ in range(3):
        talk.hears(peer.answers(talk.sent[-1]))
        talk.waits()
    talk.hears(peer.answers(late))
    assert talk.over
    assert talk.answers[0] == "equal"


def test_own_bytes_that_are_answered_after_the_last_control_are_heard() -> None:
    talk, peer = asked()
    for _ in range(TURNS_NEEDED):
        talk.hears(peer.answers(talk.sent[-1]))
        talk.waits()
    own, control = talk.sent[-2:]
    talk.hears(peer.answers(control))
    talk.waits()
    assert not talk.over
    assert talk.hears(peer.answers(own), 1000) == []
    assert talk.over
    assert "equal" in talk.answers[-2]


def test_a_peer_that_ends_the_association_is_left_after_two_silent_turns() -> None:
    talk, _ = asked()
    assert talk.waits() == TURN
    assert talk.waits() == []
    assert talk.over
    assert talk.answers == ["none"] * 4


def test_turns_are_silent_in_a_row_or_not_at_all() -> None:
    talk, peer = asked()
    assert talk.waits() == TURN
    talk.hears(peer.answers(talk.sent[-1]))
    assert talk.waits() == TURN
    assert talk.waits() == TURN
    assert talk.waits() == []
    assert talk.over


def test_a_peer_that_goes_on_is_not_left_so_soon() -> None:
    talk, peer = asked()
    for _ in range(2):
        talk.hears(peer.answers(talk.sent[-1]))
        assert talk.waits() == TURN
    assert [talk.waits() for _ in range(4)] == [TURN] * 3 + [[]]
    assert talk.over


def test_what_got_lost_is_made_up_for() -> None:
    """One control of eight unanswered: eight own bytes are wanted now, and one turn behind them."""
    talk, peer = asked()
    turns = 1
    while not talk.over:
        if turns != 2 and talk.facts.parts[-1].answer == "none":
            talk.hears(peer.answers(talk.sent[-1]))
        turns += talk.waits() == TURN
    assert turns == 9
    assert talk.answers.count("equal") == 8


def test_turns_are_bounded_whatever_was_asked_before() -> None:
    tally = Tally()
    lost = [("own-bytes", "none", 10**6), ("large-control", "none", 10**6)]
    tally.add("turns", "ours", lost * 2 + [lost[0], ("large-control", "equal", 1000)] * 2 + lost * 9)
    assert tally.owns == MOST_ASKED - 3
    talk, peer = asked(tally=tally)
    turns = 1
    while not talk.over:
        talk.hears(peer.answers(talk.sent[-1])) if talk.facts.parts[-1].answer == "none" else None
        turns += talk.waits() == TURN
    assert turns == 3


def test_an_alert_is_the_first_unanswered_parts() -> None:
    talk, peer = asked()
    talk.hears(peer.alert())
    assert talk.over
    assert talk.answers == ["alert", "none"]


def test_nobody_listens_any_more() -> None:
    talk, _ = asked()
    talk.dialogue.closed(talk.now)
    assert talk.over
    assert talk.facts.ended == "reset"
    assert talk.answers == ["none", "none"]


# -- answers that are none -----------------------------------------------------------------------------------


def test_a_heartbeat_that_is_not_ours_is_different() -> None:
    talk, peer = asked()
    talk.hears(peer.record(24, heartbeat_response(b"x" * 4096)))
    assert talk.over
    assert talk.answers == ["different", "none"]


def test_an_answer_that_comes_twice_is_one() -> None:
    """The network may double a datagram, and a peer that doesn't notice may answer a doubled request twice."""
    talk, peer = asked()
    control = talk.sent[-1]
    answer = peer.answers(control)
    talk.hears(answer)
    talk.hears(answer, 10)
    talk.hears(peer.answers(control), 10)
    assert not talk.over
    assert talk.answers == ["none", "equal"]


def test_a_request_of_the_peers_is_no_answer() -> None:
    talk, peer = asked()
    assert talk.hears(peer.record(24, b"\1\0\4ping" + bytes(16))) == []
    assert not talk.over


@pytest.mark.parametrize("odd", ["no record", "a record of another type", "a heartbeat request"])
def test_own_bytes_answered_by_something_odd_drew_no_silence(odd: str) -> None:
    talk, peer = asked("own-bytes")
    data = {"no record": b"\x80 noise", "a record of another type": peer.record(23, b"data")}
    assert talk.hears(data.get(odd) or peer.record(24, b"\1\0\4ping")) == []
    assert not talk.over
    assert talk.waits() == []
    assert talk.answers == ["not-a-record"]


def test_own_bytes_after_something_odd_are_asked_and_counted_anew() -> None:
    talk, peer = asked()
    talk.hears(b"\x80 noise")
    for _ in range(2):
        talk.hears(peer.answers(talk.sent[-1]))
        talk.waits()
    talk.dialogue.give_up(talk.now)
    assert talk.answers == ["not-a-record", "equal", "none", "equal", "none", "none"]


def test_records_of_a_later_epoch_are_passed_over() -> None:
    talk, peer = asked()
    answer = peer.answers(talk.sent[-2])
    talk.hears(answer[:3] + b"\0\1" + answer[5:])
    assert talk.answers == ["none", "none"]


def test_payloads_are_let_go() -> None:
    talk, peer = asked()
    talk.hears(peer.answers(talk.sent[-1]))
    assert talk.facts.parts[1].payload == b""
    talk.hears(peer.answers(talk.sent[-2]))
    assert talk.over
    assert [part.payload for part in talk.facts.parts] == [b"", b""]
    payloads = requests(b"".join(talk.sent[-2:]), DATAGRAM_HEADER)
    kept = repr([getattr(talk.dialogue, slot, None) for slot in talk.dialogue.__slots__])
    assert all(repr(payload)[2:60] not in kept for payload in payloads.values())


# -- alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["own-bytes", "large-control"])
def test_one_question_is_asked_once_and_given_its_time(question: Any) -> None:
    talk, _ = asked(question)
    asked_at = talk.now
    assert talk.waits() == []
    assert talk.over
    assert talk.answers == ["none"]
    assert talk.now - asked_at == SHORTEST_WAIT
    assert talk.facts.parts[0].microseconds == SHORTEST_WAIT
    talk, peer = asked(question)
    talk.hears(peer.answers(talk.sent[-1]))
    assert talk.over
    assert talk.answers == ["equal"]


# -- timers --------------------------------------------------------------------------------------------------


def test_waits_are_drawn_from_what_the_path_has_shown() -> None:
    timing = Timing()
    assert timing.hello_wait == FIRST_WAIT
    assert timing.answer_wait == UNKNOWN_WAIT
    timing.learn(1_000)
    assert (timing.hello_wait, timing.answer_wait, timing.grace) == (
        SHORTEST_WAIT,
        SHORTEST_WAIT,
        SHORTEST_GRACE,
    )
    timing.learn(100_000)
    timing.learn(80_000)
    assert timing.round_trip == 100_000
    assert (timing.hello_wait, timing.answer_wait, timing.grace) == (300_000, 200_000, 50_000)
    timing.answered(180_000)
    assert timing.answer_wait == 360_000


def test_a_lost_control_doubles_the_wait_until_one_is_answered() -> None:
    timing = Timing()
    timing.learn(100_000)
    waits = []
    for _ in range(4):
        waits.append(timing.answer_wait)
        timing.unanswered()
    assert waits == [200_000, 400_000, 800_000, 800_000]
    timing.answered(100_000)
    assert timing.answer_wait == 200_000


def test_a_large_control_alone_teaches_the_timer() -> None:
    talk, _ = asked("large-control")
    talk.waits()
    assert talk.timing.answer_wait == 2 * SHORTEST_WAIT
    talk, peer = asked("large-control", timing=talk.timing)
    talk.hears(peer.answers(talk.sent[-1]), 70_000)
    assert talk.timing.answer_wait == 140_000


# -- clients -------------------------------------------------------------------------------------------------


def test_a_client_is_asked_right_behind_our_hello() -> None:
    talk, peer = DatagramTalk(role="client"), DatagramSpeech()
    assert talk.starts() == []
    assert talk.hears(peer.client_hello()) == ["server-hello", *TURN]
    assert bytes.fromhex("000f 0001 01") in talk.sent[0]
    # Nothing has measured the way to it.
    assert talk.dialogue.wake_at == talk.now + UNKNOWN_WAIT
    talk.hears(peer.answers(talk.sent[-2]))
    assert talk.answers == ["equal", "none"]


def test_a_client_without_heartbeats_is_told_nothing() -> None:
    talk, peer = DatagramTalk(role="client"), DatagramSpeech()
    talk.starts()
    assert talk.hears(peer.client_hello(heartbeat=None)) == []
    assert talk.over


def test_parts_are_tallied_with_the_time_waited_so_far() -> None:
    talk, peer = asked()
    talk.hears(peer.answers(talk.sent[-1]))
    rows = tallied(talk.facts, talk.now + 5)
    assert rows == [("own-bytes", "none", ROUND_TRIP + 5), ("large-control", "equal", ROUND_TRIP)]
