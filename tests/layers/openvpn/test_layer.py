import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.layers import ControlKey, Layer, Setting, Step
from hemostat.layers.openvpn.control_key import ControlKeyError
from hemostat.layers.openvpn.layer import LARGEST_PACKET, OpenVpn, begins_a_session, openvpn
from hemostat.layers.openvpn.packets import HEAD, MOST_ACKS_BESIDE, Packet, body, head, parse
from hemostat.layers.openvpn.reliability import FIRST_TIMEOUT, RECEIVE_WINDOW, SEND_WINDOW
from tests.dialects.talking import SETTING
from tests.layers.openvpn.keys import KEY, pairs
from tests.layers.openvpn.path import DELAY, Path

MUCH = random.Random(20).randbytes(100 * 1024)
THEIRS = b"theirses"
RESET_BY_CLIENT, RESET_BY_SERVER, CONTROL, ACK = 7, 8, 4, 5


def sides(kind: str = "plain", *, stream: bool = False) -> tuple[Layer, Layer]:
    """A client and a server."""
    of_client, of_server = pairs()[kind]
    return (
        openvpn(client=True, stream=stream)(SETTING._replace(key=of_client)),
        openvpn(client=False, stream=stream)(SETTING._replace(key=of_server)),
    )


def client(*, stream: bool = False, key: ControlKey | None = None) -> tuple[Layer, bytes]:
    """A client that has sent its reset, and its session id."""
    layer = openvpn(client=True, stream=stream)(SETTING._replace(key=key))
    (reset,) = layer.start(0).to_peer
    return layer, reset[2 * stream :][1:HEAD]


def server(*, stream: bool = False, key: ControlKey | None = None) -> Layer:
    layer = openvpn(client=False, stream=stream)(SETTING._replace(key=key))
    assert layer.start(0) == Step()
    return layer


def packet(
    opcode: int,
    acks: tuple[int, ...],
    ours: bytes,
    number: int | None,
    payload: bytes = b"",
    session: bytes = THEIRS,
) -> bytes:
    made = Packet(opcode, session, acks, ours if acks else None, number, payload)
    return head(made) + body(made)


def framed(*items: bytes) -> bytes:
    return b"".join(len(item).to_bytes(2) + item for item in items)


def read(data: bytes) -> Packet:
    found = parse(data[:HEAD], data[HEAD:])
    assert found is not None
    return found


def read_all(step: Step) -> list[Packet]:
    return [read(data) for data in step.to_peer]


# -- the begin -------------------------------------------------------------------------------------------------


def test_a_reset_each_then_tls() -> None:
    asks, grants = sides()
    (reset,) = asks.start(0).to_peer
    assert read(reset) == Packet(RESET_BY_CLIENT, reset[1:HEAD], number=0)
    (answer,) = grants.from_peer(0, reset).to_peer
    assert read(answer) == Packet(RESET_BY_SERVER, answer[1:HEAD], (0,), reset[1:HEAD], 0)
    assert (asks.ready, grants.ready) == (False, True)
    step = asks.from_peer(0, answer)
    assert read_all(step) == [Packet(ACK, reset[1:HEAD], (0,), answer[1:HEAD])]
    assert asks.ready
    assert read_all(asks.from_tls(0, b"hello")) == [
        Packet(CONTROL, reset[1:HEAD], (0,), answer[1:HEAD], 1, b"hello")
    ]


def test_tls_that_speaks_too_early_waits_for_the_reset() -> None:
    layer, ours = client()
    assert layer.from_tls(0, b"hello").to_peer == ()
    told = read_all(layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0)))
    assert [each.payload for each in told if each.opcode == CONTROL] == [b"hello"]


@pytest.mark.parametrize(
    "answer",
    [
        packet(RESET_BY_SERVER, (0,), b"somebody", 0),
        packet(RESET_BY_SERVER, (), b"", 0),
        packet(RESET_BY_CLIENT, (), b"", 0),
        packet(CONTROL, (), b"", 1, b"tls"),
        packet(CONTROL, (0,), b"somebody", 1, b"tls"),
    ],
    ids=["for another", "for nobody", "a client's", "no reset", "no reset, for another"],
)
def test_over_udp_nothing_counts_that_does_not_name_our_session(answer: bytes) -> None:
    layer, _ = client()
    assert layer.from_peer(0, answer)._replace(wake_at=None) == Step()
    assert (layer.ready, layer.refusal) == (False, None)


