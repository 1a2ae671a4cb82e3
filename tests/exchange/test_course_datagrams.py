"""Which association comes next over DTLS: courses played by hand."""

import pytest

from hemostat.exchange.course import MOST_CONNECTIONS
from hemostat.exchange.tally import MOST_ASKED, TURNS_NEEDED
from hemostat.wire.protocol import DTLS10
from tests.exchange.playing import NAME, datagrams, what

# -- datagrams -----------------------------------------------------------------------------------------------

TURN = ("own-bytes", "large-control")
DTLS = {"version": DTLS10, "names": TURN * MOST_ASKED}


def test_in_turns_until_it_is_enough() -> None:
    playing = datagrams()
    assert what(playing.ask) == ("turns", "dtls12", NAME)
    assert playing.tells(*("none", "equal") * (TURNS_NEEDED + 1), **DTLS) is None


def test_who_goes_on_is_asked_in_turns_again_and_the_next_association_knows_of_the_first() -> None:
    playing = datagrams()
    ask = playing.tells(*("none", "equal") * 3, "none", "none", **DTLS)
    assert ask is not None
    assert ask.asked == "turns"
    assert ask.tally is not None
    assert (ask.tally.owns, ask.tally.owns_unanswered, ask.tally.controls_lost) == (4, 2, 1)
    assert playing.tells(*("none", "equal") * 7, **DTLS) is None


@pytest.mark.parametrize(
    "first", [("none", "none") * 2, ("none", "equal", "none", "none", "none", "none"), ("none", "equal")]
)
def test_who_ends_the_association_is_asked_one_thing_at_a_time(first: tuple[str, ...]) -> None:
    """At most one control is answered there: where the own bytes before it got lost, or were overtaken."""
    playing = datagrams()
    asked = [playing.tells(*first, **DTLS)]
    while asked[-1] is not None:
        answer = "none" if asked[-1].asked == "own-bytes" else "equal"
        asked.append(playing.tells(answer, version=DTLS10, names=(asked[-1].asked,)))
    kinds = [ask.asked for ask in asked if ask]
    assert set(kinds) == {"own-bytes", "large-control"}
    answered = kinds.count("large-control") + first.count("equal")
    assert kinds.count("own-bytes") >= TURNS_NEEDED
    assert answered >= TURNS_NEEDED


@pytest.mark.parametrize("answer", ["equal", "different"])
def test_any_answer_to_own_bytes_is_enough(answer: str) -> None:
    assert datagrams().tells(answer, "none", **DTLS) is None
    playing = datagrams()
    playing.tells("none", "none", **DTLS)
    assert playing.tells(answer, version=DTLS10, names=("own-bytes",)) is None


def test_who_answers_no_control_is_not_asked_for_ever() -> None:
    playing = datagrams()
    ask = playing.tells(*("none", "none") * 2, **DTLS)
    asked = []
    while ask is not None and ask.asked != "after-handshake":
        asked.append(ask.asked)
        ask = playing.tells("none", version=DTLS10, names=(ask.asked,))
    assert asked.count("large-control") == 4
    assert ask is not None
    assert ask.parts == (True, True)


def test_questions_are_bounded() -> None:
    playing = datagrams()
    ask = playing.tells(*("none", "none") * 2, **DTLS)
    asked: list[str] = []
    while ask is not None:
        # Half of the controls get lost.
        answer = "equal" if ask.asked == "large-control" and len(asked) % 4 == 1 else "none"
        asked.append(ask.asked)
        ask = playing.tells(answer, version=DTLS10, names=(ask.asked,))
    assert [asked.count(question) + 2 for question in TURN] == [MOST_ASKED] * 2


def test_a_hello_that_gets_lost_is_asked_again_before_another_name_is() -> None:
    playing = datagrams()
    names = [playing.ask.offer.name if playing.ask else ""]
    while (ask := playing.unheard(ended="ours")) is not None:
        names.append(ask.offer.name)
    assert names == [NAME, NAME, None, None]


def test_an_alert_asks_for_the_other_form_of_the_name() -> None:
    playing = datagrams()
    assert what(playing.unheard(alerts=["fatal unrecognized_name"])) == ("turns", "dtls12", None)
    assert what(playing.unheard(alerts=["fatal handshake_failure"])) == ("turns", "dtls12", NAME)


def test_nobody_listens() -> None:
    assert datagrams().unheard(failure="refused", ended="failed") is None
    playing = datagrams()
    playing.tells("none", "none", **DTLS)
    assert playing.unheard(failure="refused", ended="failed") is None


def test_who_is_no_longer_heard_is_left() -> None:
    """It answered no heartbeat, and now not even a hello: it is busy with the first."""
    playing = datagrams()
    playing.tells(*("none", "none") * 2, **DTLS)
    assert what(playing.unheard()) is not None
    assert what(playing.unheard()) == ("after-handshake", "dtls12", NAME)


def test_losses_are_bounded() -> None:
    playing = datagrams()
    playing.tells(*("none", "equal") * 2, **DTLS)
    count = 0
    while playing.unheard() is not None:
        count += 1
    assert count < MOST_CONNECTIONS["dtls"]


def test_heartbeats_not_offered_over_datagrams_is_enough() -> None:
    assert datagrams().tells(version=DTLS10, heartbeat=None) is None


def test_a_client_over_datagrams_is_waited_for_and_never_given_to_a_library() -> None:
    playing = datagrams(client=True)
    assert playing.unheard(ended="ours") is None
    playing = datagrams(client=True)
    ask = playing.tells(*("none", "none") * 2, **DTLS)
    while ask is not None:
        assert ask.asked != "after-handshake"
        ask = playing.tells("none", version=DTLS10, names=(ask.asked,))
