import hashlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire import WireError
from hemostat.wire.datagrams import read_datagram
from hemostat.wire.extensions import extension, server_name
from hemostat.wire.handshake import FragmentReader, HandshakeReader, message
from hemostat.wire.hello import (
    RETRY_RANDOM,
    ClientHello,
    ServerHello,
    read_client_hello,
    read_hello_verify_request,
    read_server_hello,
    server_hello,
)
from hemostat.wire.protocol import version_name
from hemostat.wire.records import RecordReader
from tests.wire.damage import garbled, outcome
from tests.wire.recorded import DATAGRAMS, STREAMS, name, received, sent
from tests.wire.witnesses import codec, extensions, handshake_of_openssl, messages

RANDOM = bytes(range(32))
SERVERS = [case for case in STREAMS + DATAGRAMS if case[0].role == "server"]
CLIENTS = [case for case in STREAMS + DATAGRAMS if case[0].role == "client"]
CODES = ("truncated", "trailing-bytes", "duplicate-extension", "bad-value")

# RFC 5246 section 7.4.1.3: server_version, random, session_id, cipher_suite, compression_method, extensions.
PLAIN_SERVER = "0303" + RANDOM.hex() + "00" + "c02f" + "00"
HEARTBEAT = "000f 0001 01"  # RFC 6520 section 2
# RFC 5246 section 7.4.1.2: client_version, random, session_id, cipher_suites, compression_methods, …
PLAIN_CLIENT = "0303" + RANDOM.hex() + "00" + "0004 c02f 002f" + "01 00"
# RFC 6347 section 4.2.1: cookie<0..2^8-1> after session_id.
DTLS_CLIENT = "fefd" + RANDOM.hex() + "00" + "04 c00c1e00" + "0002 002f" + "01 00"

# RFC 8448 section 3: a handshake of TLS 1.3 as a specification prints it.
RFC_8448_SERVER = bytes.fromhex("""
    02 00 00 56 03 03 a6 af 06 a4 12 18 60 dc 5e 6e 60 24 9c d3 4c 95 93 0c 8a c5 cb 14 34 da c1 55 77 2e d3
    e2 69 28 00 13 01 00 00 2e 00 33 00 24 00 1d 00 20 c9 82 88 76 11 20 95 fe 66 76 2b db f7 c6 72 e1 56 d6
    cc 25 3b 83 3d f1 dd 69 b1 b0 4e 75 1f 0f 00 2b 00 02 03 04
""")
RFC_8448_CLIENT = bytes.fromhex("""
    01 00 00 c0 03 03 cb 34 ec b1 e7 81 63 ba 1c 38 c6 da cb 19 6a 6d ff a2 1a 8d 99 12 ec 18 a2 ef 62 83 02
    4d ec e7 00 00 06 13 01 13 03 13 02 01 00 00 91 00 00 00 0b 00 09 00 00 06 73 65 72 76 65 72 ff 01 00 01
    00 00 0a 00 14 00 12 00 1d 00 17 00 18 00 19 01 00 01 01 01 02 01 03 01 04 00 23 00 00 00 33 00 26 00 24
    00 1d 00 20 99 38 1d e5 60 e4 bd 43 d2 3d 8e 43 5a 7d ba fe b3 c0 6e 51 c1 3c ae 4d 54 13 69 1e 52 9a af
    2c 00 2b 00 03 02 03 04 00 0d 00 20 00 1e 04 03 05 03 06 03 02 03 08 04 08 05 08 06 04 01 05 01 06 01 02
    01 04 02 05 02 06 02 02 02 00 2d 00 02 01 01 00 1c 00 02 40 01
""")


def block(data: str) -> str:
    """An extensions block with its length."""
    return f"{len(bytes.fromhex(data)):04x}" + data


def code_of_server(body: str) -> str:
    with pytest.raises(WireError) as caught:
        read_server_hello(bytes.fromhex(body))
    return caught.value.code


def code_of_client(body: str, *, datagram: bool = False) -> str:
    with pytest.raises(WireError) as caught:
        read_client_hello(bytes.fromhex(body), datagram=datagram)
    return caught.value.code


