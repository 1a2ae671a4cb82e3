"""One replayed DTLS association: what no recording shows, and what any asker may do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.connection import MAX_SENT, Output
from hemostat.lab.datagram import MAX_RESENDS, DatagramConnection
from hemostat.lab.heartbeats import LAB_TEXT
from hemostat.lab.recordings import RecordedPeer
from tests.lab.asking import (
    DTLS_CLIENT,
    DTLS_CLOSES,
    DTLS_PATCHED,
    DTLS_RETRIES,
    DTLS_WITHOUT,
    OURS,
    client_hello,
    datagram,
    datagram_flush,
    heartbeat,
    joined,
    over_reading,
    sent,
    with_cookie,
)

SERVERS = [DTLS_RETRIES, DTLS_CLOSES, DTLS_PATCHED, DTLS_WITHOUT]
LARGE = heartbeat(4096, 16)


class Counted:
    """Random bytes that differ from call to call: 1s, then 2s …"""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, length: int) -> bytes:
        self._calls += 1
        return bytes((self._calls % 256,)) * length


def connect(peer: RecordedPeer) -> DatagramConnection:
    return DatagramConnection(peer, peer.recording(), Counted())


def second_hello(peer: RecordedPeer, connection: DatagramConnection) -> bytes:
    """The ClientHello with the cookie that a server's first answer brought."""
    [verify] = sent(connection.receive(client_hello(peer)))
    assert verify[13] == 3
    return with_cookie(client_hello(peer), verify)


def greeted(peer: RecordedPeer) -> DatagramConnection:
    """An association whose first flight was seen, with record 2 and message_seq 2 next."""
    connection = connect(peer)
    flight = joined(connection.receive(second_hello(peer, connection)))
    assert flight[13] == 2
    return connection


def numbers(outputs: list[Output]) -> list[int]:
    """The record sequence numbers of what was sent."""
    found = []
    for each in sent(outputs):
        at = 0
        while at < len(each):
            found.append(int.from_bytes(each[at + 3 : at + 11], "big"))
            at += 13 + int.from_bytes(each[at + 11 : at + 13], "big")
    return found


# --- the cookie exchange --------------------------------------------------------------------------


def test_a_hello_without_its_cookie_draws_the_cookie_and_nothing_is_kept() -> None:
    connection = connect(DTLS_RETRIES)
    for _ in range(3):
        outputs = connection.receive(client_hello(DTLS_RETRIES))
        assert numbers(outputs) == [0]
        assert sent(outputs)[0][28:] == bytes((1,)) * 20
        assert not connection.awaits_answer


def test_the_cookie_draws_the_flight_from_record_1() -> None:
    connection = connect(DTLS_RETRIES)
    outputs = connection.receive(second_hello(DTLS_RETRIES, connection))
    assert numbers(outputs)[0] == 1
    assert connection.awaits_answer
    assert len(joined(outputs)) == len(DTLS_RETRIES.hello(DTLS_RETRIES.recording()))


def test_another_cookie_draws_the_right_one() -> None:
    connection = connect(DTLS_RETRIES)
    [verify] = sent(connection.receive(client_hello(DTLS_RETRIES)))
    wrong = with_cookie(client_hello(DTLS_RETRIES), verify[:-1] + b"\xff")
    assert sent(connection.receive(wrong)) == [verify]


def test_the_hello_again_draws_the_flight_again_in_new_records() -> None:
    connection = connect(DTLS_RETRIES)
    hello = second_hello(DTLS_RETRIES, connection)
    first, again = connection.receive(hello), connection.receive(hello)
    assert numbers(again) == [number + len(numbers(first)) for number in numbers(first)]
    assert len(sent(again)) == len(numbers(first))


# --- the question ---------------------------------------------------------------------------------


def test_one_that_retries_echoes_own_bytes_and_goes_on() -> None:
    connection = greeted(DTLS_RETRIES)
    for sequence in (2, 3):
        [small] = [joined(connection.receive(datagram(24, sequence * 2, heartbeat(4096, 0))))]
        assert small[13:][:3] == b"\x02\x10\x00"
        assert small[16 : 16 + 4096] == OURS[:4096]
    assert not connection.closed