def test_an_acknowledgement_lets_the_session_be_known_and_a_reset_that_names_nobody_follow() -> None:
    """The reset that named us was lost; a server sends it again without what it has acknowledged since."""
    layer, ours = client()
    layer.from_peer(0, packet(ACK, (0,), ours, None))
    assert not layer.ready
    layer.from_peer(0, packet(RESET_BY_SERVER, (), b"", 0))
    assert layer.ready


def test_a_control_packet_that_overtakes_the_reset_waits_for_it() -> None:
    layer, ours = client()
    assert layer.from_peer(0, packet(CONTROL, (0,), ours, 1, b"tls")).to_tls == ()
    assert not layer.ready
    assert layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0)).to_tls == (b"tls",)
    assert layer.ready


def test_a_number_of_0_is_a_reset_or_nothing() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(CONTROL, (0,), ours, 0, b"tls"))
    assert not layer.ready


def test_two_clients_or_two_servers_have_nothing_to_say_to_one_another() -> None:
    layer, ours = client()
    assert layer.from_peer(0, packet(RESET_BY_CLIENT, (0,), ours, 0)).to_peer == ()
    grants = server()
    assert grants.from_peer(0, packet(RESET_BY_SERVER, (), b"", 0)) == Step()
    assert (layer.ready, grants.ready) == (False, False)


def test_what_a_reset_carries_is_not_for_tls() -> None:
    """2.6 writes there what it can do."""
    layer, ours = client()
    assert layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0, b"\0\1\0\2\0\1")).to_tls == ()
    assert layer.ready


def test_when_the_session_stands_no_other_gets_a_word_in() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))
    for session in (b"somebody", THEIRS):
        step = layer.from_peer(0, packet(CONTROL, (), b"", 1, b"tls", session))
        assert step.to_tls == ((b"tls",) if session == THEIRS else ())
    grants = server()
    grants.from_peer(0, packet(RESET_BY_CLIENT, (), b"", 0))
    assert grants.from_peer(0, packet(RESET_BY_CLIENT, (), b"", 0, session=b"somebody")).to_peer == ()


def test_a_server_over_tcp_may_speak_first() -> None:
    """RouterOS's does: its reset acknowledges nothing."""
    layer, _ = client(stream=True)
    first = framed(packet(RESET_BY_SERVER, (), b"", 0))
    assert begins_a_session(first)
    layer.from_peer(0, first)
    assert layer.ready


@pytest.mark.parametrize(
    "heard",
    [
        b"",
        framed(packet(RESET_BY_SERVER, (), b"", 0))[:-1],
        framed(packet(RESET_BY_SERVER, (), b"", 1)),
        framed(packet(RESET_BY_CLIENT, (), b"", 0)),
        b"220 mx.example ESMTP\r\n",
        b"\x00\x0e\x00" + bytes(13),
    ],
)
def test_nothing_else_begins_a_session(heard: bytes) -> None:
    assert not begins_a_session(heard)


def test_a_lost_reset_goes_again() -> None:
    layer, _ = client()
    assert layer.time(FIRST_TIMEOUT - 1).to_peer == ()
    (again,) = layer.time(FIRST_TIMEOUT).to_peer
    assert read(again).opcode == RESET_BY_CLIENT
    assert layer.time(FIRST_TIMEOUT).wake_at == 3 * FIRST_TIMEOUT


def test_over_tcp_nobody_has_to_be_woken() -> None:
    asks, grants = sides(stream=True)
    path = Path((asks, grants), random.Random(1), stream=True)
    path.begin()
    path.say(0, MUCH)
    assert asks.time(1 << 60) == Step()
    path.run()
    assert bytes(path.got[1]) == MUCH


