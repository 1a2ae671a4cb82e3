"""Also: no message that the code can build claims more than it carries, as `claims` judges on its own."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire.datagrams import datagram_record, read_datagram
from hemostat.wire.heartbeat import (
    LEAST_PADDING,
    MODE_PEER_ALLOWED,
    MODE_PEER_NOT_ALLOWED,
    REQUEST,
    RESPONSE,
    echoed,
    request,
)
from hemostat.wire.records import LONGEST_PLAINTEXT, RecordReader, record
from tests.wire.claims import claimed_and_carried, claims_no_more_than_it_carries
from tests.wire.damage import garbled
from tests.wire.recorded import DATAGRAMS, STREAMS, name, received, sent

LONGEST_PAYLOAD = LONGEST_PLAINTEXT - 3
OWN_BYTES = bytes(range(256)) * 63 + bytes(16365 - 256 * 63)


def test_the_numbers_of_rfc_6520() -> None:
    """Section 3: heartbeat_request(1), heartbeat_response(2). Section 2: peer_allowed_to_send(1),
    peer_not_allowed_to_send(2). Section 4: "The padding_length MUST be at least 16".
    """
    assert (REQUEST, RESPONSE) == (1, 2)
    assert (MODE_PEER_ALLOWED, MODE_PEER_NOT_ALLOWED) == (1, 2)
    assert LEAST_PADDING == 16


def test_a_request_as_rfc_6520_draws_it() -> None:
    """Section 4: type, uint16 payload_length, payload, padding."""
    assert (
        request(b"Control!", b"0123456789abcdef")
        == bytes.fromhex("01 0008") + b"Control!" + b"0123456789abcdef"
    )
    assert request(b"", b"") == bytes.fromhex("01 0000")


def test_own_bytes_fill_a_record_that_openssl_answers_with_a_full_one() -> None:
    """Record length 16368, payload_length 0x3fed, no padding; its answer has 16 bytes more: 16384."""
    data = record(24, 0x0302, request(OWN_BYTES, b""))
    assert data[:8] == bytes.fromhex("18 0302 3ff0 01 3fed")
    assert data[8:] == OWN_BYTES
    assert claimed_and_carried(data) == [(16365, 16365)]


def test_a_message_fits_into_one_record() -> None:
    """RFC 6520 section 4: "The total length of a HeartbeatMessage MUST NOT exceed 2^14"."""
    assert len(request(bytes(LONGEST_PAYLOAD), b"")) == 1 << 14
    assert len(request(bytes(LONGEST_PAYLOAD - 16), bytes(16))) == 1 << 14
    for payload, padding in (
        (LONGEST_PAYLOAD + 1, 0),
        (LONGEST_PAYLOAD - 15, 16),
        (0, 1 << 14),
        (1 << 16, 0),
    ):
        with pytest.raises(ValueError, match="one record"):
            request(bytes(payload), bytes(padding))


def test_a_request_is_built_of_bytes_alone() -> None:
    """There is no place for a length of its own."""
    parameters = inspect.signature(request).parameters.values()
    assert [(item.name, item.annotation) for item in parameters] == [("payload", bytes), ("padding", bytes)]


sizes = st.one_of(
    st.integers(0, 64), st.integers(0, LONGEST_PAYLOAD), st.integers(LONGEST_PAYLOAD - 40, LONGEST_PAYLOAD)
)


@given(
    sizes, st.one_of(st.just(0), st.integers(0, 40), sizes), st.sampled_from([0x0300, 0x0303, 0xFEFF, 0xFEFD])
)
def test_no_request_claims_more_than_it_carries(payload: int, padding: int, version: int) -> None:
    if 3 + payload + padding > LONGEST_PLAINTEXT:
        with pytest.raises(ValueError, match="one record"):
            request(bytes(payload), bytes(padding))
        return
    body = request(bytes(payload), bytes(padding))
    data = record(24, version, body) if version >> 8 == 3 else datagram_record(24, version, 7, body)
    assert claimed_and_carried(data) == [(payload, payload + padding)]
    assert claims_no_more_than_it_carries(data)


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_is_carried_is_what_was_given(payload: bytes, padding: bytes) -> None:
    body = request(payload, padding)
    assert body[3:] == payload + padding
    assert int.from_bytes(body[1:3], "big") == len(payload)


def response(payload: bytes, length: int | None = None, padding: bytes = bytes(16)) -> bytes:
    return b"\x02" + (len(payload) if length is None else length).to_bytes(2, "big") + payload + padding


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_an_answer_is_our_bytes_again(payload: bytes, padding: bytes) -> None:
    """With the padding of the peer, which may be any."""
    assert echoed(response(payload, padding=padding), payload) == len(payload)


@given(st.binary(min_size=1, max_size=100), st.integers(0, 99))
def test_a_cut_answer_counts_as_far_as_it_came(payload: bytes, came: int) -> None:
    came = min(came, len(payload) - 1)
    assert echoed(response(payload, padding=b"")[: 3 + came], payload) == came


@given(st.data(), st.binary(min_size=1, max_size=100))
def test_one_other_bit_is_no_answer(data: st.DataObject, payload: bytes) -> None:
    at = data.draw(st.integers(0, len(payload) - 1))
    other = bytearray(payload)
    other[at] ^= 1 << data.draw(st.integers(0, 7))
    assert echoed(response(bytes(other)), payload) == -1
    assert echoed(response(bytes(other))[: 3 + at + 1], payload) == -1
    # Up to that bit it is ours.
    assert echoed(response(bytes(other))[: 3 + at], payload) == at


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x02",
        b"\x02\x00",
        b"\x01\x00\x08Control!" + bytes(16),
        b"\x03\x00\x08Control!" + bytes(16),
        b"\x02\x00\x07Control!" + bytes(16),
        b"\x02\x00\x09Control!" + bytes(16),
        b"\x02\x40\x00Control!" + bytes(16),
        b"500 OOPS: vsftpd: security",
    ],
)
def test_what_is_no_answer(body: bytes) -> None:
    assert echoed(body, b"Control!") == -1


@given(st.binary(max_size=60), st.binary(max_size=40))
def test_whatever_comes(body: bytes, payload: bytes) -> None:
    count = echoed(body, payload)
    assert -1 <= count <= len(payload)
    assert count == -1 or body[3 : 3 + count] == payload[:count]


@given(garbled(response(b"our own bytes", padding=b"")))
def test_an_answer_garbled(body: bytes) -> None:
    payload = b"our own bytes"
    count = echoed(body, payload)
    assert count == -1 or (body[:3] == b"\x02\x00\x0d" and body[3 : 3 + count] == payload[:count])


# -- the claims of bytes -------------------------------------------------------------------------------------


def test_claims_are_seen() -> None:
    """The judge sees the 2014 attack for what it is: else its word above would be worth nothing."""
    attack = bytes.fromhex("18 0302 0003 01 4000")
    assert claimed_and_carried(attack) == [(0x4000, 0)]
    assert not claims_no_more_than_it_carries(attack)
    over_udp = bytes.fromhex("18 feff 0000 000000000007 0004 01 0002 aa")
    assert claimed_and_carried(over_udp) == [(2, 1)]
    assert not claims_no_more_than_it_carries(over_udp)


def test_claims_of_many_records() -> None:
    ours = record(24, 0x0303, request(b"ab", bytes(16)))
    flush = bytes.fromhex("16 0303 0010 14 00000c 000000000000000000000000")
    answer = bytes.fromhex("18 0303 0003 02 ffff")
    assert claimed_and_carried(flush + ours + answer + ours) == [(2, 18), (2, 18)]
    assert claimed_and_carried(b"") == []


def test_a_piece_of_a_request_is_judged_by_itself() -> None:
    """RFC 6520 section 4 has a message fit into one record; a peer reads each record as a message."""
    body = request(b"our own bytes", b"")
    pieces = record(24, 0x0303, body[:8]) + record(24, 0x0303, body[8:])
    assert claimed_and_carried(pieces)[0] == (13, 5)
    assert not claims_no_more_than_it_carries(pieces)


@pytest.mark.parametrize(
    "data",
    [
        "18",
        "18 0303 0003 01 00",
        "18 0303 0002 01 00",
        "18 0303 0001 01",
        "47 4554 202f",
        "18 feff 0000 0000",
    ],
)
def test_what_cannot_be_judged_is_an_error(data: str) -> None:
    with pytest.raises(ValueError, match=r"cut|no record"):
        claimed_and_carried(bytes.fromhex(data))


# A client that does not offer heartbeats was asked nothing.
ASKED = [case for case in STREAMS + DATAGRAMS if sent(case[1])]


@pytest.mark.parametrize(("peer", "recording"), ASKED, ids=name)
def test_what_was_asked_of_openssl_claimed_no_more(peer: RecordedPeer, recording: Recording) -> None:
    data = [b"".join(sent(recording))] if peer.transport == "tcp" else sent(recording)
    asked = [claim for item in data for claim in claimed_and_carried(item)]
    assert asked
    assert all(claimed <= carried for claimed, carried in asked)


# -- what OpenSSL answered -----------------------------------------------------------------------------------


def heartbeats(peer: RecordedPeer, items: list[bytes]) -> list[bytes]:
    if peer.transport == "tcp":
        return [item.body for item in RecordReader().feed(b"".join(items)) if item.kind == 24]
    return [found.body for item in items for found in read_datagram(item) if found.kind == 24]


@pytest.mark.parametrize(("peer", "recording"), STREAMS + DATAGRAMS, ids=name)
def test_openssls_answers_are_the_bytes_that_were_asked(peer: RecordedPeer, recording: Recording) -> None:
    """No recorded answer holds a byte that was not sent, and each is 16 bytes of padding longer."""
    asked = [body[3 : 3 + int.from_bytes(body[1:3], "big")] for body in heartbeats(peer, sent(recording))]
    for answer in heartbeats(peer, received(recording)):
        assert answer[0] == 2
        length = int.from_bytes(answer[1:3], "big")
        assert len(answer) == 3 + length + 16
        assert length in [echoed(answer, payload) for payload in asked]


@pytest.mark.parametrize(
    ("peer", "recording"), [case for case in ASKED if "own-bytes" in case[1].exchange], ids=name
)
def test_only_the_vulnerable_build_answers_own_bytes(peer: RecordedPeer, recording: Recording) -> None:
    requests = heartbeats(peer, sent(recording))
    own = requests[0][3:]
    assert len(own) == int.from_bytes(requests[0][1:3], "big"), "own bytes have no padding"
    answered = any(echoed(answer, own) == len(own) for answer in heartbeats(peer, received(recording)))
    assert answered is (peer.build.value == "vulnerable")
