"""IRC's STARTTLS, by hand: what real servers say, and what nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import greeted_by
from hemostat.dialects.irc import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

NOTICE = b":irc.example NOTICE * :*** Looking up your hostname...\r\n"
LISTED = b":irc.example CAP * LS :inspircd.org/poison multi-prefix tls \r\n"
NONE = b":irc.example CAP * LS :multi-prefix\r\n"
READY = b":irc.example 670 * :STARTTLS successful, go ahead with TLS handshake\r\n"
ASKED = [b"CAP LS\r\nSTARTTLS\r\n"]


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_come_to_tls_in_the_round_trips_that_it_declares(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert (met.asks.ready, met.grants.ready, met.asks.refusal, met.grants.refusal) == (
        True,
        True,
        None,
        None,
    )
    assert met.said.count(ASKED[0]) == DIALECT.round_trips
    assert met.said[-1].startswith(b":www.example 670 ")


@pytest.mark.parametrize(
    "before",
    [
        b"",
        NOTICE,
        NOTICE * 50 + LISTED,
        b"NOTICE AUTH :*** Checking Ident\r\nNOTICE AUTH :*** No Ident response\r\n",
        b"PING :1A2B3C\r\n" + LISTED,
        b":irc.example 020 * :Please wait while we process your connection.\r\n",
        b":irc.example 451 * CAP :You have not registered.\r\n",
        b":irc.example 421 * CAP :Unknown command\r\n",
        b":irc.example 451 * :You have not registered\r\n",
        b":irc.example CAP * LS * :multi-prefix sasl=PLAIN\r\n:irc.example CAP * LS :TLS=6697\r\n",
        b"@time=2014-04-07T00:00:00Z :irc.example NOTICE * :hi\r\n",
        b":irc.example 410 * LS :Invalid CAP subcommand\r\n",
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_whatever_a_server_says_first_starttls_is_heard(before: bytes, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, before, READY, cut=cut)) == ASKED
    assert (layer.ready, layer.refusal) == (True, None)


@pytest.mark.parametrize(
    ("heard", "refusal"),
    [
        (NONE, "no-tls"),
        (b":irc.example CAP * LS :\r\n", "no-tls"),
        (b":irc.example CAP * LS :multi-prefix XXXX\r\n", "stripped"),
        (b":irc.example CAP * LS * :sasl\r\n:irc.example CAP * LS :batch nottls\r\n", "no-tls"),
        (b":irc.example 421 * STARTTLS :Unknown command\r\n", "no-tls"),
        (b":irc.example 421 * :Unknown command\r\n:irc.example 421 * :Unknown command\r\n", "no-tls"),
        (b":irc.example 421 * XXXXXXXX :Unknown command\r\n" * 2, "stripped"),
        (b":irc.example 451 * STARTTLS :You have not registered.\r\n", "refused-by-policy"),
        (
            b":irc.example 451 * :Register first\r\n:irc.example 451 * :Register first\r\n",
            "refused-by-policy",
        ),
        (b":irc.example CAP * LS\r\n", "broken-words"),
        (b":irc.example" + b" " * 8000 + b"\0\n", "broken-words"),
        (LISTED + b":irc.example 451 * :Register first\r\n", "refused-by-policy"),
        (b":irc.example 691 * :STARTTLS failed\r\n", "tls-unavailable"),
        (LISTED + b":irc.example 691 * :STARTTLS is not enabled\r\n", "tls-unavailable"),
        (b"ERROR :Closing Link: (Trying to reconnect too fast.)\r\n", "refused-by-policy"),
        (b":irc.example 465 * :You are banned from this server\r\n", "refused-by-policy"),
        (NOTICE + b"220 mx.example ESMTP\r\n", "broken-words"),
        (b"220 mx.example ESMTP\r\n", "other-protocol"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "other-protocol"),
        (b":nobody\r\n", "other-protocol"),
        (b"\r\n", "other-protocol"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_a_server_says_in_place_of_yes(heard: bytes, refusal: str, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, NOTICE + heard if refusal != "other-protocol" else heard, cut=cut)) == ASKED
    assert (layer.ready, layer.refusal) == (False, refusal)


def test_one_refusal_that_names_no_command_decides_nothing() -> None:
    """It may be CAP's."""
    layer = DIALECT.asks(SETTING)
    say(layer, b":irc.example 451 * :You have not registered\r\n")
    assert (layer.ready, layer.refusal) == (False, None)


