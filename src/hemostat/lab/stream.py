"""One replayed TLS or SSL 3.0 connection over TCP, server or client."""

from typing import Literal

from hemostat.lab.applications import Reading
from hemostat.lab.buffering import WriteBuffer
from hemostat.lab.connection import (
    MAX_SENT,
    MAX_UNREAD,
    Close,
    Output,
    Random,
    ReplayConnection,
    Send,
    UnreadClose,
    draw,
)
from hemostat.lab.heartbeats import PADDING, Build, answer_without_padding
from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.lab.records import (
    ALERT,
    CLIENT_HELLO,
    HANDSHAKE,
    HEARTBEAT,
    MAX_FRAGMENT,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    STREAM_HEADER,
    STREAM_MESSAGE_HEADER,
    random_place,
    session_place,
    stream_record,
)

UNEXPECTED_MESSAGE = 10
RECORD_OVERFLOW = 22
HANDSHAKE_FAILURE = 40
ILLEGAL_PARAMETER = 47
DECODE_ERROR = 50
PROTOCOL_VERSION = 70

FATAL = 2
CLOSE_NOTIFY = 0
SSL_3_MAJOR = 3
TLS_1_0_AND_1_1 = (0x0301, 0x0302)
SKIPPED_BY_CLIENT = (0, 11, 12, 13, 22)
"""HelloRequest, Certificate, ServerKeyExchange, CertificateRequest, CertificateStatus: a client reads on
after them.
"""
NEEDS_A_KEY = (11, 16)
"""Certificate, ClientKeyExchange: a real server would go on with the handshake here."""


