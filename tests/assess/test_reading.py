from typing import Any

import pytest
from hypothesis import given

from hemostat.assess.reading import Reading
from tests.assess.examples import DTLS, OWN, SSL30, TLS13, TURN, UNEXPECTED, over_udp
from tests.assess.facts import Facts, any_facts, connection, failed, part, probe, silent

HELLO = connection("burst")
CONTROL = part("control", "equal")


def reading(*connections: Facts, **how: Any) -> Reading:
    return Reading(probe(*connections, **how))


# -- hello


def test_the_hello_is_the_first_that_came() -> None:
    assert reading(silent(), connection("burst", version="TLS1.1"), HELLO).version == "TLS1.1"
    assert reading(silent()).hello is None
    assert reading(silent()).version is None
    assert reading().hello is None


@pytest.mark.parametrize("asked", ["certificate", "after-handshake"])
def test_what_a_library_saw_is_not_the_hello_that_we_were_given(asked: str) -> None:
    assert reading(connection(asked)).hello is None
    assert reading(connection(asked, version="TLS1.3"), HELLO).version == "TLS1.2"


def test_heartbeats_are_offered_by_any_hello() -> None:
    assert reading(connection("burst", heartbeat=None), HELLO).offers_heartbeats
    assert reading(silent(), connection("after-handshake")).offers_heartbeats
    assert not reading(connection("burst", heartbeat=None)).offers_heartbeats
    assert reading(connection("burst", heartbeat=2)).declines_requests
    assert not reading(HELLO).declines_requests


@pytest.mark.parametrize("version", ["TLS1.0", "TLS1.1", "TLS1.2"])
def test_not_offered(version: str) -> None:
    assert reading(connection("burst", version=version, heartbeat=None)).not_offered
    assert not reading(connection("burst", version=version, heartbeat=1)).not_offered


@pytest.mark.parametrize("version", ["SSL3.0", "TLS1.3", "DTLS1.0", "DTLS1.2", "0x0305", "0x0002"])
def test_not_offered_is_said_of_what_could_offer(version: str) -> None:
    assert not reading(connection("burst", version=version, heartbeat=None)).not_offered


def test_not_offered_over_udp() -> None:
    assert reading(connection("turns", **{**DTLS, "heartbeat": None}), transport="udp").not_offered
    assert not reading(connection("turns", heartbeat=None), transport="udp").not_offered


def test_a_version_is_known_over_its_transport() -> None:
    assert reading(HELLO).version_known
    assert not reading(connection("burst", version="0x0305")).version_known
    assert not reading(connection("burst", version="DTLS1.2")).version_known
    assert not reading(HELLO, transport="udp").version_known
    assert Reading(over_udp(HELLO)).version_known


# -- parts


def test_own_bytes_back_is_the_most_that_came() -> None:
    assert reading(HELLO).own_bytes_back == 0
    cut = connection("own-bytes", part("own-bytes", "equal-so-far", 700), ended="reset")
    whole = connection("burst", part("own-bytes", "equal"))
    assert reading(cut).own_bytes_back == 700
    assert reading(cut, whole, cut).own_bytes_back == 16365
    assert reading(connection("large-control", part("large-control", "equal"))).own_bytes_back == 0


def test_the_order_on_one_stream_is_proof() -> None:
    assert reading(connection("burst", OWN, CONTROL)).ignored_in_order
    assert reading(
        connection("burst", OWN, part("control", "none"), part("large-control", "equal-so-far"))
    ).ignored_in_order
    assert not reading(connection("burst", CONTROL, OWN)).ignored_in_order
    assert not reading(connection("burst", OWN), connection("burst", CONTROL)).ignored_in_order
    assert not reading(connection("burst", part("own-bytes", "alert"), CONTROL)).ignored_in_order
    assert not reading(connection("burst", OWN, part("flush", "alert"), alerts=UNEXPECTED)).ignored_in_order
    # The last own bytes count: what came before them was answered for.
    assert not reading(connection("burst", OWN, part("own-bytes", "alert"), CONTROL)).ignored_in_order
    assert not Reading(over_udp(connection("turns", *TURN))).ignored_in_order