def test_a_first_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, NOTICE)
    assert layer.from_peer(0, READY + RECORD).to_tls == (RECORD,)
    assert layer.refusal is None


def test_text_behind_ready_goes_to_nobody() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, NOTICE)
    assert layer.from_peer(0, READY + NOTICE).to_tls == ()
    assert layer.refusal == "text-before-tls"


def test_endless_notices_are_too_long() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, *[NOTICE * 100] * 20)
    assert layer.refusal == "too-long"


def test_cut_anywhere_it_is_not_ready() -> None:
    words = NOTICE + LISTED + READY
    for end in range(len(words)):
        layer = DIALECT.asks(SETTING)
        say(layer, words[:end])
        assert (layer.ready, layer.refusal) == (False, None)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"CAP LS 302\r\n", b":www.example CAP * LS :tls\r\n"),
        (b"CAP REQ :tls\r\n", b":www.example CAP * ACK :tls\r\n"),
        (b"CAP REQ :sasl batch\r\n", b":www.example CAP * NAK :sasl batch\r\n"),
        (b"PING :a b\r\n", b":www.example PONG www.example :a b\r\n"),
        (b"JOIN #test\r\n", b":www.example 451 * :You have not registered\r\n"),
        (b"NICK someone\r\nUSER a 0 * :b\r\n\r\nCAP END\r\n", None),
    ],
)
def test_the_server_answers_what_else_a_client_asks_and_waits_on(
    command: bytes, answer: bytes | None
) -> None:
    layer = DIALECT.grants(SETTING)
    said = list(say(layer, command))
    assert said[0].startswith(b":www.example 020 * :")
    assert said[1:] == ([] if answer is None else [answer])
    assert (layer.ready, layer.refusal) == (False, None)
    assert [step.split()[1] for step in layer.from_peer(0, b"starttls\r\n").to_peer] == [b"670"]
    assert layer.ready


def test_all_that_the_server_says_before_tls_begins_with_a_number_for_those_who_hear_no_more() -> None:
    """OpenSSL's `s_client -starttls irc` reads lines as long as they are numerics."""
    assert [line.split()[1] for line in say(DIALECT.grants(SETTING), b"STARTTLS\r\n")] == [b"020", b"670"]
    assert greeted_by(say(DIALECT.grants(SETTING))[0]) is DIALECT


def test_a_client_that_quits_gets_its_goodbye() -> None:
    layer = DIALECT.grants(SETTING)
    assert say(layer, b"QUIT :bye\r\n")[1].startswith(b"ERROR :")
    assert layer.refusal == "refused-by-policy"


@pytest.mark.parametrize(
    "greeting",
    [
        NOTICE,
        b"NOTICE AUTH :*** Looking up your hostname\r\n",
        b":irc.example 020 * :Please wait\r\n",
        b"ERROR :Closing Link: [127.0.0.1] (Too many connections)\r\n",
    ],
)
def test_it_is_known_by_its_greeting(greeting: bytes) -> None:
    assert greeted_by(greeting) is DIALECT


@pytest.mark.parametrize(
    "heard", [b":", b":irc.example ", b"ERROR :", b"NOTICE", b"PING :x\r\n", b": NOTICE x\r\n"]
)
def test_what_is_not_certain_is_not_claimed(heard: bytes) -> None:
    assert not DIALECT.greets(heard)


@given(
    st.lists(
        st.binary(max_size=40) | st.sampled_from([NOTICE, LISTED, NONE, READY, b":a 451\r\n"]), max_size=8
    )
)
def test_garbage_makes_neither_side_fail(words: list[bytes]) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        layer = side(SETTING)
        say(layer, *words)
        assert not (layer.ready and b"670" not in b"".join(words) and side is DIALECT.asks)
