"""Dialogues with no socket: what a peer says, what is said to it, what is noted. DESIGN's proof, line by line."""

from itertools import pairwise
from typing import Any

import pytest

from hemostat.evidence.kinds.probe import KIND
from hemostat.exchange.stream import (
    CLOSE_WAIT,
    LEAST_PREFIX,
    LONGEST_WAIT,
    MOST_NUDGES,
    OWN_BYTES_LENGTH,
    SHORTEST_WAIT,
)
from tests.exchange.speech import (
    SSL30,
    TLS10,
    TLS11,
    TLS12,
    alert,
    flight,
    heartbeat_response,
    tls,
)
from tests.exchange.talks import BURST, ROUND_TRIP, StreamTalk, alone, burst
from tests.wire.claims import claims_no_more_than_it_carries

# -- the burst -----------------------------------------------------------------------------------------------


def test_own_bytes_control_and_flush_go_out_together_in_one_write() -> None:
    talk = burst()
    _, question = talk.sent
    assert len(question) == 16373 + 32 + 21
    assert claims_no_more_than_it_carries(question)
    assert question[:8] == bytes.fromhex("18 0303 3ff0 01 3fed")
    assert question[16373 : 16373 + 8] == bytes.fromhex("18 0303 001b 01 0008")
    assert question[-21:] == bytes.fromhex("16 0303 0010 1400000c") + bytes(12)


def test_a_vulnerable_peer_gives_our_own_bytes_back() -> None:
    talk = burst()
    answer = talk.answered("own-bytes")
    assert answer[:8] == bytes.fromhex("18 0303 4000 02 3fed")
    assert talk.hears(answer + talk.answered("control") + alert()) == []
    assert talk.over
    assert talk.answers == {"own-bytes": "equal", "control": "none", "flush": "none"}
    own = talk.facts.parts[0]
    assert (own.count, own.length, own.microseconds) == (16365, 16365, ROUND_TRIP)


def test_a_patched_peer_answers_the_control_alone() -> None:
    talk = burst()
    assert talk.hears(talk.answered("control") + alert()) == []
    assert talk.over
    assert talk.answers == {"own-bytes": "none", "control": "equal", "flush": "none"}
    assert talk.facts.ended == "ours"
    # Unanswered parts note how long an answer was waited for.
    assert [part.microseconds for part in talk.facts.parts] == [ROUND_TRIP] * 3


def test_answers_may_come_byte_by_byte() -> None:
    talk = burst()
    for byte in talk.answered("control"):
        assert not talk.over
        talk.hears(bytes([byte]), 0)
    assert talk.over
    assert talk.answers["control"] == "equal"


def test_the_flush_is_answered_by_its_alert() -> None:
    talk = burst()
    talk.hears(alert())
    assert talk.over
    assert talk.answers == {"own-bytes": "none", "control": "none", "flush": "alert"}
    assert talk.facts.alerts == ["fatal unexpected_message"]


def test_another_alert_is_the_first_heartbeats() -> None:
    talk = burst()
    talk.hears(alert(50))
    assert talk.answers == {"own-bytes": "alert", "control": "none", "flush": "none"}
    assert talk.facts.alerts == ["fatal decode_error"]


def test_a_warning_ends_nothing() -> None:
    talk = burst()
    assert talk.hears(alert(112, level=1)) == []
    assert not talk.over
    assert talk.facts.alerts == ["warning unrecognized_name"]


def test_a_heartbeat_that_is_not_ours_is_different() -> None:
    talk = burst()
    talk.hears(tls(24, heartbeat_response(b"x" * OWN_BYTES_LENGTH)))
    assert talk.over
    assert talk.answers == {"own-bytes": "different", "control": "none", "flush": "none"}


def test_a_short_answer_is_none() -> None:
    """Our bytes, but a length that is not ours."""
    talk = burst()
    payload = talk.answered("own-bytes")[8:1000]
    talk.hears(tls(24, heartbeat_response(payload)))
    assert talk.answers == {"own-bytes": "different", "control": "none", "flush": "none"}


@pytest.mark.parametrize(
    ("count", "answer"), [(500, "equal-so-far"), (LEAST_PREFIX, "equal-so-far"), (15, "different")]
)
def test_an_answer_in_smaller_records_is_known_by_the_first(count: int, answer: str) -> None:
    """OpenSSL cuts what it writes where SSL_CTX_set_max_send_fragment says so."""
    talk = burst()
    whole = talk.answered("own-bytes")[5:]
    assert talk.hears(tls(24, whole[: 3 + count]) + tls(24, whole[3 + count :][:16384])) == []
    assert talk.over
    assert talk.answers == {"own-bytes": answer, "control": "none", "flush": "none"}


