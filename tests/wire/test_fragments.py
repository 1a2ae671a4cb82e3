"""DTLS fragments: the other half of `hemostat.wire.handshake` (RFC 6347 section 4.2.2 and 4.2.3)."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.datagrams import read_datagram
from hemostat.wire.handshake import LONGEST_MESSAGE, MOST_MESSAGES, FragmentReader, Message, fragment
from tests.wire.damage import garbled, outcome
from tests.wire.recorded import DATAGRAMS, name, received, sent

# msg_type, uint24 length, uint16 message_seq, uint24 fragment_offset, uint24 fragment_length.
DONE = bytes.fromhex("0e 000000 0005 000000 000000")
FINISHED = bytes.fromhex("14 00000c 0001 000000 00000c 000000000000000000000000")


def part(kind: int, seq: int, body: bytes, start: int, stop: int) -> bytes:
    """One fragment: bytes `start` to `stop` of a message."""
    header = kind.to_bytes(1, "big") + len(body).to_bytes(3, "big") + seq.to_bytes(2, "big")
    return header + start.to_bytes(3, "big") + (stop - start).to_bytes(3, "big") + body[start:stop]


def read(bodies: list[bytes], first: int = 0) -> list[Message]:
    reader = FragmentReader(first)
    found = [item for body in bodies for item in reader.feed(body)]
    assert held(reader) <= 2 * LONGEST_MESSAGE
    return found


def held(reader: FragmentReader) -> int:
    return sum(len(item.body) + len(item.seen) for item in reader._assemblies.values())


def code_of(bodies: list[bytes]) -> str:
    with pytest.raises(WireError) as caught:
        read(bodies)
    return caught.value.code


BODY = bytes(range(100))
ONE = part(11, 0, BODY, 0, 40)
TWO = part(11, 0, BODY, 40, 70)
THREE = part(11, 0, BODY, 70, 100)
WHOLE = [Message(11, BODY)]


def test_a_fragment_as_rfc_6347_draws_it() -> None:
    assert fragment(14, 5, b"") == DONE
    assert fragment(20, 1, bytes(12)) == FINISHED
    assert read([FINISHED], first=1) == [Message(20, bytes(12))]


def test_a_message_is_put_together() -> None:
    assert read([ONE, TWO, THREE]) == WHOLE
    assert read([ONE + TWO + THREE]) == WHOLE
    assert read([fragment(11, 0, BODY)]) == WHOLE
    assert read([ONE, TWO]) == []


@pytest.mark.parametrize(
    "bodies",
    [
        [THREE, ONE, TWO],
        [THREE + TWO, ONE],
        [ONE, ONE, TWO, TWO, THREE],
        [ONE, part(11, 0, BODY, 20, 80), THREE],
        [part(11, 0, BODY, 1, 100), part(11, 0, BODY, 0, 99)],
        [part(11, 0, BODY, 30, 30), ONE, TWO, THREE],
        [ONE, TWO, fragment(11, 0, BODY)],
    ],
    ids=[
        "swapped",
        "swapped in a record",
        "doubled",
        "overlapping",
        "overlapping twice",
        "empty",
        "whole after parts",
    ],
)
def test_fragments_in_any_way(bodies: list[bytes]) -> None:
    assert read(bodies) == WHOLE


def test_messages_come_in_their_order() -> None:
    hello, done = fragment(2, 0, b"hello"), fragment(14, 1, b"")
    assert read([done, hello]) == [Message(2, b"hello"), Message(14, b"")]
    assert read([done + done + hello + hello]) == [Message(2, b"hello"), Message(14, b"")]
    assert read([done]) == []


def test_a_repeated_flight_is_counted_and_not_given_again() -> None:
    reader = FragmentReader()
    flight = ONE + TWO + THREE + fragment(14, 1, b"")
    assert len(reader.feed(flight)) == 2
    assert reader.repeats == 0
    assert reader.feed(flight) == []
    assert reader.repeats == 4


@pytest.mark.parametrize(
    ("bodies", "code"),
    [
        ([ONE, part(12, 0, BODY, 40, 100)], "bad-fragment"),
        ([ONE, part(11, 0, BODY + b"x", 40, 101)], "bad-fragment"),
        ([ONE, part(11, 0, bytes(100), 20, 60)], "bad-fragment"),
        ([ONE, part(11, 0, bytes(100), 1, 40)], "bad-fragment"),
        # Past the end of its own message.
        ([bytes.fromhex("0b 000004 0000 000002 000003 aabbcc")], "bad-fragment"),
        ([bytes.fromhex("0b 000004 0000 000005 000000")], "bad-fragment"),
        ([DONE[:11]], "truncated"),
        ([FINISHED[:-1]], "truncated"),
        ([DONE + b"\0"], "truncated"),
        ([bytes.fromhex("0b ffffff 0000 000000 000001 aa")], "message-overflow"),
        ([b"\x0b" + (LONGEST_MESSAGE + 1).to_bytes(3, "big") + bytes(8)], "message-overflow"),
        # All that is being put together counts.
        ([part(11, 0, bytes(LONGEST_MESSAGE), 0, 1), part(12, 1, b"ab", 0, 1)], "message-overflow"),
    ],
)
def test_fragments_that_are_refused(bodies: list[bytes], code: str) -> None:
    assert code_of(bodies) == code


def test_what_was_given_out_counts_no_more() -> None:
    """Three messages, together longer than what may be under way at once."""
    body = bytes(LONGEST_MESSAGE // 2)
    assert read([fragment(11, seq, body) for seq in range(3)]) == [Message(11, body)] * 3


def test_what_was_whole_before_a_breach_is_given_with_the_next_record() -> None:
    reader = FragmentReader()
    with pytest.raises(WireError):
        reader.feed(fragment(2, 0, b"hello") + b"\0")
    assert reader.feed(fragment(14, 1, b"")) == [Message(2, b"hello"), Message(14, b"")]


def test_sixty_five_messages_are_too_many() -> None:
    most = [fragment(0, seq, b"") for seq in range(MOST_MESSAGES)]
    assert len(read(most)) == MOST_MESSAGES
    assert code_of([*most, fragment(0, MOST_MESSAGES, b"")]) == "too-many-messages"


def test_what_is_far_ahead_is_passed_over() -> None:
    assert (
        read([fragment(14, 16, b"")] + [fragment(0, seq, b"") for seq in range(16)]) == [Message(0, b"")] * 16
    )
    assert len(read([fragment(14, 15, b"")] + [fragment(0, seq, b"") for seq in range(15)])) == 16
    assert read([fragment(14, 0xFFFF, b"")]) == []


def test_a_hostile_flight_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        reader = FragmentReader()
        for seq in range(1, 70):
            outcome(reader.feed, part(11, seq, bytes(LONGEST_MESSAGE), 0, 0)[:12])
            outcome(reader.feed, part(11, seq, bytes(1 << 14), 0, 0)[:12])
        assert held(reader) <= 2 * LONGEST_MESSAGE
        # The test's own bytes are a message of the longest kind.
        assert tracemalloc.get_traced_memory()[1] < 4 * LONGEST_MESSAGE
    finally:
        tracemalloc.stop()


@given(st.data(), st.lists(st.binary(max_size=50), min_size=1, max_size=5))
def test_cut_doubled_and_shuffled_they_give_the_same(data: st.DataObject, bodies: list[bytes]) -> None:
    fragments: list[bytes] = []
    for seq, body in enumerate(bodies):
        places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=4)))
        stops = [0, *places, len(body)]
        cuts = list(pairwise(stops))
        overlap = data.draw(st.integers(0, 10))
        fragments += [part(seq, seq, body, max(0, start - overlap), stop) for start, stop in cuts]
    extra = data.draw(st.lists(st.sampled_from(fragments), max_size=5))
    shuffled = data.draw(st.permutations(fragments + extra))
    assert read(list(shuffled)) == [Message(seq, body) for seq, body in enumerate(bodies)]


@given(st.lists(st.one_of(st.binary(max_size=60), garbled(ONE + TWO), garbled(DONE + FINISHED)), max_size=8))
def test_whatever_comes(bodies: list[bytes]) -> None:
    reader = FragmentReader()
    for body in bodies:
        outcome(reader.feed, body)
        assert held(reader) <= 2 * LONGEST_MESSAGE
        assert len(reader._assemblies) <= 16


@pytest.mark.parametrize(("peer", "recording"), DATAGRAMS, ids=name)
def test_openssls_flights(peer: RecordedPeer, recording: Recording) -> None:
    """RFC 6347 section 4.2.2: HelloVerifyRequest is message 0. A repeated flight is not read twice."""
    reader = FragmentReader()
    kinds: list[int] = []
    for data in received(recording):
        for item in read_datagram(data):
            if item.kind == 22:
                kinds += [found.kind for found in reader.feed(item.body)]
    if peer.role == "client":
        assert set(kinds) == {1}
    else:
        assert kinds[:3] == [3, 2, 11]
        assert kinds[-1] == 14
    assert not reader._assemblies


def test_some_of_openssls_flights_were_repeated() -> None:
    """Else the case above would show less than it says."""
    reader_repeats = []
    for _, recording in DATAGRAMS:
        reader = FragmentReader()
        for data in received(recording):
            for item in read_datagram(data):
                if item.kind == 22:
                    reader.feed(item.body)
        reader_repeats.append(reader.repeats)
    assert any(reader_repeats)


def test_what_was_sent_to_openssl_is_read_back() -> None:
    for _, recording in DATAGRAMS:
        for data in sent(recording):
            for item in read_datagram(data):
                if item.kind == 22:
                    seq = int.from_bytes(item.body[4:6], "big")
                    (found,) = read([item.body], first=seq)
                    assert fragment(found.kind, seq, found.body) == item.body