def test_ignored_alone() -> None:
    closed = connection("own-bytes", OWN, ended="fin")
    answered = connection("large-control", part("large-control", "equal"), ended="fin")
    assert reading(closed, answered).ignored_alone
    assert reading(answered, closed).ignored_alone
    assert not reading(closed).ignored_alone
    assert not reading(answered).ignored_alone
    assert not reading({**closed, "ended": "reset"}, answered).ignored_alone
    assert not reading({**closed, "ended": "ours"}, answered).ignored_alone
    assert not reading(
        connection("own-bytes", OWN, part("control", "none"), ended="fin"), answered
    ).ignored_alone
    assert not reading(closed, connection("after-handshake", CONTROL)).ignored_alone
    assert not Reading(over_udp(closed, answered)).ignored_alone


def test_refused_alone() -> None:
    refused = connection("own-bytes", part("own-bytes", "alert"), alerts=UNEXPECTED)
    answered = connection("large-control", part("large-control", "equal"), ended="fin")
    assert reading(refused, answered).refused_alone
    assert not reading(refused).refused_alone
    assert not reading({**refused, "asked": "burst"}, answered).refused_alone
    assert not reading(refused, connection("after-handshake", CONTROL)).refused_alone
    after = {**refused, "asked": "after-handshake"}
    assert reading(after, connection("after-handshake", CONTROL)).refused_alone
    assert not reading(after, answered).refused_alone
    assert not Reading(over_udp(refused, answered)).refused_alone


def test_a_peer_that_stays_after_the_control_has_to_close_on_own_bytes_again_and_again() -> None:
    closed = connection("own-bytes", OWN, ended="fin")
    stays = connection("large-control", part("large-control", "equal"))
    assert not reading(closed, stays).ignored_alone
    assert not reading(closed, closed, stays).ignored_alone
    assert reading(closed, stays, closed, closed).ignored_alone
    for ended in ("fin", "reset"):
        assert reading(closed, {**stays, "ended": ended}).ignored_alone
    other = {**stays, "ended": "fin", "cipher": 0xC030}
    assert not reading(closed, stays, other).ignored_alone


def test_what_comes_too_soon_is_no_reaction() -> None:
    answered = connection("large-control", part("large-control", "equal"), ended="fin")
    far = {"ended": "fin", "round_trip": 100_000}
    at_once, in_time = {**OWN, "microseconds": 46_999}, {**OWN, "microseconds": 47_000}
    assert not reading(connection("own-bytes", at_once, **far), answered).ignored_alone
    assert not reading(connection("own-bytes", {**OWN, "microseconds": None}, **far), answered).ignored_alone
    assert reading(connection("own-bytes", in_time, **far), answered).ignored_alone
    refused = part("own-bytes", "alert")
    assert reading(connection("own-bytes", refused), answered).refused_alone
    soon = connection("own-bytes", {**refused, "microseconds": 46_999}, round_trip=100_000)
    assert not reading(soon, answered).refused_alone


@pytest.mark.parametrize(
    "other",
    [{"version": "TLS1.1"}, {"cipher": 0xC030}, {"heartbeat": 2}, {"certificates": ["0" * 64]}],
    ids=lambda other: next(iter(other)),
)
def test_another_server_proves_nothing_of_this_one(other: Facts) -> None:
    closed = connection("own-bytes", OWN, ended="fin")
    refused = connection("own-bytes", part("own-bytes", "alert"), alerts=UNEXPECTED)
    answered = connection("large-control", part("large-control", "equal"), **{"ended": "fin", **other})
    same = connection("large-control", part("large-control", "equal"), ended="fin")
    for own in (closed, refused):
        mixed = reading(own, answered)
        assert [mixed.ignored_alone, mixed.refused_alone] == [False, False]
        assert mixed.answered_by_another
        assert not reading(own, same).answered_by_another
        assert not reading(own).answered_by_another
        both = reading(own, answered, same)
        assert both.ignored_alone is (own is closed)
        assert both.refused_alone is (own is refused)