def test_a_request_of_the_peers_is_no_answer() -> None:
    talk = burst()
    assert talk.hears(tls(24, b"\1\0\4ping" + bytes(16))) == []
    assert not talk.over
    talk.hears(talk.answered("own-bytes"))
    assert talk.answers["own-bytes"] == "equal"


@pytest.mark.parametrize(("kind", "body"), [(23, b"data"), (20, b"\1"), (24, b"\1\0\4ping"), (24, b"")])
def test_own_bytes_answered_by_something_odd_were_not_passed_over(kind: int, body: bytes) -> None:
    """No peer that was seen says such a thing there, so whatever said it, its silence to own bytes proves nothing."""
    talk = burst()
    assert talk.hears(tls(kind, body)) == []
    talk.hears(talk.answered("control"))
    assert talk.over
    assert talk.answers == {"own-bytes": "different", "control": "equal", "flush": "none"}


def test_text_in_place_of_a_record_is_no_answer() -> None:
    talk = burst()
    talk.hears(b"500 OOPS: child died\r\n")
    assert talk.over
    assert talk.answers == {"own-bytes": "not-a-record", "control": "none", "flush": "none"}
    assert talk.facts.error == "not-a-record"
    assert talk.facts.not_tls is None


def test_the_record_version_is_the_one_of_the_server_hello() -> None:
    for version in (SSL30, TLS10, TLS11, TLS12):
        talk = StreamTalk()
        talk.starts()
        assert talk.hears(flight(version)) == BURST
        question = talk.sent[1]
        assert [question[at : at + 2] for at in (1, 16374, -20)] == [version.to_bytes(2, "big")] * 3


def test_the_first_record_is_of_a_version_that_suits_the_oldest() -> None:
    for form, version in (("tls12", "0301"), ("tls13", "0301"), ("ssl30", "0300")):
        talk = StreamTalk(form=form)  # type: ignore[arg-type]
        talk.starts()
        assert talk.sent[0][:3].hex() == "16" + version


def test_the_shortest_record_that_can_hold_an_answer() -> None:
    """A type, a length, the payload; whatever padding."""
    for declared, answer in ((3 + OWN_BYTES_LENGTH, "equal-so-far"), (2 + OWN_BYTES_LENGTH, "none")):
        talk = alone()
        body = talk.answered("own-bytes")[5:500]
        talk.hears(b"\x18\3\3" + declared.to_bytes(2, "big") + body)
        talk.ends("reset")
        assert talk.answers == {"own-bytes": answer}


def test_payloads_are_drawn_for_each_connection_and_let_go() -> None:
    talk = burst()
    payloads = [part.payload for part in talk.facts.parts if part.name != "flush"]
    assert [len(payload) for payload in payloads] == [16365, 8]
    assert len(set(payloads[0])) > 200
    talk.hears(talk.answered("control"))
    assert [part.payload for part in talk.facts.parts] == [b"", b"", b""]


def test_what_was_odd_before_the_question_does_not_matter() -> None:
    talk = StreamTalk()
    talk.starts()
    assert talk.hears(tls(24, heartbeat_response(b"x" * 16)) + tls(20, b"\1") + flight()) == BURST
    talk.hears(talk.answered("control"))
    assert talk.answers["own-bytes"] == "none"


# -- nudges --------------------------------------------------------------------------------------------------


def test_a_peer_that_reads_one_record_an_event_is_nudged() -> None:
    """It answered nothing: each further Finished wakes it once, until the alert brings all that its buffer held."""
    talk = burst()
    asked_at = talk.now
    assert talk.waits() == ["finished"]
    assert talk.now - asked_at == 2 * ROUND_TRIP
    assert talk.waits() == ["finished"]
    assert talk.facts.nudges == 2
    talk.hears(talk.answered("control") + alert())
    assert talk.answers["control"] == "equal"


def test_nudges_are_few_and_come_more_and_more_seldom() -> None:
    talk = burst()
    times = []
    while not talk.over:
        talk.waits()
        times.append(talk.now)
    assert talk.facts.nudges == MOST_NUDGES
    assert talk.answers == {"own-bytes": "none", "control": "none", "flush": "none"}
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[:-1] == [ROUND_TRIP * 2**n for n in range(1, MOST_NUDGES)]
    # The last one is given time: nothing is nudged after it.
    assert gaps[-1] == LONGEST_WAIT
    assert talk.facts.ended == "ours"


