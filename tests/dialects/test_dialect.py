import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import Dialect, dialects
from hemostat.layers import Layer, Step
from tests.dialects.talking import RECORD, SETTING, meet

pieces = st.lists(st.binary(max_size=50), max_size=8)
clocks = st.integers(0, 1 << 62)


def test_a_step_asks_for_nothing_by_itself() -> None:
    assert Step() == Step(to_peer=(), to_tls=(), wake_at=None)


def test_the_layer_of_no_words_is_ready_from_the_first_byte() -> None:
    layer = Layer()
    assert layer.ready
    assert layer.refusal is None
    assert layer.start(0) == Step()
    assert layer.time(1) == Step()


@given(pieces, clocks)
def test_bytes_go_through_unchanged_both_ways(data: list[bytes], now: int) -> None:
    """Whole as they come: over UDP a piece is a datagram, and stays one."""
    layer = Layer()
    layer.start(now)
    for piece in data:
        assert layer.from_peer(now, piece) == Step(to_tls=(piece,))
        assert layer.from_tls(now, piece) == Step(to_peer=(piece,))


def test_a_record_of_16_kib_and_the_longest_datagram_go_through() -> None:
    for size in (5 + 16384, 65507):
        assert Layer().from_peer(0, bytes(size)).to_tls == (bytes(size),)
        assert Layer().from_tls(0, bytes(size)).to_peer == (bytes(size),)


@given(st.binary(max_size=200), clocks)
def test_byte_by_byte_as_well_as_whole(data: bytes, now: int) -> None:
    layer = Layer()
    steps = [layer.from_peer(now, data[at : at + 1]) for at in range(len(data))]
    assert b"".join(piece for step in steps for piece in step.to_tls) == data
    assert not any(step.to_peer or step.wake_at is not None for step in steps)
    assert layer.from_peer(now, data).to_tls == (data,)


@given(pieces, st.lists(clocks, max_size=4))
def test_the_layer_of_no_words_never_wants_to_be_woken(data: list[bytes], times: list[int]) -> None:
    layer = Layer()
    steps = [layer.start(0), *map(layer.time, times)]
    steps += [layer.from_peer(0, piece) for piece in data] + [layer.from_tls(0, piece) for piece in data]
    assert {step.wake_at for step in steps} == {None}
    assert (layer.ready, layer.refusal) == (True, None)


# What `Probe` relies on, of whatever dialect.


@pytest.mark.parametrize("dialect", dialects().values(), ids=lambda item: str(item.name))
def test_a_dialect_gives_each_connection_a_layer_of_its_own(dialect: Dialect) -> None:
    for side in (dialect.asks, dialect.grants):
        first, second = side(SETTING), side(SETTING)
        assert isinstance(first, Layer)
        assert first is not second


@pytest.mark.parametrize("dialect", dialects().values(), ids=lambda item: str(item.name))
def test_a_dialect_can_be_told_everything_that_a_layer_can(dialect: Dialect) -> None:
    for side in (dialect.asks, dialect.grants):
        layer = side(SETTING)
        for verb in ("start", "from_peer", "from_tls", "time"):
            ours, theirs = getattr(Layer, verb), getattr(type(layer), verb)
            assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
        assert isinstance(layer.start(0), Step)


@pytest.mark.parametrize("dialect", dialects().values(), ids=lambda item: str(item.name))
@given(data=st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_a_peer_says_a_layer_takes_it(dialect: Dialect, data: list[bytes]) -> None:
    for side in (dialect.asks, dialect.grants):
        layer = side(SETTING)
        layer.start(0)
        for now, piece in enumerate(data):
            assert isinstance(layer.from_peer(now, piece), Step)
            assert layer.refusal is None or layer.refusal


SPOKEN = [dialect for dialect in dialects().values() if dialect.has_words]


@pytest.mark.parametrize("cut", [0, 1, 2, 7])
@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda item: str(item.name))
def test_both_sides_of_a_dialect_come_to_tls(dialect: Dialect, cut: int) -> None:
    met = meet(dialect, cut=cut)
    assert (met.asks.refusal, met.grants.refusal) == (None, None)
    assert met.asks.ready
    down = met.asks.from_tls(0, RECORD).to_peer
    heard = [piece for data in down for piece in met.grants.from_peer(0, data).to_tls]
    assert met.grants.ready
    assert b"".join(heard) == RECORD


@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda item: str(item.name))
def test_its_words_take_the_round_trips_that_it_says(dialect: Dialect) -> None:
    """A turn is what one side hears before it speaks again: the hello goes out in the turn after the last one heard."""
    met = meet(dialect)
    runs = [who for who, before in zip(met.order, ["", *met.order], strict=False) if who != before]
    assert runs.count("asks") <= dialect.round_trips + 1


@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda item: str(item.name))
@given(at=st.integers(0, 2000), noise=st.binary(max_size=40))
def test_words_that_are_cut_or_garbled_end_in_no_exception(dialect: Dialect, at: int, noise: bytes) -> None:
    said = b"".join(meet(dialect).to_asks)
    for words in (said[: at % (len(said) + 1)], said[: at % (len(said) + 1)] + noise):
        layer = dialect.asks(SETTING)
        layer.start(0)
        layer.from_peer(0, words)
        layer.ended(1)
        assert isinstance(layer.ready, bool)


@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda item: str(item.name))
def test_a_flood_of_words_is_bounded(dialect: Dialect) -> None:
    for side in (dialect.asks, dialect.grants):
        layer = side(SETTING)
        layer.start(0)
        for _ in range(64):
            step = layer.from_peer(0, b"220-and on and on\r\n" * 200)
            assert sum(map(len, step.to_peer)) < 1 << 16
        assert not layer.ready
