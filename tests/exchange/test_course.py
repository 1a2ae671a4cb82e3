"""Which connection comes next: courses played by hand. What was asked, what came of it, what is asked then."""

from typing import Any

import pytest

from hemostat.wire.protocol import SSL30, TLS12, TLS13
from tests.exchange.playing import NAME, Playing, stream, what

# -- hellos on a stream --------------------------------------------------------------------------------------


def test_the_first_connection_is_a_burst_with_the_name() -> None:
    assert what(stream().ask) == ("burst", "tls12", NAME)


@pytest.mark.parametrize("refusal", [{"alerts": ["fatal unrecognized_name"]}, {"ended": "fin"}])
@pytest.mark.parametrize("names", [(NAME, None), (None, NAME)])
def test_refused_with_one_form_of_the_name_it_is_asked_with_the_other(refusal: Any, names: Any) -> None:
    playing = stream(names=names)
    assert what(playing.ask) == ("burst", "tls12", names[0])
    assert what(playing.unheard(**refusal)) == ("burst", "tls12", names[1])
    assert playing.tells("equal") is None


def test_a_hello_that_a_reset_swallowed_is_asked_again_before_another_name_is() -> None:
    """Another name may be another server's."""
    playing = stream()
    assert what(playing.unheard(ended="reset")) == ("burst", "tls12", NAME)
    assert what(playing.unheard(ended="reset")) == ("burst", "tls12", None)
    assert what(playing.unheard(ended="reset")) == ("burst", "tls13", NAME)


def test_then_with_1_3_then_over_ssl_3_0_then_no_more() -> None:
    playing = stream()
    refused = {"alerts": ["fatal handshake_failure"]}
    assert what(playing.unheard(**refused)) == ("burst", "tls12", None)
    assert what(playing.unheard(**refused)) == ("burst", "tls13", NAME)
    assert what(playing.unheard(**refused)) == ("burst", "ssl30", None)
    assert playing.unheard(**refused) is None


def test_without_a_name_there_is_no_other_form() -> None:
    playing = stream(names=(None, None))
    assert what(playing.unheard(ended="fin")) == ("burst", "tls13", None)


def test_a_wish_for_another_version_is_granted_at_once() -> None:
    playing = stream()
    assert what(playing.unheard(alerts=["fatal protocol_version"])) == ("burst", "tls13", NAME)
    assert what(playing.tells(version=TLS13, heartbeat=None)) == ("certificate", "tls13", NAME)
    assert playing.unheard() is None


def test_1_3_is_offered_with_the_other_name_too_where_the_first_is_unknown() -> None:
    playing = stream()
    playing.unheard(alerts=["fatal protocol_version"])
    assert what(playing.unheard(alerts=["fatal unrecognized_name"])) == ("burst", "tls13", None)
    assert what(playing.unheard(alerts=["fatal unrecognized_name"])) == ("burst", "ssl30", None)


def test_who_is_silent_may_be_woken_by_a_small_old_hello() -> None:
    playing = stream()
    assert what(playing.unheard(ended="ours")) == ("burst", "ssl30", None)
    assert playing.unheard(ended="ours") is None


@pytest.mark.parametrize(
    "other", [{"not_tls": "ssh"}, {"not_tls": "http"}, {"refusal": "no-tls"}, {"error": "truncated"}]
)
def test_who_answers_otherwise_is_left(other: Any) -> None:
    assert stream().unheard(**other) is None


def test_who_answers_in_ssl_2_is_asked_on() -> None:
    assert what(stream().unheard(not_tls="ssl2", ended="fin")) == ("burst", "tls12", None)


def test_a_connection_that_timed_out_is_tried_again() -> None:
    for code in ("timeout", "reset"):
        playing = stream(retries=2)
        assert what(playing.unheard(failure=code)) == ("burst", "tls12", NAME)
        assert what(playing.unheard(failure=code)) == ("burst", "tls12", NAME)
        assert playing.unheard(failure=code) is None
    assert stream(retries=0).unheard(failure="timeout") is None
    assert stream().unheard(failure="refused") is None


# -- the question on a stream --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        ("equal", "none", "none"),
        ("equal-so-far", "none", "none"),
        ("none", "equal", "none"),
        ("different", "none", "none"),
        ("none", "different", "none"),
    ],
)
def test_a_burst_that_was_answered_is_enough(answers: tuple[str, ...]) -> None:
    assert stream().tells(*answers) is None


def test_heartbeats_not_offered_is_enough() -> None:
    assert stream().tells(heartbeat=None) is None


