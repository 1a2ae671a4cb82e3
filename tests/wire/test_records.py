import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import Ended, RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.records import (
    HEADER_LENGTH,
    LONGEST_BODY,
    LONGEST_PLAINTEXT,
    Record,
    RecordReader,
    record,
)
from tests.wire.damage import byte_by_byte, garbled, in_pieces
from tests.wire.recorded import STREAMS, name, received, sent

# RFC 5246 section 6.2.1: ContentType (alert 21), ProtocolVersion { 3, 3 }, uint16 length, fragment.
ALERT = bytes.fromhex("15 0303 0002 02 0a")
EMPTY = bytes.fromhex("17 0301 0000")
LONGEST = bytes.fromhex("18 0302 4800") + bytes(0x4800)
THREE = ALERT + EMPTY + LONGEST

records = st.lists(
    st.builds(Record, st.integers(20, 24), st.integers(0x0300, 0x03FF), st.binary(max_size=80)), max_size=6
)


def written(items: list[Record]) -> bytes:
    return b"".join(
        item.kind.to_bytes(1, "big")
        + item.version.to_bytes(2, "big")
        + len(item.body).to_bytes(2, "big")
        + item.body
        for item in items
    )


def read(pieces: list[bytes]) -> tuple[list[Record], str | None]:
    """All records that come out, then the code of the error that ends the stream."""
    reader, found = RecordReader(), []
    try:
        for piece in pieces:
            # As documented: what is whole comes first, an error after it with the next call.
            while items := reader.feed(piece):
                found += items
                piece = b""
            assert held(reader) <= LONGEST_BODY + HEADER_LENGTH
    except WireError as error:
        return found, error.code
    return found, None


def test_a_record_as_rfc_5246_draws_it() -> None:
    assert record(21, 0x0303, b"\x02\x0a") == ALERT
    assert record(23, 0x0301, b"") == EMPTY


def test_a_plaintext_record_carries_two_to_the_fourteenth() -> None:
    """RFC 5246 section 6.2.1: "The length MUST NOT exceed 2^14"."""
    assert len(record(24, 0x0303, bytes(1 << 14))) == (1 << 14) + 5
    with pytest.raises(ValueError, match="16384"):
        record(24, 0x0303, bytes((1 << 14) + 1))
    assert LONGEST_PLAINTEXT == 1 << 14


def test_records_out_of_a_stream() -> None:
    expected = [Record(21, 0x0303, b"\x02\x0a"), Record(23, 0x0301, b""), Record(24, 0x0302, bytes(0x4800))]
    assert RecordReader().feed(THREE) == expected
    assert read(byte_by_byte(THREE)) == (expected, None)


@given(st.data(), records)
def test_pieces_make_no_difference(data: st.DataObject, items: list[Record]) -> None:
    whole = written(items)
    assert read([whole]) == (items, None)
    assert read(data.draw(in_pieces(whole))) == (items, None)
    assert read(byte_by_byte(whole)) == (items, None)


@given(st.data(), st.one_of(records.map(written).flatmap(garbled), st.binary(max_size=200)))
def test_whatever_comes_pieces_make_no_difference(data: st.DataObject, stream: bytes) -> None:
    found, error = read(byte_by_byte(stream))
    assert error in (None, "not-a-record", "record-overflow")
    assert read([stream]) == (found, error)
    assert read(data.draw(in_pieces(stream))) == (found, error)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        # RFC 5246 section 6.2.3: "The length MUST NOT exceed 2^14 + 2048".
        ("16 0303 4801", "record-overflow"),
        ("16 0303 ffff", "record-overflow"),
        ("13 0303 0001", "not-a-record"),
        ("19 0303 0001", "not-a-record"),
        ("16 0203 0001", "not-a-record"),
        ("16 feff 0001", "not-a-record"),
        ("53 53482d32", "not-a-record"),
        ("00 00000000", "not-a-record"),
        # Type and version are looked at before the length.
        ("19 0303 ffff", "not-a-record"),
    ],
)
def test_headers_that_no_record_has(header: str, code: str) -> None:
    assert read([bytes.fromhex(header)]) == ([], code)
    assert read(byte_by_byte(bytes.fromhex(header))) == ([], code)
    # Nothing is said before the header is whole.
    assert RecordReader().feed(bytes.fromhex(header)[:4]) == []


