"""Network UPS Tools' STARTTLS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.nut import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say


@pytest.mark.parametrize("cut", [0, 1])
def test_one_line_each_way(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.said == [b"STARTTLS\n", b"OK STARTTLS\n"]
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"ERR FEATURE-NOT-CONFIGURED\n", "no-tls"),
        (b"ERR FEATURE-NOT-SUPPORTED\n", "no-tls"),
        (b"ERR UNKNOWN-COMMAND\n", "no-tls"),
        (b"ERR ACCESS-DENIED\n", "refused-by-policy"),
        (b"ERR\n", "refused-by-policy"),
        (b"220 mail.example ESMTP\r\n", "other-protocol"),
        (b"\n", "other-protocol"),
        (b"OK STARTTLS\n500 OOPS\n", "text-before-tls"),
    ],
)
def test_what_else_it_may_say(answer: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, answer)
    assert layer.refusal == refusal


def test_it_is_known_by_its_errors_alone() -> None:
    assert DIALECT.greets(b"ERR UNKNOWN-COMMAND\n")
    assert not DIALECT.greets(b"ERROR\r\n"), "memcached's"
    assert not DIALECT.greets(b"ERR wrong number of arguments\r\n")


def test_a_record_behind_the_word_is_tls() -> None:
    layer = DIALECT.asks(SETTING)
    layer.start(0)
    assert layer.from_peer(0, b"OK STARTTLS\n" + RECORD).to_tls == (RECORD,)


def test_the_server_gives_nothing_before_tls_and_not_for_ever() -> None:
    layer = DIALECT.grants(SETTING)
    assert say(layer, b"LIST UPS\n", b"\n") == [b"ERR ACCESS-DENIED\n"] * 2
    assert list(layer.from_peer(0, b"LOGOUT\n").to_peer) == [b"OK Goodbye\n"]
    assert layer.refusal == "refused-by-policy"
    tireless = DIALECT.grants(SETTING)
    assert len(say(tireless, b"VER\n" * 100)) == 32
    assert tireless.refusal is not None


@given(st.binary(max_size=600))
def test_whatever_is_said_raises_nothing(data: bytes) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        say(side(SETTING), data)
