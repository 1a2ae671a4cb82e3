"""One conversation of tlslite-ng's in memory: what it says, what it finds, and that nothing a peer sends raises."""

import itertools
import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.detect.drivers.library_findings import Findings
from hemostat.detect.drivers.library_tlslite import TlsliteConversation
from hemostat.exchange import AskLibrary
from hemostat.exchange.flight import MOST_ALERTS
from hemostat.wire import protocol
from hemostat.wire.handshake import HandshakeReader, message
from hemostat.wire.hello import ClientHello, read_client_hello
from hemostat.wire.records import RecordReader, record
from tests.detect.drivers.library_evidence import connection_of
from tests.detect.drivers.library_peer import (
    KEY_KINDS,
    MemoryServer,
    costly_certificate,
    pair,
    records,
    server_context,
)
from tests.detect.network import hostile

CERTIFICATE = AskLibrary("certificate", "www.example", None, None)
AFTER_HANDSHAKE = AskLibrary("after-handshake", "www.example", bytes(100), bytes(8))


def started(question: AskLibrary) -> tuple[TlsliteConversation, Findings, bytes]:
    """A conversation, what it finds, and its hello."""
    findings = Findings(ended="ours")
    conversation = TlsliteConversation(question, findings, itertools.count().__next__)
    conversation.start()
    return conversation, findings, conversation.output()


def hello_of(question: AskLibrary) -> ClientHello:
    (first,) = RecordReader().feed(started(question)[2])
    (whole,) = HandshakeReader().feed(first.body)
    return read_client_hello(whole.body)


def converse(question: AskLibrary, context: ssl.SSLContext) -> Findings:
    """Until the conversation is over or nobody has more to say."""
    conversation, findings, said = started(question)
    server = MemoryServer(context)
    while said and not conversation.finished:
        for one in records(server.answer(said)):
            conversation.receive(one)
        said = conversation.output()
    conversation.conclude()
    assert connection_of(findings.report())["failure"] == findings.failure
    return findings


# -- what it says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["www.example", "under_score.example", None])
def test_the_name_is_sent(name: str | None) -> None:
    assert hello_of(CERTIFICATE._replace(name=name)).name == name


def test_a_certificate_is_asked_for_in_tls_1_3_and_1_2_without_heartbeats() -> None:
    hello = hello_of(CERTIFICATE)
    assert set(hello.versions) == {protocol.TLS13, protocol.TLS12}
    assert hello.heartbeat is None


def test_heartbeats_are_offered_below_tls_1_3() -> None:
    hello = hello_of(AFTER_HANDSHAKE)
    assert hello.version == protocol.TLS12
    assert protocol.TLS13 not in hello.versions
    assert hello.heartbeat == 1


def test_no_hello_is_of_a_length_that_balancers_hang_on() -> None:
    for question in (CERTIFICATE, AFTER_HANDSHAKE):
        for length in range(1, 64):
            _, _, said = started(question._replace(name="n" * length))
            assert len(said) - 5 not in range(256, 512)


# -- what it finds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KEY_KINDS)
@pytest.mark.parametrize(
    ("newest", "version"),
    [(ssl.TLSVersion.TLSv1_3, protocol.TLS13), (ssl.TLSVersion.TLSv1_2, protocol.TLS12)],
    ids=["1.3", "1.2"],
)
def test_the_certificate_is_read(tmp_path: Path, kind: str, newest: ssl.TLSVersion, version: int) -> None:
    findings = converse(CERTIFICATE, server_context(tmp_path, kind, newest=newest))
    assert (findings.failure, findings.certificates, findings.version) == (None, (pair(kind).der,), version)
    assert findings.cipher is not None
    assert (findings.cipher >> 8 == 0x13) == (version == protocol.TLS13)
    names = [name for _, name, _ in findings.messages]
    assert names[:2] == ["client-hello", "server-hello"]
    assert "certificate" in names


def test_a_server_without_heartbeats_is_not_asked(tmp_path: Path) -> None:
    findings = converse(AFTER_HANDSHAKE, server_context(tmp_path, newest=ssl.TLSVersion.TLSv1_2))
    assert findings.version == protocol.TLS12
    assert (findings.failure, findings.heartbeat, findings.parts) == (None, None, [])


# -- what a peer may do --------------------------------------------------------------------------------------


def told(*said: bytes, question: AskLibrary = CERTIFICATE, ends: bool = False) -> Findings:
    """What is found where the peer answers the hello by these records."""
    conversation, findings, _ = started(question)
    for one in said:
        conversation.receive(one)
    if ends:
        conversation.receive_end()
    conversation.conclude()
    connection_of(findings.report())
    return findings


def test_a_refusal_is_named_by_its_alert() -> None:
    findings = told(hostile.record(21, b"\2\x28"))
    assert findings.failure == "handshake-handshake-failure"
    assert findings.alerts == ["fatal handshake_failure"]


def test_a_close_without_a_word() -> None:
    assert told(ends=True).failure == "closed"


def test_a_warning_is_passed_over() -> None:
    findings = told(hostile.record(21, b"\1\x70"), hostile.record(21, b"\2\x46"))
    assert findings.alerts == ["warning unrecognized_name", "fatal protocol_version"]
    assert findings.failure == "handshake-protocol-version"


