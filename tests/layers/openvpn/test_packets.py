import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers.openvpn.packets import (
    ACK,
    CONTROL,
    HEAD,
    MOST_ACKS,
    MOST_ACKS_BESIDE,
    PLAIN_RESET,
    RESET_BY_CLIENT,
    RESET_BY_SERVER,
    ROOM_BESIDE_PAYLOAD,
    Packet,
    body,
    head,
    parse,
)

OURS, THEIRS = b"our-sess", b"theirses"
ids = st.integers(0, (1 << 32) - 1)


def written(packet: Packet) -> bytes:
    return head(packet) + body(packet)


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    opcode = draw(st.sampled_from([ACK, CONTROL, RESET_BY_CLIENT, RESET_BY_SERVER]))
    acks = tuple(draw(st.lists(ids, min_size=opcode == ACK, max_size=MOST_ACKS)))
    session, acked = draw(st.binary(min_size=8, max_size=8)), draw(st.binary(min_size=8, max_size=8))
    number, payload = (None, b"") if opcode == ACK else (draw(ids), draw(st.binary(max_size=100)))
    return Packet(opcode, session, acks, acked if acks else None, number, payload)


def test_the_first_packet_of_a_client_and_the_answer_to_it() -> None:
    """The client's is one that OpenVPN 2.6.14 sent."""
    reset = bytes.fromhex("380c95007d6043af6f0000000000")
    packet = Packet(RESET_BY_CLIENT, bytes.fromhex("0c95007d6043af6f"), number=0)
    assert written(packet) == reset
    assert len(reset) == PLAIN_RESET
    assert parse(reset[:HEAD], reset[HEAD:]) == packet
    answer = Packet(RESET_BY_SERVER, THEIRS, (0,), OURS, 0)
    assert written(answer) == b"\x40" + THEIRS + b"\x01\0\0\0\0" + OURS + b"\0\0\0\0"


def test_an_acknowledgement_has_no_number_of_its_own() -> None:
    assert written(Packet(ACK, OURS, (1, 2), THEIRS)) == b"\x28" + OURS + b"\x02\0\0\0\1\0\0\0\2" + THEIRS


@given(packets())
def test_what_is_written_is_read(packet: Packet) -> None:
    data = written(packet)
    assert parse(data[:HEAD], data[HEAD:]) == packet


def test_what_stands_beside_the_payload_has_its_room() -> None:
    packet = Packet(CONTROL, OURS, tuple(range(MOST_ACKS_BESIDE)), THEIRS, 7)
    assert len(written(packet)) == ROOM_BESIDE_PAYLOAD


@given(packets(), st.data())
def test_a_packet_cut_before_its_payload_is_none(packet: Packet, data: st.DataObject) -> None:
    whole = written(packet)
    needed = len(whole) - len(packet.payload)
    cut = whole[: data.draw(st.integers(0, needed - 1))]
    assert parse(cut[:HEAD], cut[HEAD:]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x20" + OURS + b"\x09" + bytes(9 * 4) + THEIRS + bytes(4),
        b"\x21" + OURS + b"\0" + bytes(4) + b"tls",
        b"\x28" + OURS + b"\0",
        b"\x28" + OURS + b"\x01" + bytes(4) + THEIRS + b"more",
        b"\x48" + OURS + b"\0" + bytes(4),
        b"\x50" + OURS + b"\0" + bytes(4),
        b"",
    ],
    ids=[
        "nine ids",
        "another TLS session",
        "acknowledges nothing",
        "more",
        "data channel",
        "tls-crypt-v2",
        "none",
    ],
)
def test_these_are_no_packets_for_us(data: bytes) -> None:
    assert parse(data[:HEAD], data[HEAD:]) is None


@given(st.binary(max_size=80))
def test_garbage_is_a_packet_or_none(data: bytes) -> None:
    packet = parse(data[:HEAD], data[HEAD:])
    assert packet is None or written(packet) == data
