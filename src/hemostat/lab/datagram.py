"""One replayed DTLS association over UDP, server or client."""

from hemostat.lab.applications import Reading
from hemostat.lab.buffering import WriteBuffer
from hemostat.lab.connection import MAX_SENT, Output, Random, ReplayConnection, Send, draw
from hemostat.lab.heartbeats import PADDING, Build, answer_without_padding
from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.lab.records import (
    ALERT,
    CLIENT_HELLO,
    DATAGRAM_HEADER,
    DATAGRAM_MESSAGE_HEADER,
    DTLS_1_0,
    HANDSHAKE,
    HEARTBEAT,
    HELLO_VERIFY_REQUEST,
    MAX_FRAGMENT,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    DatagramMessage,
    DatagramRecord,
    cookie_of,
    datagram_messages,
    datagram_record,
    datagram_records,
    random_place,
    session_place,
    with_cookie,
)

MAX_RESENDS = 12
"""How often a flight is sent again (OpenSSL's DTLS1_TMO_ALERT_COUNT)."""
REPLAY_WINDOW = 64
DTLS_MAJOR = 0xFE
FATAL = 2
UNEXPECTED_MESSAGE = 10
HANDSHAKE_FAILURE = 40
COOKIE_AT = DATAGRAM_HEADER + DATAGRAM_MESSAGE_HEADER + 3
"""Where the cookie lies in a recorded HelloVerifyRequest: after server_version(2) and its length(1)."""
SKIPPED_BY_CLIENT = (11, 12, 13)
"""Certificate, ServerKeyExchange, CertificateRequest: a client reads on after them."""
NEEDS_A_KEY = (11, 16)
"""Certificate, ClientKeyExchange: a real server would go on with the handshake here."""