# -- carrying --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", pairs())
@settings(max_examples=8)
@given(
    seed=st.integers(0, 1 << 32),
    loss=st.integers(0, 20),
    doubling=st.integers(0, 30),
    swapping=st.integers(0, 50),
)
def test_100_kib_each_way_over_a_bad_path(
    kind: str, seed: int, loss: int, doubling: int, swapping: int
) -> None:
    path = Path(sides(kind), random.Random(seed), loss, doubling, swapping)
    path.begin()
    for at in range(0, len(MUCH), 16_000):
        path.say(0, MUCH[at : at + 16_000])
        path.say(1, MUCH[::-1][at : at + 16_000])
    path.run()
    assert bytes(path.got[1]) == MUCH
    assert bytes(path.got[0]) == MUCH[::-1]
    assert path.largest <= LARGEST_PACKET


@pytest.mark.parametrize("kind", pairs())
@settings(max_examples=5)
@given(seed=st.integers(0, 1 << 32))
def test_100_kib_each_way_over_a_stream_in_any_pieces(kind: str, seed: int) -> None:
    path = Path(sides(kind, stream=True), random.Random(seed), stream=True)
    path.begin()
    path.say(0, MUCH)
    path.say(1, MUCH[::-1])
    path.run()
    assert (bytes(path.got[1]), bytes(path.got[0])) == (MUCH, MUCH[::-1])


def test_a_good_path_carries_each_byte_once_and_sends_nothing_again() -> None:
    path = Path(sides(), random.Random(3))
    path.begin()
    path.run(10 * DELAY)
    path.say(0, MUCH[:16_373])
    path.run()
    packets = -(-16_373 // 1184)
    assert path.sent == 3 + 2 * packets


def test_16_kib_take_two_round_trips_and_a_window_is_kept() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))
    first = read_all(layer.from_tls(0, bytes(16_373)))
    assert [each.number for each in first] == list(range(1, 1 + SEND_WINDOW))
    second = read_all(layer.from_peer(1, packet(ACK, tuple(range(1, 9)), ours, None)))
    assert [each.number for each in second] == list(range(9, 15))
    assert sum(len(each.payload) for each in first + second) == 16_373


def test_what_comes_in_one_piece_of_a_stream_is_acknowledged_in_one() -> None:
    layer, ours = client(stream=True)
    came = [
        packet(RESET_BY_SERVER, (0,), ours, 0),
        *(packet(CONTROL, (), b"", n, b"tls") for n in range(1, 6)),
    ]
    step = layer.from_peer(0, framed(*came))
    assert step.to_tls == (b"tls",) * 5
    (out,) = step.to_peer
    assert int.from_bytes(out[:2]) == len(out) - 2
    assert read(out[2:]).acks == (0, 1, 2, 3, 4, 5)


def test_more_than_one_acknowledgement_holds_are_told_in_two() -> None:
    layer, ours = client(stream=True)
    came = [
        packet(RESET_BY_SERVER, (0,), ours, 0),
        *(packet(CONTROL, (), b"", n, b"tls") for n in range(1, 12)),
    ]
    (out,) = layer.from_peer(0, framed(*came)).to_peer
    first, second = out[2 : 2 + int.from_bytes(out[:2])], out[4 + int.from_bytes(out[:2]) :]
    assert read(first).acks + read(second).acks == tuple(range(12))


def test_what_is_not_of_this_session_is_passed_over_once_it_stands() -> None:
    """Packets of the data channel, and of a TLS session that takes over, are none of ours."""
    layer, ours = client(stream=True)
    layer.from_peer(0, framed(packet(RESET_BY_SERVER, (0,), ours, 0)))
    for other in (b"\x48" + bytes(60), b"\x19" + bytes(30), b"\0"):
        assert layer.from_peer(0, framed(other)) == Step()
    assert layer.refusal is None


