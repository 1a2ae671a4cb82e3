"""NNTP's STARTTLS, by hand: what real servers say, and what nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import greeted_by
from hemostat.dialects.nntp import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

GREETING = b"200 news.example InterNetNews NNRP server INN 2.7.1 ready (posting ok)\r\n"
TRANSIT = b"200 news.example InterNetNews server INN 2.7.1 ready (transit mode)\r\n"
OFFERED = b"101 Capability list:\r\nVERSION 2\r\nIMPLEMENTATION INN 2.7.1\r\nREADER\r\nSTARTTLS\r\n.\r\n"
MODE_READER = b"101 Capability list:\r\nVERSION 2\r\nIHAVE\r\nMODE-READER\r\nSTREAMING\r\n.\r\n"
NONE = b"101 Capability list:\r\nVERSION 2\r\nREADER\r\nLIST ACTIVE STARTTLS\r\n.\r\n"
READY = b"382 Begin TLS negotiation now\r\n"
ASKED = [b"CAPABILITIES\r\n", b"STARTTLS\r\n"]


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_come_to_tls_in_the_round_trips_that_it_declares(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert (met.asks.ready, met.grants.ready, met.asks.refusal, met.grants.refusal) == (
        True,
        True,
        None,
        None,
    )
    assert [line for line in met.said if line in ASKED] == ASKED
    assert len(met.said) - len(ASKED) == DIALECT.round_trips


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("greeting", [GREETING, b"201 posting prohibited\r\n", b"200 hi\n"])
def test_a_reader_is_offered_tls_and_asks_for_it(greeting: bytes, cut: int) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting, OFFERED, READY, cut=cut)) == ASKED
    assert layer.ready


def test_a_server_in_transit_is_asked_to_serve_readers_first() -> None:
    layer = DIALECT.asks(SETTING)
    said = say(layer, TRANSIT, MODE_READER, GREETING, OFFERED, READY)
    assert list(said) == [ASKED[0], b"MODE READER\r\n", *ASKED]
    assert layer.ready


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ((b"502 Transit service only\r\n",), "refused-by-policy"),
        ((b"400 Loadav too high\r\n",), "tls-unavailable"),
        ((GREETING, NONE, b"500 What?\r\n"), "no-tls"),
        ((GREETING, MODE_READER, b"503 No\r\n"), "no-tls"),
        ((GREETING, MODE_READER, b"502 No\r\n"), "no-tls"),
        ((GREETING, MODE_READER, b"483 Encryption first\r\n"), "refused-by-policy"),
    ],
)
def test_a_server_in_transit_may_not_serve_readers_or_not_by_tls(
    answers: tuple[bytes, ...], refusal: str
) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, TRANSIT, MODE_READER, *answers)).count(b"MODE READER\r\n") == 1
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("greeting", "refusal"),
    [
        (b"400 Too many connections\r\n", "tls-unavailable"),
        (b"480 Authentication required\r\n", "tls-after-login"),
        (b"502 You have no permission to talk.  Goodbye.\r\n", "refused-by-policy"),
        (b"220 mx.example ESMTP\r\n", "other-protocol"),
        (b"HTTP/1.1 400 Bad Request\r\n", "other-protocol"),
    ],
)
def test_who_does_not_greet_as_ready_is_asked_for_nothing(greeting: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, greeting)) == []
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("listed", "refusal"),
    [
        (b"400 Going down\r\n", "tls-unavailable"),
        (b"101 list\r\n" + b"X\r\n" * 300, "too-long"),
    ],
)
def test_a_list_that_does_not_come_ends_it(listed: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, GREETING, listed)) == ASKED[:1]
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    ("listed", "answer", "refusal"),
    [
        (NONE, b"500 What?\r\n", "no-tls"),
        (NONE, b"480 Authentication required\r\n", "tls-after-login"),
        (NONE, b"580 Error\r\n", "tls-unavailable"),
        (b"101 Capability list:\r\nVERSION 2\r\nXXXXXXXA\r\n.\r\n", b"500 What?\r\n", "stripped"),
        (OFFERED, b"580 Error initializing TLS\r\n", "tls-unavailable"),
        (OFFERED, b"483 Stronger encryption required\r\n", "refused-by-policy"),
        (OFFERED, b"502 Already authenticated\r\n", "refused-by-policy"),
        (OFFERED, b"500 What?\r\n", "refused-by-policy"),
        (OFFERED, b"480 Authentication required\r\n", "tls-after-login"),
        (OFFERED, b"200 fine\r\n", "broken-words"),
        (b"500 What?\r\n", b"500 What?\r\n", "no-tls"),
        (b"480 Authentication required\r\n", b"480 Authentication required\r\n", "tls-after-login"),
        (b"500 What?\r\n", b"502 Access denied\r\n", "refused-by-policy"),
    ],
)
def test_what_a_server_says_in_place_of_yes(listed: bytes, answer: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    assert list(say(layer, GREETING, listed, answer)) == ASKED
    assert (layer.ready, layer.refusal) == (False, refusal)


@pytest.mark.parametrize(
    "listed", [b"500 What?\r\n", b"480 Authentication required\r\n", b"483 TLS first\r\n"]
)
def test_a_server_that_tells_no_capabilities_is_asked_all_the_same(listed: bytes) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING, listed, READY)
    assert layer.ready


def test_a_first_record_behind_ready_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING, OFFERED)
    assert layer.from_peer(0, READY + RECORD).to_tls == (RECORD,)
    assert layer.refusal is None


def test_text_behind_ready_goes_to_nobody() -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, GREETING, OFFERED)
    assert layer.from_peer(0, READY + b"281 Welcome\r\n").to_tls == ()
    assert layer.refusal == "text-before-tls"


@pytest.mark.parametrize(
    "words", [GREETING + OFFERED + READY, TRANSIT + MODE_READER + GREETING + OFFERED + READY]
)
def test_cut_anywhere_it_is_not_ready(words: bytes) -> None:
    for end in range(len(words)):
        layer = DIALECT.asks(SETTING)
        say(layer, words[:end])
        assert (layer.ready, layer.refusal) == (False, None)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"capabilities\r\n", b"101 Capability list:\r\nVERSION 2\r\n"),
        (b"MODE READER\r\n", b"201 "),
        (b"GROUP misc.test\r\n", b"483 "),
        (b"HELP\r\n", b"100 "),
        (b"\r\n", b"500 "),
        (b"XSECRET\r\n", b"500 "),
    ],
)
def test_the_server_answers_what_else_a_client_asks_and_waits_on(command: bytes, answer: bytes) -> None:
    layer = DIALECT.grants(SETTING)
    said = say(layer, command)
    assert said[0] == b"200 www.example NNTP server ready\r\n"
    assert said[1].startswith(answer)
    assert (layer.ready, layer.refusal) == (False, None)
    assert [step[:4] for step in layer.from_peer(0, b"STARTTLS\r\n").to_peer] == [b"382 "]
    assert layer.ready


def test_a_client_that_quits_gets_its_goodbye() -> None:
    layer = DIALECT.grants(SETTING)
    assert say(layer, b"QUIT\r\n")[1] == b"205 Bye\r\n"
    assert layer.refusal == "refused-by-policy"


@pytest.mark.parametrize("greeting", [GREETING, TRANSIT, b"201 Leafnode NNTP Daemon, version 1.12.0\r\n"])
def test_it_is_known_by_its_greeting(greeting: bytes) -> None:
    assert greeted_by(greeting) is DIALECT


@pytest.mark.parametrize(
    "heard", [b"200", b"200 ready\r\n", b"220 NNTP\r\n", b"400 NNTP server unavailable\r\n"]
)
def test_what_is_not_certain_is_not_claimed(heard: bytes) -> None:
    assert not DIALECT.greets(heard)


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([GREETING, OFFERED, MODE_READER, READY]), max_size=8)
)
def test_garbage_makes_neither_side_fail(words: list[bytes]) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        layer = side(SETTING)
        say(layer, *words)
        assert not (layer.ready and b"382" not in b"".join(words) and side is DIALECT.asks)
