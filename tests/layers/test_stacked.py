"""Two layers, one behind the other: whose words are whose, both layers' timers, and what is heard behind a proxy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects import dialects
from hemostat.layers import Layer, Line, Refused, Spoken, Stacked, Step, Words
from tests.dialects.talking import RECORD, SETTING, say


def proxy() -> Layer:
    def words() -> Words:
        if (yield 2) != b"hi":
            raise Refused("proxy-broken")
        yield b"CONNECT\n"
        if (yield Line(16)) != b"done":
            raise Refused("proxy-refused")

    return Spoken(words(), then_tls=False, too_long="proxy-broken")


def service() -> Layer:
    def words() -> Words:
        if (yield Line(16)) != b"hello":
            raise Refused("other-protocol")
        yield b"STARTTLS\n"
        if (yield Line(16)) != b"ready":
            raise Refused("no-tls")

    return Spoken(words())


class Timed(Layer):
    """A layer of datagrams with a timer: it wraps all, and says again what it said `every` microseconds ago."""

    def __init__(self, name: bytes, every: int, *, needs: int = 0) -> None:
        self.name, self.every, self.rung = name, every, list[int]()
        self.ready = not needs
        self._needs = needs

    def start(self, now: int) -> Step:
        return Step((self.name,), (), now + self.every)

    def from_peer(self, now: int, data: bytes) -> Step:
        if not self.ready:
            self._needs -= 1
            self.ready = self._needs <= 0
            return Step((), (), now + self.every)
        return Step((), (data,), now + self.every)

    def from_tls(self, now: int, data: bytes) -> Step:
        return Step((self.name + data,))

    def time(self, now: int) -> Step:
        self.rung.append(now)
        return Step((b"again " + self.name,), (), now + self.every)


@pytest.mark.parametrize("cut", [0, 1, 2, 5])
def test_the_proxys_words_come_first_then_the_services_then_tls(cut: int) -> None:
    layer = Stacked(proxy(), service())
    assert say(layer, b"hidone\nhello\nready\n", cut=cut) == [b"CONNECT\n", b"STARTTLS\n"]
    assert (layer.ready, layer.refusal) == (True, None)
    assert layer.from_peer(0, RECORD) == Step((), (RECORD,))
    assert layer.from_tls(0, RECORD) == Step((RECORD,))


def test_all_in_one_piece_with_the_first_record_behind() -> None:
    layer = Stacked(proxy(), service())
    layer.start(0)
    assert layer.from_peer(0, b"hidone\nhello\nready\n" + RECORD) == Step(
        (b"CONNECT\n", b"STARTTLS\n"), (RECORD,)
    )


def test_what_the_proxy_says_is_never_heard_from_the_service() -> None:
    layer = Stacked(proxy(), service())
    say(layer, b"hido")
    assert layer.heard == b""
    layer.from_peer(0, b"ne\n220 mail\n")
    assert layer.heard == b"220 mail\n"
    assert layer.refusal == "other-protocol"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (b"hino\n", "proxy-refused"),
        (b"hi" + b"x" * 16, "proxy-broken"),
        (b"hidone\nno\n", "other-protocol"),
        (b"hidone\nhello\nno\n", "no-tls"),
        (b"hidone\n" + b"x" * 16, "too-long"),
        (b"hidone\nhello\nready\nand more\n", "text-before-tls"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_a_refusal_of_either_is_the_end(said: bytes, refusal: str, cut: int) -> None:
    layer = Stacked(proxy(), service())
    say(layer, said, cut=cut)
    assert layer.refusal == refusal
    assert layer.from_peer(0, RECORD) == Step()


def test_tls_without_words_begins_where_the_proxy_is_through() -> None:
    layer = Stacked(proxy(), Layer())
    say(layer, b"hidone")
    assert not layer.ready
    assert layer.from_peer(0, b"\n" + RECORD) == Step((), (RECORD,))
    assert layer.ready


@given(st.binary(max_size=100), st.sampled_from([b"", b"hidone\n", b"hidone\nhello\n"]), st.integers(1, 7))
def test_garbage_raises_nothing_in_pieces_of_any_size(garbage: bytes, before: bytes, cut: int) -> None:
    layer, whole = Stacked(proxy(), service()), Stacked(proxy(), service())
    said = say(layer, before + garbage, cut=cut)
    assert b"".join(say(whole, before + garbage)) == b"".join(said)
    assert layer.refusal == whole.refusal
    # What comes in pieces may be refused before all of it is there.
    assert whole.heard.startswith(layer.heard)


def test_both_layers_timers_are_kept_and_ring_apart() -> None:
    outer, inner = Timed(b"outer ", 70), Timed(b"inner ", 50)
    layer = Stacked(outer, inner)
    assert layer.start(100) == Step((b"outer ", b"outer inner "), (), 150)
    assert layer.time(149) == Step((), (), 150)
    assert layer.time(150) == Step((b"outer again inner ",), (), 170)
    assert layer.time(170) == Step((b"again outer ",), (), 200)
    assert (outer.rung, inner.rung) == ([170], [150])
    # Both at once.
    assert layer.time(300) == Step((b"again outer ", b"outer again inner "), (), 350)


def test_what_tls_sends_stops_no_timer() -> None:
    layer = Stacked(Timed(b"outer ", 70), Timed(b"inner ", 50))
    layer.start(100)
    assert layer.from_tls(110, b"hello") == Step((b"outer inner hello",), (), 150)


def test_before_the_outer_is_ready_the_inner_has_no_timer_and_no_word() -> None:
    inner = Timed(b"inner ", 50)
    layer = Stacked(Timed(b"outer ", 70, needs=1), inner)
    assert layer.start(0) == Step((b"outer ",), (), 70)
    assert layer.time(70) == Step((b"again outer ",), (), 140)
    assert layer.from_peer(80, b"yes") == Step((b"outer inner ",), (), 130)
    assert inner.rung == []


def test_a_layer_of_datagrams_goes_through_a_proxy_item_by_item() -> None:
    layer = Stacked(proxy(), Timed(b"in ", 50, needs=1))
    layer.start(0)
    assert layer.from_peer(5, b"hidone\n") == Step((b"CONNECT\n", b"in "), (), 55)
    assert layer.from_peer(6, b"ack") == Step((), (), 56)
    assert layer.from_tls(7, b"hello") == Step((b"in hello",), (), 56)
    assert layer.time(56) == Step((b"again in ",), (), 106)


@pytest.mark.parametrize("through", [False, True])
def test_an_end_is_told_to_the_layer_that_was_speaking(through: bool) -> None:
    told: list[str] = []

    class Ends(Timed):
        def ended(self, now: int) -> None:
            told.append(self.name.decode())

    layer = Stacked(Ends(b"outer", 1, needs=not through), Ends(b"inner", 1))
    layer.start(0)
    layer.ended(1)
    assert told == ["inner" if through else "outer"]


@pytest.mark.parametrize("name", [name for name, each in dialects().items() if each.transport == "tcp"])
def test_every_dialect_says_behind_a_proxy_what_it_says_without(name: str) -> None:
    alone, behind = dialects()[name].asks(SETTING), Stacked(proxy(), dialects()[name].asks(SETTING))
    first = alone.start(0).to_peer
    behind.start(0)
    said = behind.from_peer(0, b"hidone\n").to_peer[1:]
    assert len(said) == len(first)
    assert behind.ready == alone.ready


@pytest.mark.parametrize(
    ("said", "silent", "told"),
    [
        (b"", True, "proxy-timeout"),
        (b"hido", True, "proxy-timeout"),
        (b"", False, "proxy-broken"),
        (b"h", False, "proxy-broken"),
        (b"hi", False, "proxy-unreachable"),
        (b"hino\n", False, None),
        (b"hidone\n", False, None),
        (b"hidone\nhel", True, None),
    ],
)
def test_what_an_end_says_of_a_proxy(said: bytes, silent: bool, told: str | None) -> None:
    layer = Stacked(proxy(), service())
    say(layer, said)
    assert layer.cut_off(silent=silent) == told