# -- ServerHello ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "hello"),
    [
        (PLAIN_SERVER, ServerHello(0x0303, 0xC02F, None, False)),
        (PLAIN_SERVER + block(""), ServerHello(0x0303, 0xC02F, None, False)),
        (PLAIN_SERVER + block(HEARTBEAT), ServerHello(0x0303, 0xC02F, 1, False)),
        (PLAIN_SERVER + block("ff01 0001 00" + "000f 0001 02"), ServerHello(0x0303, 0xC02F, 2, False)),
        # Modes that RFC 6520 does not name are passed on: it is not for the reader to judge them.
        (PLAIN_SERVER + block("000f 0001 ff"), ServerHello(0x0303, 0xC02F, 255, False)),
        ("0301" + RANDOM.hex() + "20" + RANDOM.hex() + "0005 00", ServerHello(0x0301, 0x0005, None, False)),
        ("feff" + RANDOM.hex() + "00" + "0039 00" + block(HEARTBEAT), ServerHello(0xFEFF, 0x0039, 1, False)),
        # RFC 8446 section 4.2.1: supported_versions in a ServerHello that says 1.2.
        (PLAIN_SERVER + block("002b 0002 0304"), ServerHello(0x0304, 0xC02F, None, False)),
        ("0302" + PLAIN_SERVER[4:] + block("002b 0002 0304"), ServerHello(0x0302, 0xC02F, None, False)),
    ],
)
def test_server_hellos_as_the_rfcs_draw_them(body: str, hello: ServerHello) -> None:
    assert read_server_hello(bytes.fromhex(body)) == hello


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "truncated"),
        (PLAIN_SERVER[:-2], "truncated"),
        ("0303" + RANDOM.hex() + "04" + "aabbccdd" + "c02f", "truncated"),
        ("0303" + RANDOM.hex() + "21" + bytes(33).hex() + "c02f 00", "bad-value"),
        ("0303" + RANDOM.hex() + "ff" + bytes(33).hex() + "c02f 00", "bad-value"),
        (PLAIN_SERVER + "00", "truncated"),
        (PLAIN_SERVER + "0005" + "000f0001", "truncated"),
        (PLAIN_SERVER + "0000" + "00", "trailing-bytes"),
        (PLAIN_SERVER + block(HEARTBEAT) + "00", "trailing-bytes"),
        (PLAIN_SERVER + block("000f 0005 01"), "truncated"),
        (PLAIN_SERVER + block(HEARTBEAT + HEARTBEAT), "duplicate-extension"),
        (PLAIN_SERVER + block(HEARTBEAT + "000f 0001 02"), "duplicate-extension"),
        (PLAIN_SERVER + block("ff01 0001 00" * 2 + HEARTBEAT), "duplicate-extension"),
        (PLAIN_SERVER + block("000f 0000"), "bad-value"),
        (PLAIN_SERVER + block("000f 0002 0101"), "bad-value"),
        (PLAIN_SERVER + block("002b 0001 03"), "bad-value"),
        (PLAIN_SERVER + block("002b 0003 020304"), "bad-value"),
    ],
)
def test_server_hellos_that_are_refused(body: str, code: str) -> None:
    assert code_of_server(body) == code


def test_the_server_hello_of_rfc_8448() -> None:
    ((kind, body),) = HandshakeReader().feed(RFC_8448_SERVER)
    assert (kind, read_server_hello(body)) == (2, ServerHello(0x0304, 0x1301, None, False))


def test_a_hello_retry_request() -> None:
    """RFC 8446 section 4.1.3: a ServerHello whose random is the SHA-256 of "HelloRetryRequest"."""
    assert hashlib.sha256(b"HelloRetryRequest").digest() == RETRY_RANDOM
    retry = "0303" + RETRY_RANDOM.hex() + "00 1301 00"
    assert read_server_hello(bytes.fromhex(retry + block("002b 0002 0304"))).retry
    # Without 1.3 it is a random like any other.
    assert read_server_hello(bytes.fromhex(retry)) == ServerHello(0x0303, 0x1301, None, False)


server_hellos = st.builds(
    lambda version, cipher, data: server_hello(version, RANDOM, cipher, data),
    st.integers(0x0300, 0x0303),
    st.integers(0, 0xFFFF),
    st.dictionaries(
        st.integers(0, 60).filter(lambda kind: kind not in (15, 43)), st.binary(max_size=20), max_size=4
    ).map(lambda found: b"".join(extension(kind, data) for kind, data in found.items())),
)