def test_a_round_trip_is_never_taken_for_less_than_a_schedulers_whim() -> None:
    talk = StreamTalk(round_trip=100)
    talk.starts()
    talk.hears(flight(), 100)
    asked_at = talk.now
    talk.waits()
    assert talk.now - asked_at == 2 * SHORTEST_WAIT


def test_the_shorter_of_connecting_and_first_flight_is_the_round_trip() -> None:
    slow_connect = StreamTalk(round_trip=1_020_000)
    slow_connect.starts()
    slow_connect.hears(flight(), 20_000)
    assert slow_connect.facts.round_trip == 20_000
    slow_flight = StreamTalk(round_trip=20_000)
    slow_flight.starts()
    slow_flight.hears(flight(), 300_000)
    assert slow_flight.facts.round_trip == 20_000


# -- each alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["own-bytes", "large-control"])
def test_an_answer_alone(asked: Any) -> None:
    talk = alone(asked)
    talk.hears(talk.answered(asked))
    assert talk.answers == {asked: "equal"}
    assert talk.over is (asked == "own-bytes")


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_after_the_large_control_the_peers_end_is_waited_for(how: Any) -> None:
    """It tells a peer that ends the connection on any heartbeat."""
    talk = alone("large-control")
    talk.hears(talk.answered("large-control"))
    talk.ends(how, 1_000)
    assert (talk.over, talk.facts.ended) == (True, how)
    assert talk.answers == {"large-control": "equal"}


def test_after_the_large_control_a_peer_may_stay() -> None:
    talk = alone("large-control", round_trip=100_000)
    talk.hears(talk.answered("large-control"))
    answered_at = talk.now
    assert talk.waits() == []
    assert (talk.over, talk.facts.ended, talk.now - answered_at) == (True, "ours", 400_000)
    near = alone("large-control", round_trip=1_000)
    near.hears(near.answered("large-control"))
    answered_at = near.now
    near.waits()
    assert near.now - answered_at == max(CLOSE_WAIT, 4 * ROUND_TRIP)


def test_what_comes_behind_an_answer_does_not_undo_it() -> None:
    talk = alone("large-control")
    talk.hears(talk.answered("large-control") + alert(80))
    assert talk.over
    assert talk.answers == {"large-control": "equal"}
    assert talk.facts.alerts == ["fatal internal_error"]


def test_own_bytes_alone_and_an_orderly_end() -> None:
    talk = alone()
    talk.ends("fin")
    assert talk.over
    assert talk.answers == {"own-bytes": "none"}
    assert (talk.facts.ended, talk.facts.error) == ("fin", None)
    assert talk.facts.parts[0].microseconds == ROUND_TRIP


def test_own_bytes_alone_and_silence_then_control_then_flush_one_a_round_trip() -> None:
    talk = alone()
    asked_at = talk.now
    assert talk.waits() == ["control"]
    assert talk.now - asked_at == 4 * ROUND_TRIP
    assert talk.waits() == ["finished"]
    assert talk.now - asked_at == 5 * ROUND_TRIP
    talk.hears(talk.answered("control") + alert())
    assert talk.answers == {"own-bytes": "none", "control": "equal", "flush": "none"}


def test_patience_is_counted_in_the_longer_round_trip() -> None:
    talk = StreamTalk("own-bytes", patience=16, round_trip=20_000)
    talk.starts()
    talk.hears(flight(), 50_000)
    asked_at = talk.now
    assert talk.waits() == ["control"]
    assert talk.now - asked_at == 16 * 50_000


def test_own_bytes_alone_are_nudged_after_the_flush() -> None:
    talk = alone()
    assert [talk.waits() for _ in range(3)] == [["control"], ["finished"], ["finished"]]
    assert talk.facts.nudges == 1


def test_a_large_control_alone_waits_long_and_is_never_nudged() -> None:
    talk = alone("large-control")
    asked_at = talk.now
    assert talk.waits() == []
    assert talk.over
    assert talk.now - asked_at == LONGEST_WAIT
    assert talk.answers == {"large-control": "none"}


