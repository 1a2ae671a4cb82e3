"""What a peer says, made by hand, and what we say, read by hand: without `hemostat.wire`, so no error is shared.

From RFC 5246 (records, handshake messages, alerts), RFC 6347 (the same in datagrams), RFC 6520 (heartbeats).
"""

from itertools import count

__all__ = [
    "DTLS10",
    "DTLS12",
    "SSL30",
    "TLS10",
    "TLS11",
    "TLS12",
    "TLS13",
    "UNEXPECTED_MESSAGE",
    "DatagramSpeech",
    "alert",
    "answers",
    "certificate",
    "certificate_request",
    "client_hello",
    "extension",
    "flight",
    "handshake",
    "heartbeat_response",
    "hello_retry_request",
    "said",
    "said_in_datagrams",
    "server_hello",
    "server_hello_done",
    "tls",
]

SSL30, TLS10, TLS11, TLS12, TLS13 = range(0x0300, 0x0305)
DTLS10, DTLS12 = 0xFEFF, 0xFEFD
UNEXPECTED_MESSAGE = 10
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
CERTIFICATE = b"a certificate, as far as the exchange can tell"
DATAGRAM_HEADER = 13

NAMES = {
    (22, 1): "client-hello",
    (22, 2): "server-hello",
    (22, 20): "finished",
}
REQUESTS = {
    (16365, 0): "own-bytes",
    (8, 16): "control",
    (16365, 16): "large-control",
    (4096, 0): "own-bytes",
    (4112, 0): "own-bytes",
    (4112, 16): "large-control",
    (4096, 16): "large-control",
}


def two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def three(number: int) -> bytes:
    return number.to_bytes(3, "big")


# -- TLS -----------------------------------------------------------------------------------------------------


def tls(kind: int, body: bytes, version: int = TLS12) -> bytes:
    """A record."""
    return bytes([kind]) + two(version) + two(len(body)) + body


def extension(kind: int, data: bytes) -> bytes:
    return two(kind) + two(len(data)) + data


def handshake(kind: int, body: bytes, version: int = TLS12) -> bytes:
    """A handshake message in a record of its own."""
    return tls(22, bytes([kind]) + three(len(body)) + body, version)


def hello_body(version: int, heartbeat: int | None, cipher: int, more: bytes, random: bytes) -> bytes:
    block = more if heartbeat is None else extension(15, bytes([heartbeat])) + more
    return two(version) + random + b"\0" + two(cipher) + b"\0" + (two(len(block)) + block if block else b"")


def server_hello(
    version: int = TLS12,
    *,
    heartbeat: int | None = 1,
    cipher: int = 0xC02F,
    more: bytes = b"",
    random: bytes = b"S" * 32,
) -> bytes:
    if version == TLS13:
        more += extension(43, two(TLS13))
        version, heartbeat = TLS12, None
    return handshake(2, hello_body(version, heartbeat, cipher, more, random), version)


def hello_retry_request() -> bytes:
    return server_hello(TLS13, cipher=0x1301, random=RETRY)


def certificate(*ders: bytes, version: int = TLS12) -> bytes:
    chain = b"".join(three(len(der)) + der for der in ders or (CERTIFICATE,))
    return handshake(11, three(len(chain)) + chain, version)


def certificate_request(version: int = TLS12) -> bytes:
    return handshake(13, b"\1\1" + b"\0\2\4\1" + b"\0\0", version)


def server_hello_done(version: int = TLS12) -> bytes:
    return handshake(14, b"", version)


def flight(
    version: int = TLS12, *, asks_client: bool = False, heartbeat: int | None = 1, cipher: int = 0xC02F
) -> bytes:
    """A server's first flight, up to ServerHelloDone."""
    asked = certificate_request(version) if asks_client else b""
    hello = server_hello(version, heartbeat=heartbeat, cipher=cipher)
    return hello + certificate(version=version) + asked + server_hello_done(version)


def alert(description: int = UNEXPECTED_MESSAGE, *, level: int = 2, version: int = TLS12) -> bytes:
    return tls(21, bytes([level, description]), version)


def client_hello(
    version: int = TLS12,
    *,
    heartbeat: int | None = 1,
    ciphers: tuple[int, ...] = (0xC02F, 0x002F),
    versions: tuple[int, ...] = (),
) -> bytes:
    """A client's first record."""
    more = b""
    if versions:
        listed = b"".join(map(two, versions))
        more = extension(43, bytes([len(listed)]) + listed)
    block = more if heartbeat is None else extension(15, bytes([heartbeat])) + more
    suites = b"".join(map(two, ciphers))
    body = two(version) + b"C" * 32 + b"\0" + two(len(suites)) + suites + b"\1\0"
    return handshake(1, body + (two(len(block)) + block if block else b""), min(version, TLS10))