def test_our_server_hello_as_rfc_5246_draws_it() -> None:
    assert server_hello(0x0303, RANDOM, 0xC02F, b"") == bytes.fromhex(PLAIN_SERVER)
    offer = bytes.fromhex(HEARTBEAT)
    assert server_hello(0x0303, RANDOM, 0xC02F, offer) == bytes.fromhex(PLAIN_SERVER + block(HEARTBEAT))
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            server_hello(0x0303, wrong, 0xC02F, b"")


@given(server_hellos)
def test_tlslite_reads_our_server_hello(body: bytes) -> None:
    ours = read_server_hello(body)
    # The body alone: extensions of ours that tlslite-ng knows in another shape are left out.
    bare = server_hello(ours.version, RANDOM, ours.cipher, extension(15, b"\x01"))
    theirs = messages.ServerHello().parse(codec.Parser(bytearray(message(2, bare)[1:])))
    assert (theirs.server_version[0] << 8 | theirs.server_version[1], theirs.cipher_suite) == ours[:2]
    assert bytes(theirs.random) == RANDOM
    assert theirs.getExtension(15).mode == 1


@pytest.mark.parametrize("mode", [None, 1, 2])
def test_we_read_tlslites_server_hello(mode: int | None) -> None:
    offered = [] if mode is None else [extensions.HeartbeatExtension().create(mode)]
    theirs = messages.ServerHello().create(
        (3, 2), bytearray(RANDOM), bytearray(b"id"), 0x0035, None, None, None, extensions=offered
    )
    ((kind, body),) = HandshakeReader().feed(bytes(theirs.write()))
    assert (kind, read_server_hello(body)) == (2, ServerHello(0x0302, 0x0035, mode, False))


@given(st.one_of(server_hellos.flatmap(garbled), garbled(RFC_8448_SERVER[4:]), st.binary(max_size=90)))
def test_whatever_server_hello_comes(body: bytes) -> None:
    found = outcome(read_server_hello, body)
    assert found in CODES or isinstance(found, ServerHello)


@given(server_hellos, st.data())
def test_a_cut_server_hello_is_cut(body: bytes, data: st.DataObject) -> None:
    """Anywhere but where its extensions begin: a hello without any is whole there."""
    stop = data.draw(st.integers(0, len(body) - 1))
    assert outcome(read_server_hello, body[:stop]) == "truncated" or stop == 38


@pytest.mark.parametrize(("peer", "recording"), SERVERS, ids=name)
def test_the_server_hellos_of_the_recordings(peer: RecordedPeer, recording: Recording) -> None:
    """Each has its recorded version; the build with heartbeats offers them, SSL 3.0 has nowhere to."""
    hello = read_server_hello(first(peer, received(recording), 2))
    assert version_name(hello.version) == peer.version
    offers = peer.build.value != "not-affected" and peer.version != "SSL3.0"
    assert hello.heartbeat == (1 if offers else None)
    assert not hello.retry


def first(peer: RecordedPeer, items: list[bytes], kind: int) -> bytes:
    """The body of the first message of that kind."""
    if peer.transport == "tcp":
        records = RecordReader().feed(b"".join(items))
        found = HandshakeReader().feed(b"".join(item.body for item in records if item.kind == 22))
    else:
        bodies = [item.body for data in items for item in read_datagram(data) if item.kind == 22]
        fragments = FragmentReader()
        found = [item for body in bodies for item in fragments.feed(body)]
    return next(item.body for item in found if item.kind == kind)


@pytest.mark.parametrize(
    ("version", "number"), [(ssl.TLSVersion.TLSv1_2, 0x0303), (ssl.TLSVersion.TLSv1_3, 0x0304)]
)
def test_todays_openssl(version: ssl.TLSVersion, number: int) -> None:
    spoken = handshake_of_openssl(version)
    server = read_server_hello(HandshakeReader().feed(RecordReader().feed(spoken.server)[0].body)[0].body)
    assert (server.version, server.heartbeat, server.retry) == (number, None, False)
    client = read_client_hello(HandshakeReader().feed(RecordReader().feed(spoken.client)[0].body)[0].body)
    assert server.cipher in client.ciphers
    assert (client.version, client.name, client.heartbeat) == (0x0303, "www.example", None)
    assert client.versions == ((0x0304,) if number == 0x0304 else client.versions)