def test_a_refusal_alone() -> None:
    talk = alone()
    talk.hears(alert(50))
    assert talk.answers == {"own-bytes": "alert"}
    talk = alone("large-control")
    talk.hears(alert())
    assert talk.answers == {"large-control": "alert"}


# -- cut answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["fin", "reset"])
@pytest.mark.parametrize("asked", ["own-bytes", "large-control"])
def test_a_prefix_of_our_bytes_counts_whole_or_cut(asked: Any, how: Any) -> None:
    talk = alone(asked)
    talk.hears(talk.answered(asked)[: 5 + 3 + 1234])
    assert not talk.over
    talk.ends(how)
    assert talk.answers == {asked: "equal-so-far"}
    assert talk.facts.parts[0].count == 1234
    assert talk.facts.error is None


def test_a_whole_payload_with_its_padding_cut_is_equal() -> None:
    talk = alone()
    talk.hears(talk.answered("own-bytes")[: 5 + 3 + 16365 + 4])
    talk.ends("reset")
    assert talk.answers == {"own-bytes": "equal"}


def test_a_prefix_counts_where_our_own_time_cuts_it() -> None:
    talk = alone()
    talk.hears(talk.answered("own-bytes")[:2000])
    talk.dialogue.give_up(talk.now)
    assert talk.answers == {"own-bytes": "equal-so-far"}


@pytest.mark.parametrize(("count", "answer"), [(LEAST_PREFIX, "equal-so-far"), (LEAST_PREFIX - 1, "none")])
def test_a_prefix_has_a_least_length(count: int, answer: str) -> None:
    talk = alone()
    talk.hears(talk.answered("own-bytes")[: 5 + 3 + count])
    talk.ends("reset")
    assert talk.answers == {"own-bytes": answer}


@pytest.mark.parametrize("length", [1, 4, 5, 8, 8 + LEAST_PREFIX - 1])
def test_an_orderly_end_amid_an_answer_is_no_silence(length: int) -> None:
    """Something stands between that turns resets into orderly ends. (A reset amid it proves nothing anyway.)"""
    talk = alone()
    talk.hears(talk.answered("own-bytes")[:length])
    talk.ends("fin")
    assert talk.answers == {"own-bytes": "not-a-record"}
    assert talk.facts.error == "truncated"


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("another byte", "18 0303 4000 02 3fed"),
        ("another length", "18 0303 4000 02 3fec"),
        ("a request", "18 0303 4000 01 3fed"),
        ("a record that is too short for it", "18 0303 3fef 02 3fed"),
        ("a record of another type", "17 0303 4000 02 3fed"),
    ],
)
def test_what_is_not_the_beginning_of_our_answer(what: str, answer: str) -> None:
    talk = alone()
    payload = talk.answered("own-bytes")[8:100]
    if what == "another byte":
        payload = payload[:50] + bytes([payload[50] ^ 1]) + payload[51:]
    talk.hears(bytes.fromhex(answer) + payload)
    talk.ends("reset")
    assert talk.answers == {"own-bytes": "none"}


# -- facts ---------------------------------------------------------------------------------------------------


def test_messages_are_noted_by_direction_name_and_length() -> None:
    talk = burst()
    talk.hears(talk.answered("control") + alert())
    lines = talk.facts.as_facts(0, dict.fromkeys(talk.facts.certificates, "0" * 64))["messages"]
    assert lines == [
        f"> client-hello {len(talk.sent[0]) - 9}",
        "< server-hello 45",
        f"< certificate {3 + 3 + 46}",
        "< server-hello-done 0",
        "> own-bytes 16368",
        "> control 27",
        "> finished 12",
        "< heartbeat 27",
    ]


def test_the_facts_have_the_shape_of_evidence() -> None:
    talk = burst()
    talk.hears(talk.answered("own-bytes"))
    facts = talk.facts.as_facts(0, dict.fromkeys(talk.facts.certificates, "0" * 64))
    KIND.check({**KIND.example, "connections": [facts]})


@pytest.mark.parametrize(
    "data",
    [tls(23, b"hello"), tls(24, b"\1\0\1x" + bytes(16)), tls(24, b"\3"), tls(20, b"\1")],
    ids=["application data", "a request", "no heartbeat", "a change of cipher"],
)
def test_own_bytes_alone_that_drew_something_and_then_an_end_did_not_draw_an_end_alone(data: bytes) -> None:
    talk = alone()
    talk.hears(data)
    talk.ends("fin")
    assert talk.answers == {"own-bytes": "not-a-record"}
