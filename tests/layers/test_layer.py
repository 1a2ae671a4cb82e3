"""The layer of no words, and the shapes that all layers share."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import ControlKey, Layer, Refusal, Setting, Step


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(min_value=0))
def test_it_passes_everything_through_both_ways_as_it_came(pieces: list[bytes], now: int) -> None:
    layer = Layer()
    assert layer.start(now) == Step()
    for piece in pieces:
        assert layer.from_peer(now, piece) == Step((), (piece,))
        assert layer.from_tls(now, piece) == Step((piece,))
    assert layer.time(now) == Step()


def test_tls_may_begin_at_once_and_an_end_means_nothing() -> None:
    layer = Layer()
    layer.ended(7)
    assert (layer.ready, layer.refusal, layer.heard) == (True, None, b"")


def test_each_refusal_is_explained_once() -> None:
    codes = get_args(Refusal)
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes)


def test_no_representation_shows_a_key() -> None:
    """They end up in logs and tracebacks."""
    key = ControlKey("tls-crypt", b"SECRET" * 42 + b"1234", True, cipher=lambda key, counter, data: data)
    shown = [repr(key), str(key), f"{key}", repr(Setting("a.example", 1194, bytes, key=key))]
    assert all("SECRET" not in each and "tls-crypt" in each for each in shown)
