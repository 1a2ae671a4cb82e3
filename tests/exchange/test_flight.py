import pytest

from hemostat.exchange.facts import Connection
from hemostat.exchange.flight import (
    choose_cipher,
    take_client_hello,
    take_server_message,
    wants_question,
)
from hemostat.wire import WireError
from hemostat.wire.handshake import Message
from tests.exchange import speech
from tests.exchange.speech import (
    DTLS10,
    DTLS12,
    SSL30,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    certificate,
    certificate_request,
    client_hello,
    hello_retry_request,
    server_hello,
    server_hello_done,
)


def message(record: bytes) -> Message:
    """The one handshake message of a record made by hand."""
    return Message(record[5], record[9:])


def facts() -> Connection:
    return Connection("burst", None, 0)


def test_a_flight_is_read_message_by_message() -> None:
    found = facts()
    for record, last in (
        (server_hello(TLS11, heartbeat=1, cipher=0x0035), False),
        (certificate(b"leaf", b"root"), False),
        (speech.handshake(12, b"key exchange"), False),
        (speech.handshake(22, b"status"), False),
        (certificate_request(), False),
        (server_hello_done(), True),
    ):
        assert take_server_message(message(record), found) is last
    assert (found.version, found.cipher, found.heartbeat) == (TLS11, 0x0035, 1)
    assert found.certificates == (b"leaf", b"root")
    assert found.client_certificate_asked
    assert [name for _, name, _ in found.messages] == [
        "server-hello",
        "certificate",
        "server-key-exchange",
        "certificate-status",
        "certificate-request",
        "server-hello-done",
    ]


def test_the_first_hello_and_the_first_chain_count() -> None:
    found = facts()
    take_server_message(message(server_hello(TLS12)), found)
    take_server_message(message(certificate(b"first")), found)
    take_server_message(message(server_hello(TLS10, heartbeat=None)), found)
    take_server_message(message(certificate(b"second")), found)
    assert (found.version, found.heartbeat, found.certificates) == (TLS12, 1, (b"first",))


def test_nothing_counts_before_the_hello() -> None:
    found = facts()
    assert not take_server_message(message(certificate(b"early")), found)
    assert not take_server_message(message(server_hello_done()), found)
    assert not take_server_message(message(certificate_request()), found)
    assert (found.version, found.certificates, found.client_certificate_asked) == (None, (), False)


@pytest.mark.parametrize("hello", [server_hello(TLS13), hello_retry_request()])
def test_behind_a_hello_of_1_3_all_is_encrypted(hello: bytes) -> None:
    found = facts()
    assert take_server_message(message(hello), found)
    assert found.version == TLS13


def test_a_breach_of_the_protocol_is_the_readers_error() -> None:
    found = facts()
    with pytest.raises(WireError, match="ends before"):
        take_server_message(Message(2, b"\3\3"), found)
    take_server_message(message(server_hello()), found)
    with pytest.raises(WireError):
        take_server_message(Message(11, b"\0\0\5x"), found)
    with pytest.raises(WireError):
        take_client_hello(Message(1, b""), facts(), datagram=False)


@pytest.mark.parametrize(
    ("hello", "version"),
    [
        (client_hello(SSL30), SSL30),
        (client_hello(TLS10), TLS10),
        (client_hello(TLS12), TLS12),
        # A client_version of a future that never was: our best.
        (client_hello(0x0305), TLS12),
        (client_hello(TLS12, versions=(TLS13, TLS12, TLS11)), TLS12),
        (client_hello(TLS12, versions=(0x2A2A, TLS13, TLS10)), TLS10),
        (client_hello(TLS12, versions=(TLS13,)), TLS13),
        (client_hello(TLS12, versions=(0x2A2A,)), TLS13),
    ],
)
def test_a_client_gets_its_best_version_up_to_1_2(hello: bytes, version: int) -> None:
    found = facts()
    assert take_client_hello(message(hello), found, datagram=False) is not None
    assert (found.version, found.heartbeat) == (version, 1)


def test_a_client_gets_its_own_dtls_version() -> None:
    for version in (DTLS10, DTLS12):
        found = facts()
        datagram = speech.DatagramSpeech(version).client_hello()
        assert take_client_hello(Message(1, datagram[25:]), found, datagram=True) is not None
        assert found.version == version


def test_a_client_says_hello_once() -> None:
    found = facts()
    assert take_client_hello(message(server_hello_done()), found, datagram=False) is None
    assert take_client_hello(message(client_hello(TLS11)), found, datagram=False) is not None
    assert take_client_hello(message(client_hello(TLS12)), found, datagram=False) is None
    assert found.version == TLS11


@pytest.mark.parametrize(
    ("suites", "chosen"),
    [
        ((0xC030, 0x002F), 0xC030),
        ((0x00FF, 0x5600, 0x1A1A, 0xDADA, 0x1301, 0x0035), 0x0035),
        ((0x00FF,), 0x002F),
        ((), 0x002F),
        # Near misses of GREASE (RFC 8701), which are suites all the same.
        ((0x000A,), 0x000A),
        ((0xC00A,), 0xC00A),
    ],
)
def test_a_suite_for_a_server_hello(suites: tuple[int, ...], chosen: int) -> None:
    assert choose_cipher(suites) == chosen


@pytest.mark.parametrize(
    ("version", "heartbeat", "stream", "datagram"),
    [
        (None, None, False, False),
        (TLS12, None, False, False),
        (TLS12, 1, True, False),
        (TLS10, 2, True, False),
        (SSL30, None, True, False),
        (TLS13, 1, False, False),
        (0x0305, 1, False, False),
        (0x0002, 1, False, False),
        (DTLS10, 1, False, True),
        (DTLS12, 1, False, True),
        (DTLS12, None, False, False),
        (0xFEFC, 1, False, False),
    ],
)
def test_what_leaves_something_to_ask(
    version: int | None, heartbeat: int | None, stream: bool, datagram: bool
) -> None:
    found = facts()
    found.version, found.heartbeat = version, heartbeat
    assert wants_question(found, datagram=False) is stream
    assert wants_question(found, datagram=True) is datagram