def test_an_end_amid_an_answer_is_no_silence() -> None:
    cut = connection("own-bytes", OWN, ended="fin", error="truncated")
    assert not reading(cut, connection("large-control", part("large-control", "equal"))).ignored_alone


@pytest.mark.parametrize(("turns", "enough"), [(6, False), (7, True), (8, True)])
def test_six_with_a_turn_behind_them_are_enough_over_udp_and_none_over_tcp(turns: int, enough: bool) -> None:
    found = Reading(over_udp(connection("turns", *TURN * turns)))
    assert found.ignored_repeatedly is enough
    assert (found.tally.owns_unanswered, found.tally.controls_answered) == (turns - 1, turns)
    assert not reading(connection("burst", *TURN * turns)).ignored_repeatedly


def test_own_bytes_back_after_a_handshake_that_refused_them_before() -> None:
    late = connection("after-handshake", part("own-bytes", "equal"))
    refused = connection("own-bytes", part("own-bytes", "alert"), alerts=UNEXPECTED)
    assert reading(refused, late).answered_late_alone
    assert not reading(refused).answered_late_alone
    assert not reading(late).answered_late_alone
    # The flush is to draw an alert.
    flushed = connection("burst", OWN, part("flush", "alert"), alerts=UNEXPECTED)
    assert not reading(flushed, late).answered_late_alone
    assert not reading(connection("own-bytes", OWN), late).answered_late_alone
    before = connection("burst", part("own-bytes", "equal-so-far"))
    assert not reading(before, refused, late).answered_late_alone
    control = connection("burst", part("control", "equal"))
    assert reading(control, refused, late).answered_late_alone


def test_several_servers_matter_where_it_would_have_been_enough() -> None:
    other = {**connection("turns", *TURN * 7), "cipher": 0x0035}
    assert Reading(over_udp(connection("turns", *TURN), other)).answered_by_another
    assert not Reading(
        over_udp(connection("turns", *TURN), connection("turns", *TURN * 7))
    ).answered_by_another
    assert not Reading(
        over_udp(connection("turns", *TURN), {**other, "parts": other["parts"][:4]})
    ).answered_by_another


def test_the_other_form_of_the_name() -> None:
    nameless = {"versions": ["TLS1.2"], "name": None, "heartbeat": True}
    assert reading(silent(), connection("burst", offered=nameless)).other_name == ("www.example", None)
    assert reading(silent(offered=nameless), HELLO).other_name == (None, "www.example")
    assert reading(silent(), HELLO).other_name is None
    assert reading(silent(), silent(offered=nameless)).other_name is None
    # SSL 3.0 has no place for a name, and a client is offered none.
    assert reading(silent(), connection("burst", **SSL30)).other_name is None
    assert reading(silent(), connection("burst", offered=nameless), role="client").other_name is None


def test_an_answer_that_is_not_ours() -> None:
    assert reading(connection("burst", part("control", "different"))).differs
    assert not reading(connection("burst", OWN, CONTROL)).differs


def test_ssl_3_0_is_told_by_the_missing_control() -> None:
    asked = (OWN, part("control", "none"), part("flush", "alert"))
    assert reading(connection("burst", *asked, **SSL30)).no_heartbeats_over_ssl30
    assert not reading(connection("burst", *asked)).no_heartbeats_over_ssl30
    assert not reading(connection("burst", OWN, part("flush", "alert"), **SSL30)).no_heartbeats_over_ssl30
    assert not reading(
        connection("burst", OWN, CONTROL, part("flush", "alert"), **SSL30)
    ).no_heartbeats_over_ssl30
    assert not reading(
        connection("burst", OWN, part("control", "none"), part("flush", "none"), **SSL30)
    ).no_heartbeats_over_ssl30


