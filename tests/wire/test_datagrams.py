import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.datagrams import DATAGRAM_HEADER_LENGTH, DatagramRecord, datagram_record, read_datagram
from tests.wire.damage import garbled, outcome
from tests.wire.recorded import DATAGRAMS, name, received, sent

# RFC 6347 section 4.1: type, version { 254, 253 }, epoch (2), sequence_number (6), length (2), fragment.
ALERT = bytes.fromhex("15 fefd 0000 000000000005 0002 02 0a")
LATER = bytes.fromhex("17 feff 0001 010203040506 0000")

records = st.lists(
    st.builds(
        DatagramRecord,
        st.integers(20, 24),
        st.integers(0xFE00, 0xFEFF),
        st.integers(0, 0xFFFF),
        st.integers(0, (1 << 48) - 1),
        st.binary(max_size=80),
    ),
    max_size=5,
)


def written(items: list[DatagramRecord]) -> bytes:
    return b"".join(
        item.kind.to_bytes(1, "big")
        + item.version.to_bytes(2, "big")
        + item.epoch.to_bytes(2, "big")
        + item.sequence.to_bytes(6, "big")
        + len(item.body).to_bytes(2, "big")
        + item.body
        for item in items
    )


def test_a_record_as_rfc_6347_draws_it() -> None:
    assert datagram_record(21, 0xFEFD, 5, b"\x02\x0a") == ALERT
    assert len(ALERT) - 2 == DATAGRAM_HEADER_LENGTH


def test_sequence_numbers_have_48_bits() -> None:
    assert datagram_record(20, 0xFEFF, (1 << 48) - 1, b"\x01")[3:11] == bytes.fromhex("0000 ffffffffffff")
    assert datagram_record(20, 0xFEFF, 1 << 32, b"\x01")[5:11] == bytes.fromhex("000100000000")


def test_a_plaintext_record_carries_two_to_the_fourteenth() -> None:
    assert len(datagram_record(24, 0xFEFF, 0, bytes(1 << 14))) == (1 << 14) + 13
    with pytest.raises(ValueError, match="16384"):
        datagram_record(24, 0xFEFF, 0, bytes((1 << 14) + 1))


def test_a_datagram_may_hold_several_records() -> None:
    assert read_datagram(ALERT + LATER + ALERT) == [
        DatagramRecord(21, 0xFEFD, 0, 5, b"\x02\x0a"),
        DatagramRecord(23, 0xFEFF, 1, 0x010203040506, b""),
        DatagramRecord(21, 0xFEFD, 0, 5, b"\x02\x0a"),
    ]
    assert read_datagram(b"") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ALERT[:12], "not-a-record"),
        (b"\x15", "not-a-record"),
        (bytes.fromhex("13 fefd 0000 000000000005 0002 020a"), "not-a-record"),
        (bytes.fromhex("19 fefd 0000 000000000005 0002 020a"), "not-a-record"),
        # A TLS record is none over UDP.
        (bytes.fromhex("15 0303 0002 020a 0000000000000000"), "not-a-record"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-a-record"),
        (ALERT + b"\0" * 13, "not-a-record"),
        # A record never spans two datagrams (RFC 6347 section 4.1.1).
        (ALERT[:-1], "truncated"),
        (ALERT + ALERT[:12], "truncated"),
        (ALERT + ALERT[:-1], "truncated"),
        (bytes.fromhex("16 fefd 0000 000000000000 4801"), "record-overflow"),
        (bytes.fromhex("16 fefd 0000 000000000000 ffff"), "record-overflow"),
    ],
)
def test_datagrams_that_are_no_records(data: bytes, code: str) -> None:
    with pytest.raises(WireError) as caught:
        read_datagram(data)
    assert caught.value.code == code


def test_the_longest_record_that_is_taken() -> None:
    data = bytes.fromhex("18 feff 0001 000000000000 4800") + bytes(0x4800)
    assert len(read_datagram(data)[0].body) == 0x4800


@given(records)
def test_what_is_written_is_read(items: list[DatagramRecord]) -> None:
    assert read_datagram(written(items)) == items


@given(
    st.integers(20, 24), st.integers(0xFE00, 0xFEFF), st.integers(0, (1 << 48) - 1), st.binary(max_size=80)
)
def test_what_we_write_is_read(kind: int, version: int, sequence: int, body: bytes) -> None:
    expected = [DatagramRecord(kind, version, 0, sequence, body)]
    assert read_datagram(datagram_record(kind, version, sequence, body)) == expected


@given(st.one_of(records.map(written).flatmap(garbled), st.binary(max_size=120)))
def test_whatever_comes(data: bytes) -> None:
    found = outcome(read_datagram, data)
    if isinstance(found, str):
        assert found in ("not-a-record", "record-overflow", "truncated")
    else:
        assert written(found) == data


@pytest.mark.parametrize(("peer", "recording"), DATAGRAMS, ids=name)
def test_all_that_openssl_said_and_heard_is_records(peer: RecordedPeer, recording: Recording) -> None:
    for data in [*received(recording), *sent(recording)]:
        items = read_datagram(data)
        assert items
        assert written(items) == data
        assert {item.version for item in items} == {peer.wire_version}
        assert {item.epoch for item in items} == {0}


def test_openssl_puts_several_records_into_one_datagram() -> None:
    """Else the case above would show one record a datagram alone."""
    sizes = {len(read_datagram(data)) for _, recording in DATAGRAMS for data in received(recording)}
    assert max(sizes) > 1


@given(st.sampled_from(DATAGRAMS).flatmap(lambda case: garbled(received(case[1])[0])))
def test_openssls_datagrams_garbled(data: bytes) -> None:
    outcome(read_datagram, data)
