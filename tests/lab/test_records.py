import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hemostat.lab
from hemostat.lab.records import (
    DatagramMessage,
    DatagramRecord,
    cookie_of,
    datagram_messages,
    datagram_record,
    datagram_records,
    random_place,
    session_place,
    stream_record,
    with_cookie,
)
from tests.lab.asking import DTLS_RETRIES, READS_ON, client_hello, datagram, datagram_flush, recorded_sends


def test_headers_as_the_rfcs_draw_them() -> None:
    assert stream_record(21, 0x0303, b"\x02\x0a") == bytes.fromhex("15 0303 0002 020a")
    assert datagram_record(21, 5, b"\x02\x0a") == bytes.fromhex("15 feff 0000 000000000005 0002 020a")


def test_a_datagram_is_cut_at_the_first_record_that_is_not_whole() -> None:
    whole = datagram(24, 7, b"abc") + datagram(21, 8, b"\x02\x0a")
    expected = [DatagramRecord(24, 0xFEFF, 0, 7, b"abc"), DatagramRecord(21, 0xFEFF, 0, 8, b"\x02\x0a")]
    assert datagram_records(whole) == expected
    assert datagram_records(whole[:-1]) == expected[:1]
    assert datagram_records(whole + b"\x16\xfe\xff") == expected


def test_handshake_messages_of_a_datagram_record() -> None:
    (record,) = datagram_records(datagram_flush(4, 2))
    assert datagram_messages(record.fragment) == [DatagramMessage(20, 2, bytes(12))]
    assert [message.sequence for message in datagram_messages(record.fragment * 2)] == [2, 2]
    in_fragments = record.fragment[:8] + b"\x01" + record.fragment[9:]
    assert datagram_messages(in_fragments) == []
    assert datagram_messages(record.fragment[:-1]) == []


@given(data=st.binary(max_size=200))
def test_any_bytes_are_cut_without_an_error(data: bytes) -> None:
    for record in datagram_records(data):
        assert record.fragment in data
    for message in datagram_messages(data):
        assert message.body in data
    assert len(cookie_of(data)) <= 255


def test_places_in_recorded_hellos() -> None:
    flight = READS_ON.hello(READS_ON.recording())
    assert flight[random_place(False)] == flight[11:43]
    assert flight[session_place(flight, False)] == b""
    flight = DTLS_RETRIES.hello(DTLS_RETRIES.recording())
    assert flight[random_place(True)] == flight[27:59]
    assert len(flight[session_place(flight, True)]) == 32


def test_cookies_are_read_and_put_where_the_recorded_asker_put_them() -> None:
    first, second = recorded_sends(DTLS_RETRIES)[:2]
    cookie = DTLS_RETRIES.hello_verify_request(DTLS_RETRIES.recording())[28:]
    assert first == client_hello(DTLS_RETRIES)
    assert cookie_of(first[25:]) == b""
    assert cookie_of(second[25:]) == cookie
    assert with_cookie(first[25:], cookie) == second[25:]


WITH_WORDS = ("endpoints", "front", "serve")


@pytest.mark.parametrize(
    "path", sorted(Path(hemostat.lab.__file__).parent.glob("*.py")), ids=lambda path: path.name
)
def test_the_lab_shares_no_code_with_what_it_tests(path: Path) -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    ours = {name for name in imported if name.startswith("hemostat") and not name.startswith("hemostat.lab")}
    # What stands before TLS is granted by the dialects' own words; real clients and servers try both roles of these.
    words = {"hemostat.dialects", "hemostat.layers"} if path.stem in WITH_WORDS else set()
    assert ours <= {"hemostat.errors", *words}
