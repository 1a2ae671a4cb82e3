"""A certificate read by Python's own `ssl` over memory."""

import ssl
from pathlib import Path

import pytest

from hemostat.detect.drivers.library_findings import Findings
from hemostat.detect.drivers.library_ssl import SslConversation
from hemostat.wire import protocol
from hemostat.wire.handshake import HandshakeReader
from hemostat.wire.hello import read_client_hello
from hemostat.wire.records import RecordReader
from tests.detect.drivers.library_evidence import connection_of
from tests.detect.drivers.library_peer import KEY_KINDS, MemoryServer, pair, records, server_context


def converse(context: ssl.SSLContext, name: str | None = None) -> tuple[SslConversation, Findings]:
    """Until the conversation is over or nobody has more to say."""
    findings = Findings(ended="ours")
    conversation = SslConversation(name, findings)
    server = MemoryServer(context)
    conversation.start()
    while not conversation.finished and (said := conversation.output()):
        for one in records(server.answer(said)):
            conversation.receive(one)
    conversation.conclude()
    return conversation, findings


@pytest.mark.parametrize("kind", KEY_KINDS)
@pytest.mark.parametrize(
    ("newest", "version"),
    [(ssl.TLSVersion.TLSv1_3, protocol.TLS13), (ssl.TLSVersion.TLSv1_2, protocol.TLS12)],
    ids=["1.3", "1.2"],
)
def test_the_certificate_is_read(tmp_path: Path, kind: str, newest: ssl.TLSVersion, version: int) -> None:
    conversation, findings = converse(server_context(tmp_path, kind, newest=newest))
    assert conversation.finished
    assert findings.failure is None
    assert findings.certificates[0] == pair(kind).der
    assert findings.version == version
    assert findings.cipher is not None
    assert (findings.cipher >> 8 == 0x13) == (version == protocol.TLS13)
    assert connection_of(findings.report())["version"] == protocol.version_name(version)


def _hello_name(name: str | None) -> str | None:
    conversation = SslConversation(name, Findings())
    conversation.start()
    (record,) = RecordReader().feed(conversation.output())
    (message,) = HandshakeReader().feed(record.body)
    return read_client_hello(message.body).name


@pytest.mark.parametrize("name", ["www.example", "under_score.example", None])
def test_the_name_is_sent(name: str | None) -> None:
    assert _hello_name(name) == name


def test_a_name_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"label|host"):
        SslConversation(".example", Findings())


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (b"\x15\x03\x03\x00\x02\x02\x28", "library-refused"),
        (b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "library-refused"),
        (b"\x17\x03\x03\x00\x04oops", "library-refused"),
    ],
)
def test_what_is_no_handshake_ends_it(record: bytes, code: str) -> None:
    findings = Findings()
    conversation = SslConversation(None, findings)
    conversation.start()
    conversation.receive(record)
    assert conversation.finished
    assert (findings.failure, findings.certificates) == (code, ())
    # The first reason counts.
    conversation.fail(TimeoutError())
    assert findings.failure == code


def test_a_close_ends_it() -> None:
    findings = Findings()
    conversation = SslConversation(None, findings)
    conversation.start()
    conversation.receive_end()
    assert conversation.finished
    assert findings.failure == "closed"


def test_the_network_ends_it() -> None:
    findings = Findings()
    conversation = SslConversation(None, findings)
    conversation.start()
    conversation.fail(TimeoutError())
    assert conversation.finished
    assert findings.failure == "timeout"
