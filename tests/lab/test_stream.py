"""One replayed TLS connection: what no recording shows, and what any asker may do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.connection import MAX_SENT, MAX_UNREAD, Output, UnreadClose
from hemostat.lab.heartbeats import LAB_TEXT
from hemostat.lab.recordings import RecordedPeer, recorded_peer
from hemostat.lab.stream import StreamConnection
from tests.lab.asking import (
    ALERT,
    CLOSES,
    CONTROL,
    FLUSH,
    LARGE_CONTROL,
    ONE_RECORD,
    OWN_BYTES,
    PATCHED,
    PATCHED_CLOSES,
    READS_ON,
    SSL_3,
    TLS_CLIENT,
    answered,
    client_hello,
    ends,
    heartbeat,
    joined,
    over_reading,
    record,
)

WITHOUT = recorded_peer(
    "openssl-1.0.1f-no-heartbeats/server/tcp/TLS1.2/rsa/s_server-standard-input-at-its-end"
)
TLS_1_0 = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.0/rsa/stunnel")
SERVERS = [READS_ON, ONE_RECORD, CLOSES, PATCHED, PATCHED_CLOSES, SSL_3, WITHOUT, TLS_1_0]
OWN_ANSWER, CONTROL_ANSWER = answered(heartbeat(16365, 0)), answered(heartbeat(8, 16))


def alert(description: int, version: int = 0x0303) -> bytes:
    """A fatal alert record."""
    return record(21, bytes((2, description)), version)


def connect(peer: RecordedPeer, unread_close: UnreadClose = "recorded") -> StreamConnection:
    return StreamConnection(peer, peer.recording(), bytes, unread_close)


def greeted(peer: RecordedPeer, unread_close: UnreadClose = "recorded") -> StreamConnection:
    """A connection that has shown its first flight."""
    connection = connect(peer, unread_close)
    flight = joined(connection.receive(client_hello(peer)))
    assert flight[5] == 2
    assert len(flight) == len(peer.hello(peer.recording()))
    return connection


# --- the three kinds of application ---------------------------------------------------------------


def test_one_that_reads_on_answers_a_burst_whole() -> None:
    connection = greeted(READS_ON)
    outputs = connection.receive(OWN_BYTES + CONTROL + FLUSH)
    assert joined(outputs) == OWN_ANSWER + CONTROL_ANSWER + ALERT
    assert ends(outputs) == ["orderly"]


def test_a_small_answer_stays_until_it_is_flushed() -> None:
    connection = greeted(READS_ON)
    assert joined(connection.receive(CONTROL)) == b""
    assert joined(connection.receive(FLUSH)) == CONTROL_ANSWER + ALERT


def test_one_that_reads_one_record_an_event_stalls_until_nudged() -> None:
    connection = greeted(ONE_RECORD)
    assert joined(connection.receive(OWN_BYTES + CONTROL + FLUSH)) == OWN_ANSWER
    assert connection.waits_for_event
    assert joined(connection.receive(FLUSH)) == b""
    outputs = connection.receive(FLUSH)
    assert joined(outputs) == CONTROL_ANSWER + ALERT
    # The nudges lie unread.
    assert ends(outputs) == ["reset"]


def test_one_that_closes_loses_what_its_buffer_holds() -> None:
    connection = greeted(CLOSES)
    outputs = connection.receive(CONTROL + FLUSH)
    assert joined(outputs) == b""
    assert ends(outputs) == ["orderly"]
    assert joined(greeted(CLOSES).receive(LARGE_CONTROL)) == answered(heartbeat(16365, 16))


@pytest.mark.parametrize(("unread_close", "how"), [("orderly", "orderly"), ("reset", "reset")])
def test_how_a_close_over_unread_bytes_looks_may_be_said(unread_close: UnreadClose, how: str) -> None:
    assert ends(greeted(CLOSES, unread_close).receive(OWN_BYTES + CONTROL)) == [how]
    assert ends(greeted(CLOSES, unread_close).receive(OWN_BYTES)) == ["orderly"]


def test_a_patched_one_answers_only_what_is_well_formed() -> None:
    assert joined(greeted(PATCHED).receive(OWN_BYTES + CONTROL + FLUSH)) == CONTROL_ANSWER + ALERT
    assert joined(greeted(PATCHED_CLOSES).receive(OWN_BYTES)) == b""


def test_without_heartbeats_the_record_type_is_unknown() -> None:
    outputs = greeted(WITHOUT).receive(CONTROL)
    assert joined(outputs) == ALERT
    assert ends(outputs) == ["orderly"]


def test_over_reading_draws_the_labs_own_text() -> None:
    outputs = greeted(READS_ON).receive(record(24, over_reading(16365, b"ours")))
    answer = joined(outputs)
    assert answer[:12] == bytes.fromhex("1803034000") + b"\x02" + (16365).to_bytes(2, "big") + b"ours"
    leaked = answer[12:-16]
    assert leaked == (LAB_TEXT * 300)[: len(leaked)]
    assert joined(greeted(PATCHED).receive(record(24, over_reading(16365, b"ours")) + FLUSH)) == ALERT


def test_an_answer_longer_than_a_record_is_sent_in_several() -> None:
    answer = joined(greeted(READS_ON).receive(record(24, over_reading(0xFFFF, b"")) + FLUSH))[: -len(ALERT)]
    lengths = []
    while answer:
        lengths.append(int.from_bytes(answer[3:5], "big"))
        answer = answer[5 + lengths[-1] :]
    assert lengths == [16384, 16384, 16384, 16384, 3 + 0xFFFF + 16 - 4 * 16384]


# --- the handshake --------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", SERVERS, ids=lambda peer: peer.id)
def test_a_server_shows_its_flight_once_in_its_version(peer: RecordedPeer) -> None:
    connection = connect(peer)
    assert joined(connection.receive(client_hello(peer)))[1:3] == peer.wire_version.to_bytes(2, "big")
    assert joined(connection.receive(record(22, client_hello(peer)[5:], peer.wire_version))) == alert(
        10, peer.wire_version
    )
    assert connection.closed


@pytest.mark.parametrize(
    ("sent", "drawn"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", b""),
        (b"SSH-2.0-x\r\n", b""),
        (record(23, b"data"), b""),
        (record(22, b"\x10\x00\x00\x00"), alert(10)),
        (record(22, b"\x01\x00\x00\x05short"), alert(50)),
        (record(22, b"\x01\x00\x40\x01"), alert(47)),
        (record(22, b"\x01\x00\x00\x23\x03\x01" + bytes(33)), alert(70, 0x0301)),
        (record(22, b"\x01\x00\x00\x23\x02\x00" + bytes(33)), alert(70)),
        (record(22, b"")[:3] + b"\x40\x01", alert(22)),
        (record(21, b"\x02\x28"), b""),
        (record(21, b"\x01\x00"), b""),
    ],
)
def test_a_first_record_that_is_no_hello_ends_it(sent: bytes, drawn: bytes) -> None:
    connection = connect(READS_ON)
    outputs = connection.receive(sent)
    assert joined(outputs) == drawn
    assert len(ends(outputs)) == 1
    assert connection.closed
    assert connection.receive(client_hello(READS_ON)) == []


@pytest.mark.parametrize(
    ("sent", "drawn"),
    [
        (record(22, b"\x10\x00\x00\x00"), alert(40)),
        (record(22, b"\x0b\x00\x00\x00"), alert(40)),
        (record(20, b"\x01"), alert(10)),
        (record(23, b"data"), alert(10)),
        (record(99, b"?"), alert(10)),
        (record(24, heartbeat(8, 16), 0x0301), alert(70)),
        (record(24, b"")[:3] + b"\xff\xff", alert(22)),
        (record(21, b"\x02\x28"), b""),
        (record(21, b"\x01\x00"), b""),
    ],
)
def test_what_is_out_of_turn_ends_it(sent: bytes, drawn: bytes) -> None:
    connection = greeted(READS_ON)
    assert joined(connection.receive(sent)) == drawn
    assert connection.closed


@pytest.mark.parametrize(
    "sent", [record(21, b"\x01\x5a"), record(22, b""), record(24, b""), record(24, b"\x02\x00\x00")]
)
def test_what_means_nothing_is_passed_over(sent: bytes) -> None:
    connection = greeted(READS_ON)
    assert joined(connection.receive(sent + CONTROL + FLUSH)) == CONTROL_ANSWER + ALERT


def test_tls_1_0_passes_over_an_unknown_record_type() -> None:
    connection = greeted(TLS_1_0)
    assert joined(connection.receive(record(99, b"?", 0x0301))) == b""
    assert not connection.closed


def test_a_client_greets_and_ends_where_a_key_is_needed() -> None:
    connection = connect(TLS_CLIENT)
    hello = joined(connection.start())
    assert hello[5] == 1
    assert connection.start() == []
    flight = READS_ON.hello(READS_ON.recording())
    outputs = connection.receive(flight)
    assert joined(outputs) == alert(40)
    assert ends(outputs) == ["orderly"]


@pytest.mark.parametrize(
    ("body", "description"),
    [(b"\x03\x03" + bytes(3), 50), (b"\x03\x04" + bytes(33), 70), (b"\x02\xff" + bytes(33), 70)],
)
def test_a_client_refuses_a_server_hello_that_is_none(body: bytes, description: int) -> None:
    connection = connect(TLS_CLIENT)
    connection.start()
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    assert joined(connection.receive(record(22, message))) == alert(description)


@pytest.mark.parametrize("chosen", [0x0300, 0x0301, 0x0303])
def test_a_client_goes_on_in_the_version_that_the_server_chose(chosen: int) -> None:
    connection = connect(TLS_CLIENT)
    connection.start()
    message = b"\x02\x00\x00\x23" + chosen.to_bytes(2, "big") + bytes(33)
    assert joined(connection.receive(record(22, message, chosen))) == b""
    assert joined(connection.receive(record(22, FLUSH[5:], chosen))) == alert(10, chosen)


# --- bounds ---------------------------------------------------------------------------------------


def test_what_lies_unread_is_bounded() -> None:
    connection = greeted(ONE_RECORD)
    connection.receive(OWN_BYTES)
    outputs: list[Output] = []
    for _ in range(MAX_UNREAD // len(LARGE_CONTROL) + 30):
        outputs += connection.receive(record(22, bytes(16384)) * 2)
    assert connection.closed
    assert len(ends(outputs)) == 1


def test_what_is_sent_is_bounded() -> None:
    connection = greeted(READS_ON)
    request = record(24, over_reading(0xFFFF, b""))
    outputs = [output for _ in range(MAX_SENT // 0xFFFF + 5) for output in connection.receive(request)]
    assert MAX_SENT - 70_000 < len(joined(outputs)) <= MAX_SENT
    assert connection.closed
    assert len(ends(outputs)) == 1


def test_no_more_is_wanted_than_the_record_being_read() -> None:
    connection = connect(READS_ON)
    stream, taken = client_hello(READS_ON) + OWN_BYTES, []
    while stream:
        taken.append(connection.wanted)
        connection.receive(stream[: taken[-1]])
        stream = stream[taken[-1] :]
    assert taken == [5, len(client_hello(READS_ON)) - 5, 5, 16368]


RECORDS = st.builds(
    record,
    st.sampled_from([20, 21, 22, 23, 24, 99]),
    st.binary(max_size=40),
    st.sampled_from([0x0303, 0x0300, 0x0301]),
)
PIECES = st.lists(RECORDS | st.binary(max_size=20) | st.sampled_from([OWN_BYTES, CONTROL, FLUSH]), max_size=6)


@given(st.sampled_from(SERVERS), st.booleans(), PIECES)
def test_any_bytes_draw_at_most_one_end(peer: RecordedPeer, hello_first: bool, pieces: list[bytes]) -> None:
    connection = connect(peer)
    outputs = list(connection.receive(client_hello(peer))) if hello_first else []
    for piece in pieces:
        outputs += connection.receive(piece)
    assert len(ends(outputs)) == connection.closed
    assert connection.closed or connection.wanted >= 0


@given(st.sampled_from([READS_ON, CLOSES, PATCHED, WITHOUT]), PIECES, st.data())
def test_how_the_stream_is_cut_does_not_matter(
    peer: RecordedPeer, pieces: list[bytes], data: st.DataObject
) -> None:
    stream = client_hello(peer) + b"".join(pieces)
    whole = joined(connect(peer).receive(stream))
    cut, at = connect(peer), 0
    outputs: list[Output] = []
    for place in [*sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8))), len(stream)]:
        outputs += cut.receive(stream[at:place])
        at = place
    assert joined(outputs) == whole