def test_a_control_unanswered() -> None:
    lost = part("control", "none")
    assert reading(connection("burst", OWN, lost, part("flush", "alert"))).control_unanswered
    assert not reading(connection("burst", OWN, lost, part("flush", "none"))).control_unanswered
    assert not reading(connection("burst", OWN, part("flush", "alert"))).control_unanswered
    assert not reading(
        connection("burst", OWN, lost, part("flush", "alert")), connection("burst", CONTROL)
    ).control_unanswered
    silence = connection("large-control", part("large-control", "none"))
    assert Reading(over_udp(*[silence] * 6)).control_unanswered
    assert not Reading(over_udp(*[silence] * 5)).control_unanswered


def test_a_heartbeat_refused() -> None:
    assert reading(connection("burst", part("own-bytes", "alert"))).heartbeat_refused
    assert reading(connection("burst", part("large-control", "alert"))).heartbeat_refused
    assert not reading(connection("burst", OWN, part("flush", "alert"))).heartbeat_refused


# -- ends


def test_no_connection_at_all() -> None:
    assert reading(failed("timeout"), failed("refused")).failure == "refused"
    assert reading(failed("timeout"), silent()).failure is None
    assert reading().failure is None


def test_a_late_failure_came_after_a_connection() -> None:
    assert reading(silent(), failed("refused")).late_failure == "refused"
    assert reading(failed("timeout"), silent()).late_failure is None
    assert reading(failed("refused")).late_failure is None
    assert reading().late_failure is None


def test_the_last_question_after_the_handshake() -> None:
    first, second = connection("after-handshake", OWN), connection("after-handshake", CONTROL)
    assert reading(HELLO, first, second).after_handshake == second
    assert reading(HELLO).after_handshake is None


def test_a_greeting_counts_where_no_hello_came() -> None:
    assert reading(silent(), silent(not_tls="ssh"), silent(not_tls="text")).greeting == "ssh"
    assert reading(silent(not_tls="ssh"), HELLO).greeting is None
    assert reading(silent()).greeting is None


def test_the_first_fatal_alert_has_a_name() -> None:
    warned = silent(alerts=["warning unrecognized_name", "fatal handshake_failure", "fatal decode_error"])
    assert reading(silent(), warned).alert == "handshake_failure"
    assert reading(silent(alerts=["warning close_notify"])).alert is None
    assert reading(silent(alerts=["fatal 99"])).alert == "99"


def test_the_first_breach_has_a_code() -> None:
    assert reading(silent(), silent(error="truncated"), silent(error="bad-value")).error == "truncated"
    assert reading(silent()).error is None


def test_how_it_ended() -> None:
    """The last connection that came about tells."""
    assert reading(silent(ended="fin"), silent(ended="reset")).ended("reset")
    assert reading(silent(ended="reset"), failed("refused")).ended("reset")
    assert not reading(silent(ended="reset"), silent(ended="fin")).ended("reset")
    assert not reading(failed("refused")).ended("fin")
    assert reading(silent(ended="reset"), silent(ended="fin")).any_reset
    assert not reading(silent(ended="fin")).any_reset


def test_how_it_ended_as_a_reason() -> None:
    assert reading(silent(ended="fin")).end == "closed"
    assert reading(silent(ended="reset")).end == "reset"
    assert reading(silent()).end == "silent"
    assert reading(silent(ended="fin", alerts=["fatal internal_error"])).end == "alert-internal_error"


def test_what_was_seen_on_any_connection() -> None:
    assert reading(silent(), connection("burst", **TLS13)).tls13
    assert not reading(HELLO).tls13
    assert not reading(connection("turns", **TLS13), transport="udp").tls13
    assert reading(HELLO, connection("burst", client_certificate_asked=True)).client_certificate_asked
    assert not reading(HELLO).client_certificate_asked
    assert reading(HELLO, connection("burst", OWN)).asked
    assert not reading(HELLO).asked


@given(any_facts)
def test_every_question_has_an_answer_whatever_the_facts(facts: Facts) -> None:
    found = Reading(facts)
    names = [name for name in dir(Reading) if not name.startswith("_")]
    questions = [name for name in names if not callable(getattr(Reading, name, None))]
    assert len(questions) > 20
    for name in questions:
        getattr(found, name)