def test_acknowledgements_ride_on_what_goes_out_anyway() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))
    layer.from_tls(0, bytes(20_000))
    told = read_all(layer.from_peer(0, packet(CONTROL, (1, 2), ours, 1, b"tls")))
    assert [(each.opcode, each.acks) for each in told] == [(CONTROL, (1, 0)), (CONTROL, (1, 0))]
    assert len(told[0].acks) <= MOST_ACKS_BESIDE


# -- who it is not ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"220 mx ESMTP\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
)
def test_another_protocol_over_tcp_is_told_at_once_and_handed_back(words: bytes) -> None:
    layer, _ = client(stream=True)
    assert layer.from_peer(0, words) == Step()
    assert (layer.refusal, layer.heard, layer.ready) == ("other-protocol", words, False)
    assert layer.from_peer(0, words) == layer.from_tls(0, b"hello") == layer.time(1) == Step()


@pytest.mark.parametrize(
    ("heard", "refusal"),
    [
        (b"\x40" + bytes(50), "needs-key"),
        (b"\x28" + bytes(50), "needs-key"),
        (b"\x40" + bytes(20), "other-protocol"),
        (b"\x15\xfe\xfd" + bytes(50), "other-protocol"),
        (b"", None),
    ],
)
def test_over_udp_what_was_heard_is_judged_at_the_end(heard: bytes, refusal: str | None) -> None:
    layer, _ = client()
    if heard:
        layer.from_peer(0, heard)
    assert layer.refusal is None
    layer.ended(1)
    assert layer.refusal == refusal


def test_it_is_judged_by_the_first_datagram() -> None:
    layer, _ = client()
    for heard in (b"\x40" + bytes(20), b"\x40" + bytes(50)):
        layer.from_peer(0, heard)
    assert layer.heard == b"\x40" + bytes(20)


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind != "plain"])
def test_a_server_that_answers_in_the_clear_is_spoken_to_in_the_clear(kind: str) -> None:
    """OpenVPN 2.6 without a key takes the head of a reset under one for a reset."""
    layer, ours = client(key=pairs()[kind][0])
    for other in (packet(RESET_BY_SERVER, (0,), b"somebody", 0), packet(CONTROL, (0,), ours, 1, b"tls")):
        assert layer.from_peer(0, other).to_peer == ()
    assert read_all(layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))) == [
        Packet(ACK, ours, (0,), THEIRS)
    ]
    assert read_all(layer.from_tls(0, b"hello"))[0].payload == b"hello"


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind != "plain"])
def test_a_session_under_a_key_is_not_talked_out_of_it(kind: str) -> None:
    path = Path(sides(kind), random.Random(5))
    path.begin()
    path.run(10 * DELAY)
    asks, grants = path.sides
    (wrapped,) = asks.from_tls(path.now, b"hello").to_peer
    clear = packet(RESET_BY_SERVER, (0,), wrapped[1:HEAD], 0)
    assert asks.from_peer(path.now, clear)._replace(wake_at=None) == Step()
    assert grants.from_peer(path.now, wrapped).to_tls == (b"hello",)
    (again,) = asks.from_tls(path.now, b"more").to_peer
    assert grants.from_peer(path.now, again).to_tls == (b"more",)


def test_a_session_that_stands_ends_without_a_word() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))
    layer.ended(1)
    assert layer.refusal is None


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind != "plain"])
@pytest.mark.parametrize("stream", [False, True])
def test_without_the_key_a_server_says_nothing_and_knows_why(kind: str, stream: bool) -> None:
    asks, grants = sides(kind, stream=stream)[0], server(stream=stream)
    (reset,) = asks.start(0).to_peer
    assert grants.from_peer(0, reset).to_peer == ()
    grants.ended(1)
    assert (grants.ready, grants.refusal) == (False, "needs-key")


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind != "plain"])
def test_a_server_with_a_key_answers_to_nobody_without(kind: str) -> None:
    grants = server(key=pairs()[kind][1])
    _, ours = client()
    assert grants.from_peer(0, packet(RESET_BY_CLIENT, (), b"", 0, session=ours)).to_peer == ()
    assert not grants.ready


