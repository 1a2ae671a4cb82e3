import ssl
import tracemalloc
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.handshake import (
    LONGEST_MESSAGE,
    MOST_MESSAGES,
    HandshakeReader,
    Message,
    message,
)
from hemostat.wire.messages import read_certificate
from hemostat.wire.records import RecordReader, record
from tests.wire.damage import byte_by_byte, garbled, in_pieces
from tests.wire.recorded import STREAMS, name, received
from tests.wire.witnesses import handshake_of_openssl, self_signed

# RFC 5246 section 7.4: HandshakeType (server_hello_done 14, finished 20), uint24 length, body.
DONE = bytes.fromhex("0e 000000")
FINISHED = bytes.fromhex("14 00000c 000000000000000000000000")
HELLO_REQUEST = bytes.fromhex("00 000000")

messages = st.lists(st.builds(Message, st.integers(0, 255), st.binary(max_size=60)), max_size=6)


def written(items: list[Message]) -> bytes:
    return b"".join(
        item.kind.to_bytes(1, "big") + len(item.body).to_bytes(3, "big") + item.body for item in items
    )


def read(bodies: list[bytes]) -> tuple[list[Message], str | None]:
    """All messages that come out of these records' bodies, then the code of the error that ends them."""
    reader, found = HandshakeReader(), []
    try:
        for body in bodies:
            found += reader.feed(body)
            assert len(reader._buffer) < 4 + LONGEST_MESSAGE
    except WireError as error:
        return found, error.code
    return found, None


def test_a_message_as_rfc_5246_draws_it() -> None:
    assert message(14, b"") == DONE
    assert message(20, bytes(12)) == FINISHED
    assert message(11, bytes(0x012345))[:4] == bytes.fromhex("0b 012345")


def test_a_record_may_hold_several_messages_and_a_message_span_records() -> None:
    expected = [Message(14, b""), Message(20, bytes(12)), Message(0, b"")]
    whole = DONE + FINISHED + HELLO_REQUEST
    assert read([whole]) == (expected, None)
    assert read([DONE + FINISHED[:7], FINISHED[7:] + HELLO_REQUEST]) == (expected, None)
    assert read(byte_by_byte(whole)) == (expected, None)
    assert read([DONE, b"", FINISHED]) == (expected[:2], None)


@given(st.data(), messages)
def test_records_make_no_difference(data: st.DataObject, items: list[Message]) -> None:
    whole = written(items)
    assert read([whole]) == (items, None)
    assert read(data.draw(in_pieces(whole))) == (items, None)
    assert read(byte_by_byte(whole)) == (items, None)


@given(st.data(), st.one_of(messages.map(written).flatmap(garbled), st.binary(max_size=200)))
def test_whatever_comes(data: st.DataObject, whole: bytes) -> None:
    """A breach takes the messages before it in its own record with it, never those of records before."""
    found, error = read(byte_by_byte(whole))
    assert error in (None, "message-overflow")
    assert whole.startswith(written(found))
    in_records, in_records_error = read(data.draw(in_pieces(whole)))
    assert in_records_error == error
    assert in_records == (found if error is None else found[: len(in_records)])


def test_a_message_of_the_longest_length_that_is_read() -> None:
    """A chain of 64 KiB passes; what the protocol allows (2^24-1) doesn't, and is refused by its header."""
    body = bytes(LONGEST_MESSAGE)
    assert read([message(11, body)]) == ([Message(11, body)], None)
    assert read([message(11, body + b"\0")[:4]]) == ([], "message-overflow")
    assert read([bytes.fromhex("0b ffffff")]) == ([], "message-overflow")
    assert 1 << 16 < LONGEST_MESSAGE <= 1 << 20


def test_a_declared_length_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        reader = HandshakeReader()
        assert reader.feed(b"\x0b" + LONGEST_MESSAGE.to_bytes(3, "big") + b"x") == []
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("in_one_record", [True, False])
def test_sixty_five_messages_are_too_many(in_one_record: bool) -> None:
    most = [DONE] * MOST_MESSAGES
    reader = HandshakeReader()
    assert len(reader.feed(b"".join(most))) == MOST_MESSAGES
    with pytest.raises(WireError) as caught:
        reader.feed(DONE)
    assert caught.value.code == "too-many-messages"
    bodies = [b"".join([*most, DONE])] if in_one_record else [*most, DONE]
    assert read(bodies)[1] == "too-many-messages"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000, 16384])
def test_a_chain_of_64_kib_over_many_records(size: int) -> None:
    """Real certificates, long by a comment; as many as make 64 KiB; in records of one byte and more."""
    chain = [self_signed(f"{number}.example", 8000)[0] for number in range(8)]
    entries = b"".join(len(item).to_bytes(3, "big") + item for item in chain)
    body = len(entries).to_bytes(3, "big") + entries
    assert len(body) > 1 << 16
    whole = message(11, body) + DONE
    stream = b"".join(record(22, 0x0303, whole[at : at + size]) for at in range(0, len(whole), size))
    records = RecordReader().feed(stream)
    assert len(records) == -(-len(whole) // size)
    (certificate, done), error = read([item.body for item in records])
    assert error is None
    assert done == Message(14, b"")
    assert read_certificate(certificate.body) == tuple(chain)


@pytest.mark.parametrize(("peer", "recording"), STREAMS, ids=name)
def test_openssls_first_flight(peer: RecordedPeer, recording: Recording) -> None:
    """RFC 5246 section 7.3: ServerHello, Certificate, ServerKeyExchange, CertificateRequest, Done."""
    records = RecordReader().feed(b"".join(received(recording)))
    items, error = read([item.body for item in records if item.kind == 22])
    assert error is None
    kinds = [item.kind for item in items]
    if peer.role == "client":
        assert kinds == [1]
        return
    assert kinds[:2] == [2, 11]
    assert kinds[-1] == 14
    assert set(kinds[2:-1]) <= {12, 13}
    assert (13 in kinds) is bool(peer.asks_client_certificate)
    assert items[-1].body == b""


@given(st.data())
def test_openssls_first_flight_in_other_records(data: st.DataObject) -> None:
    flight = b"".join(
        item.body for item in RecordReader().feed(handshake_of_openssl(ssl.TLSVersion.TLSv1_2).server)
    )
    expected = read([flight])
    assert [item.kind for item in expected[0]] == [2, 11, 12, 14]
    assert read(data.draw(in_pieces(flight))) == expected
    assert read([*byte_by_byte(flight)]) == expected


def test_the_order_of_records_matters_on_a_stream() -> None:
    """It is TCP that keeps it: nothing here sorts."""
    orders = {tuple(item.kind for item in read(list(order))[0]) for order in permutations([DONE, FINISHED])}
    assert orders == {(14, 20), (20, 14)}
