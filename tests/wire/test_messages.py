import ssl

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.datagrams import read_datagram
from hemostat.wire.handshake import FragmentReader, HandshakeReader, Message, message
from hemostat.wire.messages import (
    MOST_CERTIFICATES,
    finished_out_of_turn,
    read_alert,
    read_certificate,
    read_certificate_request,
)
from hemostat.wire.protocol import alert_text
from hemostat.wire.records import RecordReader
from tests.wire.damage import garbled, outcome
from tests.wire.recorded import DATAGRAMS, STREAMS, name, received
from tests.wire.witnesses import (
    codec,
    constants,
    handshake_of_openssl,
    messages,
    self_signed,
    x509certchain,
)

SERVERS = [case for case in STREAMS + DATAGRAMS if case[0].role == "server"]


def chain(*certificates: bytes) -> bytes:
    """RFC 5246 section 7.4.2: certificate_list<0..2^24-1> of ASN.1Cert<1..2^24-1>."""
    listed = b"".join(len(item).to_bytes(3, "big") + item for item in certificates)
    return len(listed).to_bytes(3, "big") + listed


def test_a_chain_as_rfc_5246_draws_it() -> None:
    assert read_certificate(bytes.fromhex("00000a 000003 aabbcc 000001 dd")) == (b"\xaa\xbb\xcc", b"\xdd")
    assert read_certificate(bytes.fromhex("000000")) == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "truncated"),
        ("0000", "truncated"),
        ("000006 000003 aabb", "truncated"),
        ("ffffff 000003 aabbcc", "truncated"),
        ("000005 000003 aabb", "truncated"),
        ("000002 0000", "truncated"),
        ("000006 ffffff aabbcc", "truncated"),
        ("000006 000003 aabbcc dd", "trailing-bytes"),
        ("000000 00", "trailing-bytes"),
        # ASN.1Cert<1..2^24-1>: never empty.
        ("000003 000000", "bad-value"),
    ],
)
def test_chains_that_are_refused(body: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        read_certificate(bytes.fromhex(body))
    assert caught.value.code == code


def test_a_chain_has_its_longest_length() -> None:
    assert len(read_certificate(chain(*[b"x"] * MOST_CERTIFICATES))) == MOST_CERTIFICATES
    with pytest.raises(WireError) as caught:
        read_certificate(chain(*[b"x"] * (MOST_CERTIFICATES + 1)))
    assert caught.value.code == "bad-value"


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6))
def test_what_is_written_is_read(certificates: list[bytes]) -> None:
    assert read_certificate(chain(*certificates)) == tuple(certificates)


@given(st.one_of(garbled(chain(b"one" * 20, b"two" * 20, b"three")), st.binary(max_size=80)))
def test_whatever_chain_comes(body: bytes) -> None:
    found = outcome(read_certificate, body)
    if isinstance(found, str):
        assert found in ("truncated", "trailing-bytes", "bad-value")
    else:
        assert chain(*found) == body


def parsed_by_tlslite(der: bytes) -> object:
    certificate = x509certchain.X509()
    certificate.parseBinary(bytearray(der))
    return certificate


def test_tlslites_certificate_message() -> None:
    der = [self_signed(f"{number}.example")[0] for number in range(2)]
    tlslite_chain = x509certchain.X509CertChain(list(map(parsed_by_tlslite, der)))
    written = messages.Certificate(constants.CertificateType.x509, (3, 3)).create(tlslite_chain).write()
    ((kind, body),) = HandshakeReader().feed(bytes(written))
    assert kind == 11
    assert read_certificate(body) == tuple(der)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2])
def test_todays_openssls_certificate_message(version: ssl.TLSVersion) -> None:
    spoken = handshake_of_openssl(version)
    bodies = b"".join(item.body for item in RecordReader().feed(spoken.server))
    (body,) = [item.body for item in HandshakeReader().feed(bodies) if item.kind == 11]
    assert read_certificate(body) == (spoken.certificate,)