def heartbeat_response(payload: bytes, padding: int = 16) -> bytes:
    return b"\2" + two(len(payload)) + payload + b"p" * padding


def requests(data: bytes, header: int = 5) -> dict[str, bytes]:
    """The payload of each heartbeat request in whole records."""
    found = {}
    for kind, body in records(data, header):
        if kind == 24:
            length = int.from_bytes(body[1:3], "big")
            found[REQUESTS[length, len(body) - 3 - length]] = body[3 : 3 + length]
    return found


def records(data: bytes, header: int = 5) -> list[tuple[int, bytes]]:
    """Content type and body of whole records."""
    found = []
    while data:
        stop = header + int.from_bytes(data[header - 2 : header], "big")
        assert stop <= len(data), "a record is cut"
        found.append((data[0], data[header:stop]))
        data = data[stop:]
    return found


def said(data: bytes, header: int = 5) -> list[str]:
    """What records say: `own-bytes`, `control`, `large-control`, `finished`, `client-hello`, `server-hello`."""
    names = []
    for kind, body in records(data, header):
        if kind == 24:
            assert body[0] == 1, "a heartbeat of ours is a request"
            length = int.from_bytes(body[1:3], "big")
            names.append(REQUESTS[length, len(body) - 3 - length])
        else:
            names.append(NAMES[kind, body[0]])
    return names


def answers(data: bytes, *names: str, version: int = TLS12) -> bytes:
    """Records that answer the heartbeat requests in what we sent, by name, as an OpenSSL does."""
    asked = requests(data)
    return b"".join(tls(24, heartbeat_response(asked[name]), version) for name in names)


# -- DTLS ----------------------------------------------------------------------------------------------------


def said_in_datagrams(datagrams: list[bytes]) -> list[str]:
    """What datagrams of ours say, in order."""
    return [name for data in datagrams for name in said(data, DATAGRAM_HEADER)]


class DatagramSpeech:
    """What a DTLS peer says: it counts its records and messages."""

    def __init__(self, version: int = DTLS10) -> None:
        self.version = version
        self.sequence = count()
        self.message_seq = count()

    def record(self, kind: int, body: bytes) -> bytes:
        number = next(self.sequence).to_bytes(8, "big")
        return bytes([kind]) + two(self.version) + number + two(len(body)) + body

    def handshake(self, kind: int, body: bytes, seq: int | None = None) -> bytes:
        number = next(self.message_seq) if seq is None else seq
        size = three(len(body))
        return self.record(22, bytes([kind]) + size + two(number) + bytes(3) + size + body)

    def hello_verify_request(self, cookie: bytes = b"a cookie") -> bytes:
        return self.handshake(3, two(self.version) + bytes([len(cookie)]) + cookie)

    def server_hello(self, heartbeat: int | None = 1, cipher: int = 0x002F) -> bytes:
        return self.handshake(2, hello_body(self.version, heartbeat, cipher, b"", b"S" * 32))

    def certificate(self) -> bytes:
        return self.handshake(11, three(len(CERTIFICATE) + 3) + three(len(CERTIFICATE)) + CERTIFICATE)

    def server_hello_done(self) -> bytes:
        return self.handshake(14, b"")

    def flight(self, heartbeat: int | None = 1) -> bytes:
        """A server's first flight in one datagram."""
        return self.server_hello(heartbeat) + self.certificate() + self.server_hello_done()

    def client_hello(self, heartbeat: int | None = 1) -> bytes:
        block = b"" if heartbeat is None else extension(15, bytes([heartbeat]))
        body = two(self.version) + b"C" * 32 + b"\0\0" + b"\0\2\0\x2f" + b"\1\0"
        return self.handshake(1, body + (two(len(block)) + block if block else b""))

    def alert(self, description: int = UNEXPECTED_MESSAGE, level: int = 2) -> bytes:
        return self.record(21, bytes([level, description]))

    def answers(self, datagram: bytes) -> bytes:
        """The answer to the one heartbeat request in a datagram of ours."""
        (payload,) = requests(datagram, DATAGRAM_HEADER).values()
        return self.record(24, heartbeat_response(payload))
