"""Words in a generator: heard in pieces of any size, bounded, and never raising what a peer could bring about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hemostat.layers import Layer, Line, Refused, Spoken, Step, Until, Words, spoken
from hemostat.layers.spoken import HEARD, MOST_BYTES
from tests.dialects.talking import RECORD, SETTING, say

DIALOGUE = b"+OK ready\r\n<end>abcyes\n"


def words() -> Words:
    """One want of each kind."""
    if not (yield Line(20)).startswith(b"+OK"):
        raise Refused("other-protocol")
    yield b"first\r\n"
    yield b"second\r\n"
    yield Until(b"<end>", 10)
    if (yield 3) != b"abc":
        raise Refused("broken-words")
    if (yield Line()) != b"yes":
        raise Refused("no-tls")
    yield b"last\r\n"


def begun() -> Spoken:
    layer = Spoken(words())
    assert layer.start(0) == Step()
    return layer


def fed(layer: Layer, data: bytes, size: int) -> tuple[bytes, bytes]:
    """What went to the peer and to TLS."""
    to_peer, to_tls = b"", b""
    for at in range(0, len(data), size):
        step = layer.from_peer(0, data[at : at + size])
        to_peer += b"".join(step.to_peer)
        to_tls += b"".join(step.to_tls)
    return to_peer, to_tls


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_of_any_size_are_heard_alike(size: int) -> None:
    layer = begun()
    assert fed(layer, DIALOGUE + RECORD, size) == (b"first\r\nsecond\r\nlast\r\n", RECORD)
    assert (layer.ready, layer.refusal) == (True, None)


@given(st.integers(0, len(DIALOGUE) - 1))
def test_a_dialogue_cut_short_is_not_ready_and_no_refusal(end: int) -> None:
    layer = begun()
    fed(layer, DIALOGUE[:end], 100)
    layer.ended(1)
    assert (layer.ready, layer.refusal) == (False, None)


@given(st.binary(max_size=200), st.integers(1, 20))
@example(b"+OK" + b"x" * 17, 1)
def test_garbage_is_refused_or_waited_on_and_nothing_is_raised(garbage: bytes, size: int) -> None:
    layer = begun()
    fed(layer, garbage, size)
    assert layer.refusal in (None, "other-protocol", "too-long", "broken-words", "no-tls", "text-before-tls")
    whole = begun()
    fed(whole, garbage, 1000)
    assert (whole.refusal, whole.heard[: len(layer.heard)]) == (layer.refusal, layer.heard)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (b"-ERR\r\n", "other-protocol"),
        (b"+OK\n<end>abd", "broken-words"),
        (b"+OK\n<end>abcno\r\n", "no-tls"),
        (b"+OK" + b"x" * 17, "too-long"),
        (b"+OK" + b"x" * 16 + b"\r\n", "too-long"),
        (b"+OK\n" + b"y" * 10, "too-long"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_refusal_is_the_end_of_it(said: bytes, refusal: str, size: int) -> None:
    layer = begun()
    fed(layer, said, size)
    assert (layer.refusal, layer.ready) == (refusal, False)
    assert layer.from_peer(0, DIALOGUE) == Step()
    assert layer.from_tls(0, RECORD) == Step()


def test_what_was_said_before_a_refusal_is_sent() -> None:
    layer = begun()
    assert b"".join(layer.from_peer(0, b"+OK\n<end>abd").to_peer) == b"first\r\nsecond\r\n"


def test_a_line_as_long_as_its_limit_is_taken() -> None:
    layer = begun()
    assert layer.from_peer(0, b"+OK" + b"x" * 15 + b"\r\n").to_peer == (b"first\r\n", b"second\r\n")
    assert layer.refusal is None


@pytest.mark.parametrize("text", [b"250 injected\r\n", b"\x19", b"\x00"])
@pytest.mark.parametrize("with_the_last_word", [True, False])
def test_text_behind_the_last_word_goes_to_nobody(text: bytes, with_the_last_word: bool) -> None:
    layer = begun()
    if with_the_last_word:
        assert layer.from_peer(0, DIALOGUE + text).to_tls == ()
        assert not layer.ready
    else:
        layer.from_peer(0, DIALOGUE)
        assert layer.from_peer(0, text).to_tls == ()
    assert layer.refusal == "text-before-tls"
    assert layer.from_peer(0, RECORD).to_tls == ()


@pytest.mark.parametrize("first", range(20, 25))
def test_every_kind_of_record_may_follow_and_only_the_first_byte_is_looked_at(first: int) -> None:
    layer = begun()
    assert layer.from_peer(0, DIALOGUE + bytes([first])).to_tls == (bytes([first]),)
    assert layer.from_peer(0, b"what a record holds").to_tls == (b"what a record holds",)


def test_behind_a_proxy_what_follows_is_not_looked_at() -> None:
    layer = Spoken(words(), then_tls=False, too_long="proxy-broken")
    layer.start(0)
    assert layer.from_peer(0, DIALOGUE + b"220 mail\r\n").to_tls == (b"220 mail\r\n",)
    assert layer.refusal is None
    long = Spoken(words(), then_tls=False, too_long="proxy-broken")
    long.start(0)
    long.from_peer(0, b"x" * 20)
    assert long.refusal == "proxy-broken"


def endless() -> Words:
    while (yield Line()) != b"over":
        pass


@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_a_peer_that_talks_for_ever_is_too_long(size: int) -> None:
    layer = Spoken(endless())
    layer.start(0)
    fed(layer, b"more\r\n" * (MOST_BYTES // 6 + 1) + b"over\r\n", size)
    assert layer.refusal == "too-long"


def test_what_tls_sends_behind_the_last_word_is_no_word() -> None:
    layer = Spoken(endless())
    layer.start(0)
    flight = RECORD * (MOST_BYTES // len(RECORD) + 1)
    assert layer.from_peer(0, b"over\r\n" + flight).to_tls == (flight,)


def test_a_want_larger_than_all_that_may_be_said_is_too_long() -> None:
    def wants_all() -> Words:
        yield MOST_BYTES + 1

    layer = Spoken(wants_all())
    layer.start(0)
    fed(layer, b"x" * (MOST_BYTES + 1), 1 << 12)
    assert layer.refusal == "too-long"


def test_what_was_heard_is_kept_as_far_as_a_greeting_goes() -> None:
    layer = Spoken(endless())
    layer.start(0)
    for _ in range(HEARD):
        layer.from_peer(0, b"ab\n")
    assert layer.heard == (b"ab\n" * HEARD)[:HEARD]


def test_what_comes_before_the_start_waits() -> None:
    layer = Spoken(words())
    assert layer.from_peer(0, b"+OK\n") == Step()
    assert layer.start(0).to_peer == (b"first\r\n", b"second\r\n")


def test_each_connection_speaks_words_of_its_own() -> None:
    make = spoken(lambda setting: words())
    assert say(make(SETTING), DIALOGUE) == say(make(SETTING), DIALOGUE, cut=1)