def test_a_client_with_a_wrapped_key_of_its_own_is_known() -> None:
    grants = server()
    grants.from_peer(0, b"\x50" + bytes(300))
    grants.ended(1)
    assert grants.refusal == "needs-key"


def test_a_key_that_cannot_be_used_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ControlKeyError):
        client(key=ControlKey("tls-crypt", KEY))


# -- enemies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", pairs())
@settings(max_examples=30)
@given(pieces=st.lists(st.binary(max_size=80), max_size=8), asks=st.booleans())
def test_garbage_never_raises_and_is_never_tls(
    kind: str, stream: bool, pieces: list[bytes], asks: bool
) -> None:
    layer = sides(kind, stream=stream)[not asks]
    layer.start(0)
    for piece in pieces:
        assert layer.from_peer(0, piece).to_tls == ()
    layer.ended(0)
    assert not layer.ready or kind == "plain"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([RESET_BY_SERVER, RESET_BY_CLIENT, CONTROL, ACK]),
            st.lists(st.integers(0, 1 << 32).map(lambda n: n % (1 << 32)) | st.integers(0, 12), max_size=8),
            st.integers(0, 20) | st.just((1 << 32) - 1),
            st.binary(max_size=20),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_a_peer_that_says_anything_in_any_order_is_borne_in_bounded_memory(
    said: list[tuple[int, list[int], int, bytes, bool]],
) -> None:
    layer, ours = client()
    assert isinstance(layer, OpenVpn)
    layer.from_tls(0, bytes(30_000))
    for at, (opcode, acks, number, payload, named) in enumerate(said):
        acked = tuple(acks) if named or opcode == ACK else ()
        if opcode == ACK and not acked:
            acked = (0,)
        alone = opcode == ACK
        step = layer.from_peer(
            at, packet(opcode, acked, ours, None if alone else number, b"" if alone else payload)
        )
        assert all(len(each) <= LARGEST_PACKET for each in step.to_peer)
        assert len(step.to_peer) <= 2 * SEND_WINDOW + 1
        assert len(layer._receiver._kept) < RECEIVE_WINDOW
        assert len(layer._sender._under_way) <= SEND_WINDOW


@pytest.mark.parametrize("length", [b"\0\0", b"\x08\x01", b"\xff\xff"])
def test_a_stream_that_breaks_its_frames_is_broken(length: bytes) -> None:
    layer, ours = client(stream=True)
    layer.from_peer(0, framed(packet(RESET_BY_SERVER, (0,), ours, 0)))
    assert layer.from_peer(0, framed(packet(CONTROL, (), b"", 1, b"tls")) + length) == Step()
    assert layer.refusal == "broken-words"


def test_what_begins_otherwise_is_not_listened_to_further() -> None:
    layer, ours = client(stream=True)
    assert layer.from_peer(0, framed(b"words", packet(RESET_BY_SERVER, (0,), ours, 0))) == Step()
    assert (layer.ready, layer.refusal) == (False, "other-protocol")


def test_a_frame_that_never_ends_is_kept_up_to_its_length() -> None:
    layer, _ = client(stream=True)
    assert isinstance(layer, OpenVpn)
    for _ in range(2 + 0x0707 - 1):
        layer.from_peer(0, b"\x07")
    assert (len(layer._frames), layer.refusal) == (2 + 0x0707 - 1, None)
    layer.from_peer(0, b"\x07")
    assert (len(layer._frames), layer.refusal) == (0, "other-protocol")


def test_a_peer_that_acknowledges_nothing_does_not_fill_the_memory() -> None:
    layer, ours = client()
    layer.from_peer(0, packet(RESET_BY_SERVER, (0,), ours, 0))
    for _ in range(70):
        layer.from_tls(0, bytes(16_384))
    assert isinstance(layer, OpenVpn)
    assert (layer.refusal, len(layer._unsent)) == ("broken-words", 0)


def test_a_setting_without_randomness_of_its_own_makes_the_session_id() -> None:
    layer = openvpn(client=True, stream=False)(Setting("host", 1194, lambda n: b"\x07" * n))
    assert layer.start(0).to_peer[0][1:HEAD] == b"\x07" * 8