CLOSED = [("none", "none", "none"), {"ended": "reset"}]


def closed_burst(**how: Any) -> Playing:
    playing = stream(**how)
    assert what(playing.tells("none", "none", "none", ended="reset")) == ("own-bytes", "tls12", NAME)
    return playing


def test_where_the_peer_closes_each_question_is_asked_alone() -> None:
    playing = closed_burst()
    assert what(playing.tells("none", ended="fin")) == ("large-control", "tls12", NAME)
    assert playing.tells("equal", names=("large-control",), ended="fin") is None


def test_where_it_stays_after_the_control_own_bytes_are_asked_again() -> None:
    """It doesn't end a connection on a heartbeat as such: the first end may have been chance."""
    playing = closed_burst()
    playing.tells("none", ended="fin")
    assert what(playing.tells("equal", names=("large-control",))) == ("own-bytes", "tls12", NAME)
    assert what(playing.tells("none", ended="fin")) == ("own-bytes", "tls12", NAME)
    assert playing.tells("none", ended="fin") is None


@pytest.mark.parametrize("answer", ["equal", "alert"])
def test_where_own_bytes_then_draw_something_else_it_is_over(answer: str) -> None:
    playing = closed_burst()
    playing.tells("none", ended="fin")
    playing.tells("equal", names=("large-control",))
    assert playing.tells(answer) is None


def test_each_is_asked_with_the_hello_that_was_taken() -> None:
    playing = stream()
    playing.unheard(ended="fin")
    assert what(playing.tells("none", "none", "none", ended="fin")) == ("own-bytes", "tls12", None)


@pytest.mark.parametrize("answer", ["equal", "equal-so-far", "different"])
def test_own_bytes_alone_that_were_answered_are_enough(answer: str) -> None:
    assert closed_burst().tells(answer, ended="reset") is None


def test_own_bytes_alone_with_the_control_behind_them_are_enough() -> None:
    assert closed_burst().tells("none", "equal") is None


def test_a_reset_is_retried_with_more_and_more_patience_and_never_taken_for_evidence() -> None:
    playing = closed_burst()
    asked = [playing.ask]
    while (ask := playing.tells("none", ended="reset")) is not None:
        asked.append(ask)
    assert [(ask.asked, ask.patience) for ask in asked if ask] == [
        ("own-bytes", 4),
        ("own-bytes", 16),
        ("own-bytes", 64),
        ("own-bytes", 256),
    ]


@pytest.mark.parametrize(
    ("why", "answers", "how"),
    [
        (
            "the control went out too early: it may be what the peer closed on",
            ("none", "none"),
            {"ended": "fin"},
        ),
        ("the end came before it could be a reaction", ("none",), {"ended": "fin", "round_trip": 100_000}),
        ("an answer had begun", ("not-a-record",), {"ended": "fin", "error": "truncated"}),
        ("the hello came, and then an end", (), {"ended": "fin"}),
    ],
)
def test_an_answer_that_was_spoilt_is_asked_for_again(why: str, answers: tuple[str, ...], how: Any) -> None:
    playing = closed_burst()
    ask = playing.tells(*answers, **how)
    assert ask is not None, why
    assert (ask.asked, ask.patience) == ("own-bytes", 16)
    assert what(playing.tells("none", ended="fin")) == ("large-control", "tls12", NAME)


def test_a_large_control_that_was_reset_is_asked_for_again() -> None:
    playing = closed_burst()
    playing.tells("none", ended="fin")
    for _ in range(3):
        assert what(playing.tells("none", names=("large-control",), ended="reset")) == (
            "large-control",
            "tls12",
            NAME,
        )
    assert playing.tells("none", names=("large-control",), ended="reset") is None


def test_a_later_connection_that_fails_ends_it() -> None:
    assert closed_burst().unheard(failure="refused", ended="failed") is None
    playing = closed_burst()
    playing.tells("none", ended="fin")
    assert playing.unheard(failure="timeout", ended="failed") is None


# -- after the handshake -------------------------------------------------------------------------------------


def refused_burst(**how: Any) -> Playing:
    playing = stream(**how)
    said = {"version": how.pop("version", TLS12)}
    assert what(playing.tells("none", "none", "alert", **said)) == ("own-bytes", "tls12", NAME)
    return playing


def test_who_refuses_both_is_asked_after_the_handshake() -> None:
    playing = refused_burst()
    assert what(playing.tells("alert")) == ("large-control", "tls12", NAME)
    ask = playing.tells("alert", names=("large-control",))
    assert what(ask) == ("after-handshake", "tls12", NAME)
    assert ask is not None
    assert ask.parts == (True, True)