class DatagramConnection(ReplayConnection):
    """Datagrams in, datagrams out, in the record sequence numbers of the session.

    A server answers a ClientHello without its cookie (or with another) by the recorded HelloVerifyRequest,
    always in record 0 and keeping nothing, and one with the cookie by the recorded flight, from record 1.
    `random` is drawn from in this order: cookie (a server's), hello random (32), session id, then 16 bytes of
    padding for each heartbeat answer. A record whose sequence number was seen, of another epoch or another
    version, is dropped, as is a handshake message whose message_seq is not the next.

    The session ends with the first heartbeat where the application closes, and with any fatal alert. A client
    is silent from then on. A server's socket lives on with a fresh session behind it: it answers a new
    ClientHello (a new cookie, record 0 again). To heartbeats it is silent, as recorded for small ones; a real
    one may answer a large one, so the lab is the harder case. A build without heartbeats draws its alert from
    the fresh session too, as recorded.

    Not recorded, but derived from RFC 6347 (section 4.2.4) and the source of OpenSSL 1.0.1 (ssl/d1_pkt.c):
    the flight again for a ClientHello that comes again, `timeout` where no recording waited long enough, a
    client that answers a HelloVerifyRequest. A message that needs a key to go on draws a fatal
    handshake_failure.
    """

    def __init__(self, peer: RecordedPeer, recording: Recording, random: Random) -> None:
        self._build = peer.build
        self._client = peer.role == "client"
        self._closes = peer.application.reading is Reading.CLOSES
        self._buffer_size = peer.application.buffer
        self._random = random
        self._hello_verify_request = b"" if self._client else peer.hello_verify_request(recording)
        self._recorded_hello = peer.hello(recording)
        self._sent = 0
        self._begin()

    def _begin(self) -> None:
        """A fresh session: a new cookie, a new hello, record numbers from 0, nothing seen."""
        self._buffer = WriteBuffer(self._buffer_size)
        verify = self._hello_verify_request
        self._cookie = draw(self._random, len(verify) - COOKIE_AT) if verify else b""
        hello = self._recorded_hello
        for place in (random_place(True), session_place(hello, True)):
            hello = hello[: place.start] + draw(self._random, place.stop - place.start) + hello[place.stop :]
        self._flight = [record.fragment for record in datagram_records(hello)]
        self._sequence = 0
        self._highest = -1
        self._seen = 0
        self._established = False
        self._next_message = 0
        self._resends = 0
        self.awaits_answer = False
        self._over = False
        self._outputs: list[Output] = []

    def start(self) -> list[Output]:
        self._outputs = []
        if self._client and not self.closed and not self._sent:
            self._send_flight()
        return self._outputs

    def receive(self, datagram: bytes) -> list[Output]:
        if self.closed:
            return []
        self._outputs = []
        for record in datagram_records(datagram):
            if self._over or self.closed:
                break
            if self._acceptable(record):
                self._take(record)
        return self._finish()

    def timeout(self) -> list[Output]:
        self._outputs = []
        if self.awaits_answer and not self.closed:
            self._send_again()
        return self._finish()

    def _finish(self) -> list[Output]:
        outputs = self._outputs
        if self._over and self._client:
            self.closed = True
            self.awaits_answer = False
        elif self._over:
            self._begin()
        return outputs

    def _acceptable(self, record: DatagramRecord) -> bool:
        """Whether a record is of this epoch and version, not too long, and not seen before (ClientHellos are
        not counted: they come again).
        """
        same_version = record.version == DTLS_1_0 if self._established else record.version >> 8 == DTLS_MAJOR
        if record.epoch or not same_version or not 0 < len(record.fragment) <= MAX_FRAGMENT:
            return False
        if record.kind == HANDSHAKE and record.fragment[0] == CLIENT_HELLO:
            return True
        age = self._highest - record.sequence
        if age < 0:
            self._seen = ((self._seen << min(-age, REPLAY_WINDOW)) | 1) & ((1 << REPLAY_WINDOW) - 1)
            self._highest = record.sequence
            return True
        if age >= REPLAY_WINDOW or self._seen >> age & 1:
            return False
        self._seen |= 1 << age
        return True

    def _take(self, record: DatagramRecord) -> None:
        if record.kind == HANDSHAKE:
            for message in datagram_messages(record.fragment):
                if not self._over:
                    self._take_message(message)
        elif record.kind == ALERT:
            self._over = self._established and record.fragment[0] == FATAL
        elif record.kind == HEARTBEAT:
            if self._build is Build.WITHOUT:
                self._alert(UNEXPECTED_MESSAGE)
            elif self._established:
                self._heartbeat(record.fragment)

    def _heartbeat(self, request: bytes) -> None:
        answer = answer_without_padding(self._build, request)
        if answer is not None and len(answer) + PADDING <= MAX_FRAGMENT:
            self._write(HEARTBEAT, answer + draw(self._random, PADDING))
        self._over = self._closes

    def _take_message(self, message: DatagramMessage) -> None:
        if self._client:
            self._take_from_server(message)
        elif message.kind == CLIENT_HELLO:
            self._take_client_hello(message)
        elif self._established and message.sequence == self._next_message:
            self._alert(HANDSHAKE_FAILURE if message.kind in NEEDS_A_KEY else UNEXPECTED_MESSAGE)

    def _take_client_hello(self, message: DatagramMessage) -> None:
        if cookie_of(message.body) != self._cookie:
            self._put([self._hello_verify_request[:COOKIE_AT] + self._cookie])
        elif self._established:
            self._send_again()
        else:
            self._established = True
            self._next_message = message.sequence + 1
            self._sequence = 1
            self._send_flight()

    def _take_from_server(self, message: DatagramMessage) -> None:
        if message.sequence != self._next_message:
            return
        self._next_message += 1
        if self._established:
            if message.kind not in SKIPPED_BY_CLIENT:
                self._alert(HANDSHAKE_FAILURE if message.kind == SERVER_HELLO_DONE else UNEXPECTED_MESSAGE)
        elif message.kind == SERVER_HELLO:
            self._established = True
            self.awaits_answer = False
        elif message.kind == HELLO_VERIFY_REQUEST and not cookie_of(self._client_hello):
            self._answer_cookie(message.body[3 : 3 + message.body[2]] if len(message.body) > 2 else b"")
        else:
            self._alert(UNEXPECTED_MESSAGE)

    @property
    def _client_hello(self) -> bytes:
        """The body of a client's own hello."""
        return self._flight[0][DATAGRAM_MESSAGE_HEADER:]

    def _answer_cookie(self, cookie: bytes) -> None:
        body = with_cookie(self._client_hello, cookie)
        length = len(body).to_bytes(3, "big")
        header = bytes((CLIENT_HELLO,)) + length + (1).to_bytes(2, "big") + bytes(3) + length
        self._flight = [header + body]
        self._send_flight()

    def _send_flight(self) -> None:
        """All messages of the flight through the buffer: they share a datagram."""
        for fragment in self._flight:
            self._write(HANDSHAKE, fragment)
        self._put(self._buffer.flush())
        self.awaits_answer = True

    def _send_again(self) -> None:
        """The flight again, in new records, each message in a datagram of its own (as recorded)."""
        self._resends += 1
        for fragment in self._flight:
            self._write(HANDSHAKE, fragment)
            self._put(self._buffer.flush())
        if self._resends >= MAX_RESENDS:
            self._over = True

    def _alert(self, description: int) -> None:
        self._write(ALERT, bytes((FATAL, description)))
        self._put(self._buffer.flush())
        self._over = True

    def _write(self, kind: int, fragment: bytes) -> None:
        self._put(self._buffer.write(datagram_record(kind, self._sequence, fragment)))
        self._sequence += 1

    def _put(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self._sent += len(datagram)
            if self._sent > MAX_SENT:
                self.closed = True
                self.awaits_answer = False
            else:
                self._outputs.append(Send(datagram))