class StreamConnection(ReplayConnection):
    """The stream cut into records by their headers; each answered as the recorded build and its application
    did.

    Hellos are the recording's, with a new random and (where there is one) session id. Answers to heartbeats
    and alerts are made of the request and a record header; the replay tests hold them to the recorded bytes.
    `random` is drawn from in this order: hello random (32), session id, then 16 bytes of padding for each
    heartbeat answer.

    Not recorded, but derived from the source of OpenSSL 1.0.1 (ssl/s3_pkt.c, ssl/s3_srvr.c):
    - a build without heartbeats takes a heartbeat for an unknown record type: TLS 1.0 and 1.1 ignore it, SSL
      3.0 and TLS 1.2 draw the fatal unexpected_message at once (which in a burst can't be told from the
      flush's);
    - records of another version, too long, or out of turn draw their alerts; a first record that is no
      handshake draws only a close;
    - a ClientHello that offers less than the peer's version: protocol_version, in the version that was
      offered.
    The lab holds no key, so where a real peer would go on with the handshake (a server after
    ClientKeyExchange, a client after ServerHelloDone) it ends by a fatal handshake_failure.
    """

    def __init__(
        self, peer: RecordedPeer, recording: Recording, random: Random, unread_close: UnreadClose = "recorded"
    ) -> None:
        self._build = peer.build
        self._client = peer.role == "client"
        self._reading = peer.application.reading
        self._unread_close = peer.application.unread_close if unread_close == "recorded" else unread_close
        self._buffer = WriteBuffer(peer.application.buffer)
        self._random = random
        hello = peer.hello(recording)
        places = (random_place(False), session_place(hello, False))
        for place in places:
            hello = hello[: place.start] + draw(random, place.stop - place.start) + hello[place.stop :]
        self._hello = hello
        self._peer_version = peer.wire_version
        self._version = peer.wire_version
        self._greeted = False
        self._first_record = True
        self._unread = bytearray()
        self._length: int | None = None
        self._messages = bytearray()
        self._sent = 0
        self._outputs: list[Output] = []

    @property
    def wanted(self) -> int:
        """How many bytes the record now being read still lacks (its header first): what OpenSSL would ask of
        the socket.
        """
        if self._length is None:
            return STREAM_HEADER - len(self._unread)
        return STREAM_HEADER + self._length - len(self._unread)

    def start(self) -> list[Output]:
        self._outputs = []
        if self._client and not self.closed and not self._sent:
            self._write(self._hello)
            self._put(self._buffer.flush())
        return self._outputs

    def receive(self, data: bytes) -> list[Output]:
        if self.closed:
            return []
        self._unread += data
        if len(self._unread) > MAX_UNREAD:
            self.closed = True
            return [Close("reset")]
        self.waits_for_event = False
        self._outputs = []
        while self.wanted <= 0 and self._read():
            pass
        return self._outputs

    def _read(self) -> bool:
        """Take a record's header, or its fragment; False once no more of what is there is read."""
        if self._length is None:
            self._length = int.from_bytes(self._unread[3:STREAM_HEADER], "big")
            self._check_header(self._unread[0], int.from_bytes(self._unread[1:3], "big"), self._length)
            return not self.closed
        end = STREAM_HEADER + self._length
        kind, fragment = self._unread[0], bytes(self._unread[STREAM_HEADER:end])
        del self._unread[:end]
        self._length = None
        if fragment:
            self._take(kind, fragment)
        return not (self.closed or self.waits_for_event)

    def _check_header(self, kind: int, version: int, length: int) -> None:
        if self._first_record and (version >> 8 != SSL_3_MAJOR or kind not in (HANDSHAKE, ALERT)):
            self._close()
        elif self._greeted and version != self._version:
            self._alert(PROTOCOL_VERSION)
        elif length > MAX_FRAGMENT:
            self._alert(RECORD_OVERFLOW)
        self._first_record = False

    def _take(self, kind: int, fragment: bytes) -> None:
        if kind == HANDSHAKE:
            self._messages += fragment
            while not self.closed and self._message():
                pass
        elif kind == ALERT:
            if fragment[0] == FATAL or fragment[1:2] == bytes((CLOSE_NOTIFY,)):
                self._close()
        elif kind == HEARTBEAT and self._build is not Build.WITHOUT:
            self._heartbeat(fragment)
        elif kind >= HEARTBEAT or kind < 20:
            if self._version not in TLS_1_0_AND_1_1:
                self._alert(UNEXPECTED_MESSAGE)
        else:
            self._alert(UNEXPECTED_MESSAGE)

    def _heartbeat(self, request: bytes) -> None:
        answer = answer_without_padding(self._build, request)
        if answer is not None:
            answer += draw(self._random, PADDING)
            for at in range(0, len(answer), MAX_FRAGMENT):
                self._write(stream_record(HEARTBEAT, self._version, answer[at : at + MAX_FRAGMENT]))
        if self._reading is Reading.ONE_RECORD:
            self.waits_for_event = True
        elif self._reading is Reading.CLOSES:
            self._close()

    def _message(self) -> bool:
        """Take one handshake message; False where none is whole yet."""
        if len(self._messages) < STREAM_MESSAGE_HEADER:
            return False
        kind, length = self._messages[0], int.from_bytes(self._messages[1:STREAM_MESSAGE_HEADER], "big")
        refusal = self._refusal(kind, length)
        if refusal is not None:
            self._alert(refusal)
            return False
        end = STREAM_MESSAGE_HEADER + length
        if len(self._messages) < end:
            return False
        body = bytes(self._messages[STREAM_MESSAGE_HEADER:end])
        del self._messages[:end]
        if kind == CLIENT_HELLO:
            self._client_hello(body)
        elif kind == SERVER_HELLO:
            self._server_hello(body)
        return True

    def _refusal(self, kind: int, length: int) -> int | None:
        """The alert that the type of a handshake message draws by itself, before its body is read."""
        if not self._client:
            if self._greeted:
                return HANDSHAKE_FAILURE if kind in NEEDS_A_KEY else UNEXPECTED_MESSAGE
            if kind != CLIENT_HELLO:
                return UNEXPECTED_MESSAGE
        elif self._greeted and kind == SERVER_HELLO_DONE:
            return HANDSHAKE_FAILURE
        elif kind not in (SKIPPED_BY_CLIENT if self._greeted else (0, SERVER_HELLO)):
            return UNEXPECTED_MESSAGE
        return ILLEGAL_PARAMETER if length > MAX_FRAGMENT else None

    def _client_hello(self, body: bytes) -> None:
        offered = int.from_bytes(body[:2], "big")
        if len(body) < 2 + 32 + 1:
            self._alert(DECODE_ERROR)
        elif offered < self._peer_version:
            self._version = offered if offered >> 8 == SSL_3_MAJOR else self._version
            self._alert(PROTOCOL_VERSION)
        else:
            self._greeted = True
            self._write(self._hello)
            self._put(self._buffer.flush())

    def _server_hello(self, body: bytes) -> None:
        chosen = int.from_bytes(body[:2], "big")
        if len(body) < 2 + 32 + 1:
            self._alert(DECODE_ERROR)
        elif not 0x0300 <= chosen <= self._peer_version:
            self._alert(PROTOCOL_VERSION)
        else:
            self._greeted = True
            self._version = chosen

    def _alert(self, description: int) -> None:
        self._write(stream_record(ALERT, self._version, bytes((FATAL, description))))
        self._put(self._buffer.flush())
        self._close()

    def _write(self, data: bytes) -> None:
        self._put(self._buffer.write(data))

    def _put(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            if not self.closed and self._sent + len(piece) <= MAX_SENT:
                self._sent += len(piece)
                self._outputs.append(Send(piece))
            else:
                self._close()

    def _close(self) -> None:
        if self.closed:
            return
        self.closed = True
        left: Literal["orderly", "reset"] = self._unread_close if self._unread else "orderly"
        self._outputs.append(Close(left))