# -- ClientHello ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "datagram", "hello"),
    [
        (PLAIN_CLIENT, False, ClientHello(0x0303, (), (0xC02F, 0x002F), None, None, b"")),
        (PLAIN_CLIENT + block(HEARTBEAT), False, ClientHello(0x0303, (), (0xC02F, 0x002F), 1, None, b"")),
        (DTLS_CLIENT, True, ClientHello(0xFEFD, (), (0x002F,), None, None, bytes.fromhex("c00c1e00"))),
        (
            "0300" + RANDOM.hex() + "02 aabb" + "0002 0005" + "02 01 00",
            False,
            ClientHello(0x0300, (), (0x0005,), None, None, b""),
        ),
        # RFC 8446 section 4.2.1: versions<2..254>; section 4.2 of RFC 8701: one of them may be GREASE.
        (
            PLAIN_CLIENT + block("002b 0007 06 0a0a 0304 0303"),
            False,
            ClientHello(0x0303, (0x0A0A, 0x0304, 0x0303), (0xC02F, 0x002F), None, None, b""),
        ),
    ],
)
def test_client_hellos_as_the_rfcs_draw_them(body: str, datagram: bool, hello: ClientHello) -> None:
    assert read_client_hello(bytes.fromhex(body), datagram=datagram) == hello


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "truncated"),
        ("0303" + RANDOM.hex(), "truncated"),
        ("0303" + RANDOM.hex() + "00", "truncated"),
        (PLAIN_CLIENT[:-2], "truncated"),
        (PLAIN_CLIENT[:-5], "truncated"),
        ("0303" + RANDOM.hex() + "00" + "ffff c02f" + "01 00", "truncated"),
        ("0303" + RANDOM.hex() + "00" + "0002 c02f" + "09 00", "truncated"),
        ("0303" + RANDOM.hex() + "21" + bytes(33).hex() + "0002 c02f 01 00", "bad-value"),
        ("0303" + RANDOM.hex() + "00" + "0000" + "01 00", "bad-value"),
        ("0303" + RANDOM.hex() + "00" + "0003 c02f00" + "01 00", "bad-value"),
        (PLAIN_CLIENT + "00", "truncated"),
        (PLAIN_CLIENT + block(HEARTBEAT) + "00", "trailing-bytes"),
        (PLAIN_CLIENT + block(HEARTBEAT + HEARTBEAT), "duplicate-extension"),
        (PLAIN_CLIENT + block("000f 0000"), "bad-value"),
        (PLAIN_CLIENT + block("002b 0001 00"), "bad-value"),
        (PLAIN_CLIENT + block("002b 0003 04 0304"), "bad-value"),
        (PLAIN_CLIENT + block("002b 0004 03 0304 03"), "bad-value"),
        (PLAIN_CLIENT + block("0000 0007 0005 00 0009 61 62"), "truncated"),
    ],
)
def test_client_hellos_that_are_refused(body: str, code: str) -> None:
    assert code_of_client(body) == code


@pytest.mark.parametrize("body", ["fefd" + RANDOM.hex() + "00", "fefd" + RANDOM.hex() + "00 05 c00c1e00"])
def test_a_cut_cookie(body: str) -> None:
    assert code_of_client(body, datagram=True) == "truncated"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (server_name("www.example")[4:], "www.example"),
        # A name_type that is not host_name, a name that is not ASCII or does not print, none at all.
        (bytes.fromhex("0006 07 0003 616263"), None),
        (bytes.fromhex("0006 00 0003 61c362"), None),
        (bytes.fromhex("0006 00 0003 610a62"), None),
        (bytes.fromhex("0006 00 0003 611b62"), None),
        (bytes.fromhex("0006 00 0003 612062"), None),
        (bytes.fromhex("0006 00 0003 617f62"), None),
        (bytes.fromhex("0003 00 0000"), None),
        (bytes.fromhex("0000"), None),
        (b"", None),
    ],
)
def test_names_that_a_client_sends(data: bytes, found: str | None) -> None:
    """RFC 6066 section 3: HostName<1..2^16-1>, ASCII."""
    body = bytes.fromhex(PLAIN_CLIENT + block(extension(0, data).hex()))
    assert read_client_hello(body).name == found