def flight(peer: RecordedPeer, recording: Recording) -> list[Message]:
    if peer.transport == "udp":
        fragments = FragmentReader()
        records = [item for data in received(recording) for item in read_datagram(data)]
        return [found for item in records if item.kind == 22 for found in fragments.feed(item.body)]
    stream = RecordReader().feed(b"".join(received(recording)))
    return HandshakeReader().feed(b"".join(item.body for item in stream if item.kind == 22))


@pytest.mark.parametrize(("peer", "recording"), SERVERS, ids=name)
def test_the_certificates_of_the_recordings(peer: RecordedPeer, recording: Recording) -> None:
    items = flight(peer, recording)
    (certificate,) = [item.body for item in items if item.kind == 11]
    for der in read_certificate(certificate):
        key = x509.load_der_x509_certificate(der).public_key()
        assert {"rsa": "RSAPublicKey", "ecdsa": "ECPublicKey"}[str(peer.certificate)] == type(key).__name__
    assert message(11, chain(*read_certificate(certificate))) == message(11, certificate)
    for request in [item.body for item in items if item.kind == 13]:
        # RFC 5246 section 7.4.4: rsa_sign(1), dss_sign(2); RFC 8422 section 5.5: ecdsa_sign(64).
        assert {1, 2} <= set(read_certificate_request(request))


def test_a_certificate_request_as_the_rfcs_draw_it() -> None:
    """RFC 5246 section 7.4.4: certificate_types<1..2^8-1>, then (1.2) signature algorithms, then names."""
    assert read_certificate_request(bytes.fromhex("02 01 40 0002 0401 0000")) == (1, 64)
    assert read_certificate_request(bytes.fromhex("01 01 0000")) == (1,)
    written = messages.CertificateRequest((3, 3)).create([1, 2, 64], [], [(4, 1)]).write()
    assert read_certificate_request(bytes(written)[4:]) == (1, 2, 64)


@pytest.mark.parametrize("body", ["", "01", "02 01", "ff 01 02"])
def test_certificate_requests_that_are_refused(body: str) -> None:
    with pytest.raises(WireError) as caught:
        read_certificate_request(bytes.fromhex(body))
    assert caught.value.code == "truncated"


@given(st.binary(max_size=60))
def test_whatever_certificate_request_comes(body: bytes) -> None:
    found = outcome(read_certificate_request, body)
    if isinstance(found, str):
        assert found == "truncated"
    else:
        assert bytes(found) == body[1 : 1 + body[0]]


def test_an_alert_as_rfc_5246_draws_it() -> None:
    """Section 7.2: level fatal(2), description unexpected_message(10)."""
    assert read_alert(bytes.fromhex("02 0a")) == (2, 10)
    for body, code in (("", "truncated"), ("02", "truncated"), ("020a00", "trailing-bytes")):
        with pytest.raises(WireError) as caught:
            read_alert(bytes.fromhex(body))
        assert caught.value.code == code


@given(st.binary(max_size=5))
def test_whatever_alert_comes(body: bytes) -> None:
    found = outcome(read_alert, body)
    if isinstance(found, str):
        assert found in ("truncated", "trailing-bytes")
    else:
        assert bytes(found) == body


@pytest.mark.parametrize(("peer", "recording"), STREAMS, ids=name)
def test_the_alerts_of_the_recordings(peer: RecordedPeer, recording: Recording) -> None:
    """Every one is what a Finished out of turn draws."""
    del peer
    items = RecordReader().feed(b"".join(received(recording)))
    alerts = [alert_text(*read_alert(item.body)) for item in items if item.kind == 21]
    assert set(alerts) <= {"fatal unexpected_message"}
    assert len(alerts) <= 1


def test_the_flush() -> None:
    """RFC 5246 section 7.4.9: verify_data[12]; the whole message is 14 00 00 0c and twelve zero bytes."""
    kind, body = finished_out_of_turn()
    assert message(kind, body) == bytes.fromhex("14 00000c 00000000 00000000 00000000")


def test_tlslite_takes_the_flush_for_a_finished() -> None:
    kind, body = finished_out_of_turn()
    parser = codec.Parser(bytearray(message(kind, body)))
    assert parser.get(1) == constants.HandshakeType.finished
    assert bytes(messages.Finished((3, 3)).parse(parser).verify_data) == bytes(12)