def test_own_bytes_refused_there_the_control_is_asked_apart() -> None:
    playing = refused_burst()
    playing.tells("alert")
    playing.tells("alert", names=("large-control",))
    ask = playing.tells("alert", "none")
    assert ask is not None
    assert (ask.asked, ask.parts) == ("after-handshake", (False, True))
    assert playing.tells("equal", names=("control",)) is None


def test_own_bytes_ignored_there_nothing_more_is_asked() -> None:
    playing = refused_burst()
    playing.tells("alert")
    playing.tells("alert", names=("large-control",))
    assert playing.tells("none", "equal") is None


def test_own_bytes_refused_and_a_control_answered_needs_no_library() -> None:
    playing = refused_burst()
    playing.tells("alert")
    assert playing.tells("equal", names=("large-control",)) is None


def test_who_answers_nothing_at_all_is_asked_after_the_handshake() -> None:
    playing = refused_burst()
    assert what(playing.tells("none", "none", "alert")) == ("after-handshake", "tls12", NAME)


def test_who_closes_on_both_is_asked_after_the_handshake() -> None:
    playing = closed_burst()
    playing.tells("none", ended="fin")
    assert what(playing.tells("none", names=("large-control",), ended="fin")) == (
        "after-handshake",
        "tls12",
        NAME,
    )


@pytest.mark.parametrize(
    "reason",
    [{"heartbeat": 2}, {"version": SSL30}],
    ids=["it declines requests", "SSL 3.0"],
)
def test_whom_a_library_is_not_sent_to(reason: Any) -> None:
    playing = stream()
    playing.tells("none", "none", "none", ended="ours", **reason)
    assert what(playing.ask) == ("own-bytes", "tls12", NAME)
    assert what(playing.tells("alert", **reason)) == ("large-control", "tls12", NAME)
    assert playing.tells("alert", names=("large-control",), **reason) is None


def test_a_dialect_without_flush_has_no_form_after_the_handshake() -> None:
    playing = stream(flush=False)
    playing.tells("alert")
    playing.tells("alert")
    assert playing.tells("alert", names=("large-control",)) is None


# -- SSL 3.0 -------------------------------------------------------------------------------------------------


def test_over_ssl_3_0_a_missing_control_before_an_answered_flush_is_enough() -> None:
    assert stream().tells("none", "none", "alert", version=SSL30, heartbeat=None) is None


def test_over_ssl_3_0_a_burst_that_was_reset_is_asked_again() -> None:
    """A build without heartbeats refuses each alone, so only a burst can tell it."""
    playing = stream()
    reset = {"version": SSL30, "heartbeat": None, "ended": "reset"}
    assert what(playing.tells("none", "none", "none", **reset)) == ("burst", "tls12", NAME)
    assert playing.tells("none", "none", "alert", version=SSL30, heartbeat=None) is None
    playing = stream()
    for _ in range(2):
        assert what(playing.tells("none", "none", "none", **reset)) == ("burst", "tls12", NAME)
    assert what(playing.tells("none", "none", "none", **reset)) == ("own-bytes", "tls12", NAME)


# -- clients -------------------------------------------------------------------------------------------------


def test_a_client_is_asked_once_and_again_where_it_closes() -> None:
    playing = stream(client=True)
    assert playing.tells("none", "equal") is None
    playing = stream(client=True)
    ask = playing.tells("none", "none", "none", ended="reset")
    assert ask is not None
    assert ask.asked == "own-bytes"
    ask = playing.tells("none", ended="fin")
    assert ask is not None
    assert ask.asked == "large-control"
    assert playing.tells("alert", names=("large-control",)) is None


def test_a_client_that_says_nothing_or_speaks_1_3_alone_is_left() -> None:
    assert stream(client=True).unheard(ended="ours") is None
    assert stream(client=True).tells(version=TLS13, heartbeat=None) is None


def test_where_a_refused_hello_draws_silence_tls13_may_be_what_is_missing() -> None:
    """TLS over UDP, as OpenVPN carries it: an alert is dropped with its session."""
    playing = stream(mute=True)
    assert what(playing.ask) == ("burst", "tls12", NAME)
    assert what(playing.unheard()) == ("burst", "tls13", NAME)
    assert what(playing.unheard()) == ("burst", "ssl30", None)
    assert playing.unheard() is None
    assert what(stream().unheard()) == ("burst", "ssl30", None)