def test_the_client_hello_of_rfc_8448() -> None:
    ((kind, body),) = HandshakeReader().feed(RFC_8448_CLIENT)
    expected = ClientHello(0x0303, (0x0304,), (0x1301, 0x1303, 0x1302), None, "server", b"")
    assert (kind, read_client_hello(body)) == (1, expected)


@pytest.mark.parametrize("mode", [1, 2])
def test_we_read_tlslites_client_hello(mode: int) -> None:
    offered = [
        extensions.HeartbeatExtension().create(mode),
        extensions.SNIExtension().create(bytearray(b"mail.example")),
        extensions.SupportedVersionsExtension().create([(3, 4), (3, 3)]),
    ]
    theirs = messages.ClientHello().create(
        (3, 3), bytearray(RANDOM), bytearray(0), [0x1301, 0x002F], extensions=offered
    )
    ((_, body),) = HandshakeReader().feed(bytes(theirs.write()))
    expected = ClientHello(0x0303, (0x0304, 0x0303), (0x1301, 0x002F), mode, "mail.example", b"")
    assert read_client_hello(body) == expected


@given(
    st.one_of(
        garbled(RFC_8448_CLIENT[4:]),
        garbled(bytes.fromhex(DTLS_CLIENT + block(HEARTBEAT))),
        garbled(bytes.fromhex(PLAIN_CLIENT) + bytes.fromhex(block("002b 0003 02 0304" + HEARTBEAT))),
        st.binary(max_size=120),
    ),
    st.booleans(),
)
def test_whatever_client_hello_comes(body: bytes, datagram: bool) -> None:
    found = outcome(read_client_hello, body, datagram=datagram)
    assert found in CODES or isinstance(found, ClientHello)


@pytest.mark.parametrize(("peer", "recording"), CLIENTS, ids=name)
def test_the_client_hellos_of_the_recordings(peer: RecordedPeer, recording: Recording) -> None:
    hello = read_client_hello(first(peer, received(recording), 1), datagram=peer.transport == "udp")
    assert version_name(hello.version) == peer.version
    assert hello.heartbeat == (None if peer.build.value == "not-affected" else 1)
    assert len(hello.ciphers) > 20
    assert hello.versions == ()


@pytest.mark.parametrize(("peer", "recording"), SERVERS, ids=name)
def test_the_client_hellos_that_the_recorder_sent(peer: RecordedPeer, recording: Recording) -> None:
    """Another writer of hellos than ours; over UDP the second one carries the cookie."""
    if peer.transport == "tcp":
        hello = read_client_hello(first(peer, sent(recording), 1))
        assert hello.heartbeat == (None if peer.version == "SSL3.0" else 1)
        return
    bodies = [item.body for data in sent(recording) for item in read_datagram(data) if item.kind == 22]
    hellos = [read_client_hello(body[12:], datagram=True) for body in bodies if body[0] == 1]
    cookie = read_hello_verify_request(first(peer, received(recording), 3))
    assert [item.cookie for item in hellos] == [b"", cookie]
    assert len(cookie) > 0


# -- HelloVerifyRequest --------------------------------------------------------------------------------------


def test_a_hello_verify_request_as_rfc_6347_draws_it() -> None:
    """Section 4.2.1: server_version { 254, 255 }, cookie<0..2^8-1>."""
    assert read_hello_verify_request(bytes.fromhex("feff 04 c00c1e00")) == bytes.fromhex("c00c1e00")
    assert read_hello_verify_request(bytes.fromhex("feff 00")) == b""
    assert read_hello_verify_request(bytes.fromhex("feff ff") + bytes(255)) == bytes(255)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "truncated"),
        ("feff", "truncated"),
        ("feff 02 aa", "truncated"),
        ("feff 01 aabb", "trailing-bytes"),
    ],
)
def test_hello_verify_requests_that_are_refused(body: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        read_hello_verify_request(bytes.fromhex(body))
    assert caught.value.code == code


@given(st.one_of(st.binary(max_size=40), garbled(bytes.fromhex("feff 14") + bytes(20))))
def test_whatever_hello_verify_request_comes(body: bytes) -> None:
    found = outcome(read_hello_verify_request, body)
    assert found in ("truncated", "trailing-bytes") or found == body[3:]