def test_a_patched_one_answers_only_what_is_well_formed() -> None:
    connection = greeted(DTLS_PATCHED)
    assert connection.receive(datagram(24, 2, heartbeat(4096, 0))) == []
    assert joined(connection.receive(datagram(24, 3, LARGE)))[13:16] == b"\x02\x10\x00"


def test_over_reading_draws_the_labs_own_text() -> None:
    answer = joined(greeted(DTLS_RETRIES).receive(datagram(24, 2, over_reading(8000, b"ours"))))
    assert answer[16:20] == b"ours"
    assert answer[20:-16] == (LAB_TEXT * 200)[: 8000 - 4]


def test_an_answer_that_fits_no_record_is_not_sent() -> None:
    assert greeted(DTLS_RETRIES).receive(datagram(24, 2, over_reading(0xFFFF, b"ours"))) == []


def test_one_that_closes_answers_once_and_then_is_a_fresh_session() -> None:
    connection = greeted(DTLS_CLOSES)
    assert len(joined(connection.receive(datagram(24, 2, LARGE)))) == 13 + 3 + 4096 + 16
    assert connection.receive(datagram(24, 3, LARGE)) == []
    [verify] = sent(connection.receive(client_hello(DTLS_CLOSES)))
    assert verify[28:] != bytes((1,)) * 20
    assert numbers(connection.receive(with_cookie(client_hello(DTLS_CLOSES), verify)))[0] == 1


def test_without_heartbeats_an_alert_is_drawn_also_by_a_fresh_session() -> None:
    connection = greeted(DTLS_WITHOUT)
    for sequence in (2, 3):
        assert joined(connection.receive(datagram(24, sequence, LARGE)))[-2:] == b"\x02\x0a"


def test_the_flush_draws_its_alert_where_its_message_is_the_next() -> None:
    connection = greeted(DTLS_RETRIES)
    assert connection.receive(datagram_flush(2, 1)) == []
    assert connection.receive(datagram_flush(3, 3)) == []
    assert joined(connection.receive(datagram_flush(4, 2)))[-2:] == b"\x02\x0a"


def test_a_small_answer_shares_the_datagram_of_the_alert() -> None:
    connection = greeted(DTLS_RETRIES)
    assert connection.receive(datagram(24, 2, heartbeat(8, 16))) == []
    [both] = sent(connection.receive(datagram_flush(3, 2)))
    assert both[0] == 24
    assert both[-2:] == b"\x02\x0a"


@pytest.mark.parametrize(
    "dropped",
    [
        datagram(24, 1, LARGE)[:-1],
        datagram(24, 2, LARGE)[:3] + b"\0\x01" + datagram(24, 2, LARGE)[5:],
        b"\x18\xfe\xfd" + datagram(24, 2, LARGE)[3:],
        datagram(24, 2, b""),
        datagram(24, 2, b"\x02" + LARGE[1:]),
        datagram(23, 2, b"data"),
        datagram(21, 2, b"\x01\x00"),
        b"",
        b"\x18",
    ],
)
def test_what_is_not_of_this_session_is_dropped(dropped: bytes) -> None:
    connection = greeted(DTLS_RETRIES)
    assert connection.receive(dropped) == []
    assert len(joined(connection.receive(datagram(24, 9, LARGE)))) > 4096


def test_a_record_that_was_seen_or_is_too_old_is_dropped() -> None:
    connection = greeted(DTLS_RETRIES)
    drawn = [
        bool(connection.receive(datagram(24, number, LARGE))) for number in (100, 100, 99, 99, 37, 36, 101)
    ]
    assert drawn == [True, False, True, False, True, False, True]


def test_a_fatal_alert_ends_the_session() -> None:
    connection = greeted(DTLS_RETRIES)
    assert connection.receive(datagram(21, 2, b"\x02\x28")) == []
    assert connection.receive(datagram(24, 3, LARGE)) == []
    assert not connection.awaits_answer


def test_heartbeats_before_the_flight_are_passed_over() -> None:
    connection = connect(DTLS_RETRIES)
    assert connection.receive(datagram(24, 0, LARGE)) == []