@pytest.mark.parametrize("header", ["14 0300 0000", "18 03ff 4800", "17 0304 4800"])
def test_headers_at_the_edge_of_what_is_taken(header: str) -> None:
    data = bytes.fromhex(header)
    items, error = read([data + bytes(int.from_bytes(data[3:], "big"))])
    assert (len(items), error) == (1, None)


def test_what_is_whole_comes_before_the_error() -> None:
    reader = RecordReader()
    assert reader.feed(ALERT + EMPTY + b"HTTP/1.1 400") == [
        Record(21, 0x0303, b"\x02\x0a"),
        Record(23, 0x0301, b""),
    ]
    with pytest.raises(WireError, match=r"no TLS or DTLS record header"):
        reader.feed(b"")


def test_a_cut_record_can_be_looked_at() -> None:
    """An answer that a reset has cut still shows its type, its length and how far it came."""
    reader = RecordReader()
    assert reader.unfinished() is None
    reader.feed(ALERT + bytes.fromhex("18 0303 4000 02 3fed") + b"own bytes")
    assert reader.unfinished() == (24, 0x0303, 0x4000, bytes.fromhex("02 3fed") + b"own bytes")
    reader.feed(b", own bytes")
    assert reader.unfinished() == (24, 0x0303, 0x4000, bytes.fromhex("02 3fed") + b"own bytes, own bytes")


@pytest.mark.parametrize("length", range(5))
def test_a_cut_header_is_no_cut_record(length: int) -> None:
    reader = RecordReader()
    reader.feed(ALERT[:length])
    assert reader.unfinished() is None
    assert reader.pending is (length > 0)


def test_a_whole_record_is_no_cut_record() -> None:
    reader = RecordReader()
    reader.feed(ALERT)
    assert reader.unfinished() is None
    assert not reader.pending
    reader.feed(ALERT + ALERT[:6])
    assert reader.pending


def held(reader: RecordReader) -> int:
    return len(reader._buffer)


@pytest.mark.parametrize("behind", [b"\0", b"\x16\x03\x03\xff\xff", b"\x18\x03\x03\x48\x00"], ids=bytes.hex)
def test_no_more_is_held_than_one_record(behind: bytes) -> None:
    """Also where a lot comes at once, and what comes behind a whole record is none."""
    reader = RecordReader()
    assert reader.feed(ALERT + behind + bytes(100_000))
    assert held(reader) <= LONGEST_BODY + HEADER_LENGTH
    with pytest.raises(WireError):
        reader.feed(bytes(100_000))
    assert held(reader) <= LONGEST_BODY + HEADER_LENGTH


def test_a_flood_of_empty_records_takes_no_memory() -> None:
    reader = RecordReader()
    tracemalloc.start()
    try:
        for _ in range(2000):
            assert len(reader.feed(EMPTY * 20)) == 20
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("peer", "recording"), STREAMS, ids=name)
def test_all_that_openssl_said_and_heard_is_records(peer: RecordedPeer, recording: Recording) -> None:
    """Whole, and cut as the recordings happen to be; a heartbeat of 16365 bytes among them."""
    del peer
    for pieces in (received(recording), sent(recording)):
        whole = b"".join(pieces)
        reader = RecordReader()
        items = reader.feed(whole)
        assert read(pieces) == (items, None)
        assert b"".join(record(*item) for item in items) == whole
        assert reader.unfinished() is None


def test_the_recordings_are_not_cut() -> None:
    """Else the case above would want to look at cut records."""
    resets = [recording for _, recording in STREAMS if Ended("reset") in recording.steps]
    assert resets
    assert all(received(recording) for recording in resets)


@given(st.data(), st.sampled_from(STREAMS))
def test_openssls_bytes_in_any_pieces(data: st.DataObject, case: tuple[RecordedPeer, Recording]) -> None:
    whole = b"".join(received(case[1]))
    assert read(data.draw(in_pieces(whole))) == read([whole])


@given(st.sampled_from(STREAMS).flatmap(lambda case: garbled(b"".join(received(case[1])))))
def test_openssls_bytes_garbled(stream: bytes) -> None:
    items, error = read([stream])
    assert error in (None, "not-a-record", "record-overflow")
    assert stream.startswith(written(items))