def test_warnings_without_end_are_not() -> None:
    findings = told(*[hostile.record(21, b"\1\x70")] * 100)
    assert findings.failure == "too-many-messages"
    assert len(findings.alerts) == MOST_ALERTS


def test_messages_without_end_are_not_read() -> None:
    findings = told(*[hostile.record(22, message(protocol.HELLO_REQUEST, b""))] * 100)
    assert findings.failure in ("too-many-messages", "library-refused")
    assert len(findings.messages) <= 64


def test_a_certificate_with_a_chain_of_64_kib() -> None:
    chain = hostile.long_chain()
    said = hostile.server_hello(hostile.RENEGOTIATION) + hostile.certificate(chain)
    findings = told(*[hostile.record(22, said[at : at + 16000]) for at in range(0, len(said), 16000)])
    assert findings.certificates == chain


def test_a_prime_that_would_take_hours_is_refused() -> None:
    # TLS_DHE_RSA_WITH_AES_128_CBC_SHA, and a prime of 65,528 bits.
    hello = protocol.TLS12.to_bytes(2, "big") + bytes(32) + b"\0\0\x33\0" + b"\0\5" + hostile.RENEGOTIATION
    prime = b"\x1f\xff" + b"\xff" * 8191
    exchange = prime + b"\0\1\2" + prime + b"\4\1\0\1" + b"\0"
    findings = told(
        hostile.record(22, message(protocol.SERVER_HELLO, hello)),
        hostile.record(22, hostile.certificate([pair("rsa").der])),
        hostile.record(22, message(protocol.SERVER_KEY_EXCHANGE, exchange)[:16000]),
        hostile.record(22, message(protocol.SERVER_KEY_EXCHANGE, exchange)[16000:]),
        question=AFTER_HANDSHAKE,
    )
    assert findings.failure == "library-refused"
    assert ("<", "server-key-exchange", len(exchange)) in findings.messages


def test_a_key_that_would_take_for_ever_is_refused_where_it_would_be_computed_with() -> None:
    said = hostile.server_hello(hostile.HEARTBEATS), hostile.certificate([costly_certificate()])
    records_ = [hostile.record(22, each) for each in said]
    findings = told(*records_, question=AFTER_HANDSHAKE)
    assert findings.failure == "library-refused"
    assert len(findings.certificates) == 1
    assert findings.messages[-1][:2] == ("<", "certificate")
    # To be shown is all that is asked of it here.
    plain = [hostile.record(22, hostile.server_hello(hostile.RENEGOTIATION)), records_[1]]
    assert told(*plain).failure is None


def test_the_first_reason_counts() -> None:
    conversation, findings, _ = started(CERTIFICATE)
    conversation.receive(hostile.record(21, b"\2\x28"))
    conversation.fail(TimeoutError())
    assert findings.failure == "handshake-handshake-failure"


def test_what_the_network_does_before_the_handshake_is_over_is_the_failure() -> None:
    conversation, findings, _ = started(AFTER_HANDSHAKE)
    conversation.fail(TimeoutError())
    conversation.conclude()
    assert conversation.finished
    assert findings.failure == "timeout"


_SAID = st.one_of(
    st.binary(max_size=60),
    st.just(hostile.server_hello(hostile.HEARTBEATS)),
    st.just(hostile.certificate([pair("rsa").der])),
    st.just(message(protocol.SERVER_HELLO_DONE, b"")),
    st.builds(message, st.sampled_from([0, 1, 2, 4, 8, 11, 12, 13, 14, 20, 22, 254]), st.binary(max_size=60)),
)


@given(
    st.sampled_from([CERTIFICATE, AFTER_HANDSHAKE]),
    st.lists(st.tuples(st.sampled_from([20, 21, 22, 23, 24]), _SAID), max_size=8),
    st.booleans(),
)
def test_whatever_a_peer_sends_ends_in_findings(
    question: AskLibrary, said: list[tuple[int, bytes]], ends: bool
) -> None:
    findings = told(
        *[record(kind, protocol.TLS12, body) for kind, body in said], question=question, ends=ends
    )
    assert not findings.parts  # No handshake was finished.


@given(changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_garbled_flight_ends_in_findings(changes: list[tuple[int, int]], tmp_path_factory: Any) -> None:
    conversation, findings, said = started(CERTIFICATE)
    flight = bytearray(MemoryServer(_context(tmp_path_factory)).answer(said))
    for offset, octet in changes:
        flight[offset % len(flight)] = octet
    for one in _whole_records(bytes(flight)):
        conversation.receive(one)
    conversation.receive_end()
    conversation.conclude()
    connection_of(findings.report())


def _whole_records(flight: bytes) -> list[bytes]:
    """Cut by their lengths, whatever else they say."""
    found, at = [], 0
    while at + 5 <= len(flight):
        stop = at + 5 + int.from_bytes(flight[at + 3 : at + 5], "big")
        if stop > len(flight):
            break
        found.append(flight[at:stop])
        at = stop
    return found


_CONTEXTS: list[ssl.SSLContext] = []


def _context(factory: Any) -> ssl.SSLContext:
    if not _CONTEXTS:
        _CONTEXTS.append(server_context(factory.mktemp("pair"), "p256"))
    return _CONTEXTS[0]