@pytest.mark.parametrize("kind", [11, 16])
def test_what_needs_a_key_ends_it(kind: int) -> None:
    message = bytes((kind,)) + bytes(3) + b"\0\x02" + bytes(6)
    assert joined(greeted(DTLS_RETRIES).receive(datagram(22, 2, message)))[-2:] == b"\x02\x28"


# --- silence --------------------------------------------------------------------------------------


def test_an_unanswered_flight_is_sent_again_so_often_and_then_given_up() -> None:
    connection = greeted(DTLS_RETRIES)
    for _ in range(MAX_RESENDS):
        assert connection.awaits_answer
        assert connection.timeout() != []
    assert not connection.awaits_answer
    assert connection.timeout() == []
    assert joined(connection.receive(client_hello(DTLS_RETRIES)))[13] == 3


def test_a_client_sends_its_hello_and_sends_it_again() -> None:
    connection = connect(DTLS_CLIENT)
    [hello] = sent(connection.start())
    assert hello[13] == 1
    assert connection.start() == []
    [again] = sent(connection.timeout())
    assert (numbers([*connection.timeout()]), again[13:]) == ([2], hello[13:])


def test_a_client_brings_the_cookie_and_ends_where_a_key_is_needed() -> None:
    connection = connect(DTLS_CLIENT)
    connection.start()
    verify = b"\x03\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x06\xfe\xff\x03abc"
    [hello] = sent(connection.receive(datagram(22, 0, verify)))
    assert hello[17:19] == b"\x00\x01"
    assert b"\x03abc" in hello
    body = b"\xfe\xff" + bytes(33)
    length = len(body).to_bytes(3, "big")
    server_hello = b"\x02" + length + b"\x00\x01" + bytes(3) + length + body
    assert connection.receive(datagram(22, 1, server_hello)) == []
    assert not connection.awaits_answer
    done = b"\x0e\x00\x00\x00\x00\x02" + bytes(6)
    assert joined(connection.receive(datagram(22, 2, done)))[-2:] == b"\x02\x28"
    assert connection.closed
    assert connection.receive(datagram(22, 3, done)) == []


# --- bounds ---------------------------------------------------------------------------------------


def test_what_is_sent_is_bounded() -> None:
    connection = greeted(DTLS_RETRIES)
    request = heartbeat(16365, 0)
    total = sum(len(joined(connection.receive(datagram(24, number, request)))) for number in range(2, 400))
    assert MAX_SENT - 20_000 < total <= MAX_SENT
    assert connection.closed
    assert connection.receive(client_hello(DTLS_RETRIES)) == []


MESSAGES = st.builds(
    lambda kind, sequence, body: (
        bytes((kind,))
        + len(body).to_bytes(3, "big")
        + sequence.to_bytes(2, "big")
        + bytes(3)
        + len(body).to_bytes(3, "big")
        + body
    ),
    st.sampled_from([1, 2, 3, 11, 14, 16, 20]),
    st.integers(0, 4),
    st.binary(max_size=60),
)
DATAGRAMS = st.one_of(
    st.binary(max_size=60),
    st.builds(
        datagram, st.sampled_from([20, 21, 22, 23, 24, 99]), st.integers(0, 80), st.binary(max_size=40)
    ),
    st.builds(datagram, st.just(22), st.integers(0, 80), MESSAGES),
    st.builds(datagram, st.just(24), st.integers(0, 80), st.just(LARGE)),
)


@given(st.sampled_from([*SERVERS, DTLS_CLIENT]), st.lists(DATAGRAMS | st.none(), max_size=8))
def test_any_datagrams_and_silences_are_survived(peer: RecordedPeer, datagrams: list[bytes | None]) -> None:
    connection = connect(peer) if peer is DTLS_CLIENT else greeted(peer)
    outputs = connection.start()
    for each in datagrams:
        outputs += connection.timeout() if each is None else connection.receive(each)
    assert all(0 < len(each) <= 13 + 16384 for each in sent(outputs))
    assert peer is DTLS_CLIENT or not connection.closed
