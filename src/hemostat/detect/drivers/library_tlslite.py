"""One TLS connection held by tlslite-ng, without I/O: records in, bytes out, and an eye on the library.

The library is pure Python, so a peer must not choose the size of its numbers: groups and keys are looked at
before it computes with them. It never sees a heartbeat of the peer's (so it answers none); those sent here
come from `wire.heartbeat.request` and go out as one record each, past the library's own way of cutting
messages into records, for a piece of a heartbeat claims more than it carries.
"""

import errno
import os
import warnings
from collections.abc import Callable, Generator, Iterator
from functools import cache
from types import ModuleType
from typing import Any, Final, Literal, NamedTuple

from hemostat.detect.drivers.library_certificates import TooCostly, check_keys, read_certificate_13
from hemostat.detect.drivers.library_failures import failure_code
from hemostat.detect.drivers.library_findings import Findings
from hemostat.detect.drivers.library_parts import Parts, whole_request
from hemostat.exchange import AskLibrary
from hemostat.exchange.facts import PartName
from hemostat.exchange.flight import MOST_ALERTS
from hemostat.wire import heartbeat, protocol
from hemostat.wire.errors import WireError
from hemostat.wire.handshake import MOST_MESSAGES
from hemostat.wire.hello import read_server_hello
from hemostat.wire.messages import read_certificate

__all__ = ["Library", "TlsliteConversation", "load"]

_MOST_LOGGED: Final = 64
_LONGEST_PRIME: Final = 512
"""Most bytes of a prime that the peer may name: 4096 bits cost 10 ms, 64 KiB would cost hours."""
_CIPHERS: Final = (
    "chacha20-poly1305",
    "aes128gcm",
    "aes256gcm",
    "aes128",
    "aes256",
    "aes128ccm",
    "aes256ccm",
)
"""Ciphers offered, fastest first (15 to 30 ms for 16 KiB). Triple DES is left out: 0.8 s."""
_CLOSE_NOTIFY: Final = 0
_HANGS: Final = range(256, 512)
_EXTENSION_HEADER: Final = 4
_NAMES: Final = {
    protocol.CHANGE_CIPHER_SPEC: "change-cipher-spec",
    protocol.ALERT: "alert",
    protocol.HANDSHAKE: "handshake",
    protocol.APPLICATION_DATA: "application-data",
    protocol.HEARTBEAT: "heartbeat",
}
_HEARTBEAT_NAMES: Final = {
    heartbeat.REQUEST: "heartbeat-request",
    heartbeat.RESPONSE: "heartbeat-response",
}


class Library(NamedTuple):
    """The modules of tlslite-ng that are used here."""

    constants: ModuleType
    errors: ModuleType
    extensions: ModuleType
    handshakesettings: ModuleType
    messages: ModuleType
    tlsconnection: ModuleType


@cache
def load() -> Library:
    """The library, imported on first use. It imports asyncore, of which Python 3.11 warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from tlslite import constants, errors, extensions, handshakesettings, messages, tlsconnection
    return Library(constants, errors, extensions, handshakesettings, messages, tlsconnection)


class _Stream:
    """What the library takes for a socket that does not block."""

    def __init__(self) -> None:
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.ended = False

    def recv(self, size: int) -> bytes:
        if not self.incoming and not self.ended:
            raise BlockingIOError(errno.EWOULDBLOCK, "nothing has come yet")
        piece = bytes(self.incoming[:size])
        del self.incoming[:size]
        return piece

    def send(self, data: bytes) -> int:
        self.outgoing += data
        return len(data)

    def sendall(self, data: bytes) -> None:
        self.outgoing += data

    def close(self) -> None:
        """The socket proper belongs to the driver."""


class TlsliteConversation:
    """One question put to one peer. Fed whole records; raises for nothing that a peer sends.

    What it finds goes into `findings`, but for `ended`. `clock`: seconds, of any
    origin. Raises ImportError where the library is missing.
    """

    def __init__(self, question: AskLibrary, findings: Findings, clock: Callable[[], float]) -> None:
        self._library = load()
        self._question, self._findings, self._clock = question, findings, clock
        self._stream = _Stream()
        self._connection: Any = self._library.tlsconnection.TLSConnection(self._stream)
        self._watch()
        self._script = self._play()
        self._parts = Parts()
        self._heard = 0
        self._established = False
        self.finished = False

    def start(self) -> None:
        """Produce the ClientHello."""
        self._step()

    def output(self) -> bytes:
        """What is to be sent now; each byte is given out once."""
        data = bytes(self._stream.outgoing)
        self._stream.outgoing.clear()
        return data

    def receive(self, record: bytes) -> None:
        """Take one whole record of the peer."""
        self._stream.incoming += record
        self._step()

    def receive_end(self) -> None:
        """The peer has closed its side."""
        self._stream.ended = True
        self._step()

    def fail(self, error: Exception) -> None:
        """The conversation ends by `error`: the library's, a reader's, or the network's; the first one counts.

        Once the handshake is over it is no failure: what was asked, and who ended it, tell all.
        """
        if self.finished:
            return
        self.finished = True
        if not self._established:
            self._findings.failure = failure_code(error)
        elif isinstance(error, WireError) or failure_code(error) == "library-refused":
            self._parts.end("not-a-record", self._clock())

    def conclude(self) -> None:
        """Nothing more will come: write down how each part ended."""
        self._script.close()
        self._findings.parts = self._parts.written()

    # What is said.

    def _play(self) -> Generator[object, None, None]:
        """The whole connection; yields 0 where it waits for the peer."""
        question = self._question
        yield from self._connection.handshakeClientCert(settings=self._settings(), async_=True)
        self._established = True
        if self._findings.heartbeat is None:
            return
        if question.own_bytes is not None:
            yield from self._ask("own-bytes", question.own_bytes, b"")
        if question.control is not None:
            yield from self._ask("control", question.control, os.urandom(heartbeat.LEAST_PADDING))
        if question.own_bytes is not None or question.control is not None:
            yield from self._connection.readAsync(1)

    def _ask(self, part: PartName, payload: bytes, padding: bytes) -> Iterator[object]:
        yield from self._send(protocol.HEARTBEAT, whole_request(payload, padding))
        self._parts.ask(part, payload, self._clock())

    def _send(self, kind: int, body: bytes) -> Iterator[object]:
        """One message in one record, whatever length of records the library has settled on."""
        message = self._library.messages.Message(kind, bytearray(body))
        yield from self._connection._recordLayer.sendRecord(message)

    def _settings(self) -> Any:
        settings = self._library.handshakesettings.HandshakeSettings()
        after_handshake = self._question.purpose == "after-handshake"
        settings.versions = [(3, 3), (3, 2), (3, 1)] if after_handshake else [(3, 4), (3, 3)]
        settings.minVersion, settings.maxVersion = settings.versions[-1], settings.versions[0]
        settings.use_heartbeat_extension = after_handshake
        settings.cipherNames = list(_CIPHERS)
        settings.keyExchangeNames = ["ecdhe_ecdsa", "ecdhe_rsa", "rsa", "dhe_rsa"]
        settings.keyShares = ["x25519", "secp256r1"]
        settings.dhGroups = ["ffdhe2048", "ffdhe3072", "ffdhe4096"]
        settings.minKeySize, settings.maxKeySize = 512, 16384
        # A limit of the peer's would have the library cut what it sends; a compressed chain may be a bomb.
        settings.record_size_limit = None
        settings.certificate_compression_receive = []
        settings.certificate_compression_send = []
        return settings

    # What is heard.

    def _step(self) -> None:
        """Let the library run until it waits for the peer."""
        try:
            for wanted in self._script:
                if wanted == 0:
                    break
            else:
                self.finished = True
            if self.finished and not self._connection.closed:
                for _ in self._send(protocol.ALERT, bytes((protocol.WARNING, _CLOSE_NOTIFY))):
                    pass
        except Exception as error:  # noqa: BLE001 - whatever the peer's bytes bring about
            self.fail(error)

    def _watch(self) -> None:
        """Look over the library's shoulder: at each message that it is about to read or to send.

        The server name goes past its check of names, which refuses an underscore. A hello is padded past the lengths
        that old balancers hang on (RFC 7685 section 1) also where the library, which leaves out the message's header,
        counts too few bytes to do so.
        """
        connection = self._connection
        next_record, send_record = connection._getNextRecord, connection._recordLayer.sendRecord
        send_hello, send_message = connection._clientSendClientHello, connection._sendMsg

        def watched_reading() -> Iterator[object]:
            for item in next_record():
                if item in (0, 1) or not self._hear(item[0].type, bytes(item[1].bytes)):
                    yield item
                elif self.finished:
                    yield 0

        def watched_sending(message: Any) -> Iterator[object]:
            self._log(">", message.contentType, bytes(message.write()))
            return iter(send_record(message))

        def named_hello(*arguments: Any) -> Iterator[object]:
            return iter(send_hello(*arguments[:6], self._question.name or None, *arguments[7:]))

        def padded_sending(message: Any, *rest: Any, **more: Any) -> Iterator[object]:
            if isinstance(message, self._library.messages.ClientHello) and len(message.write()) in _HANGS:
                fill = _HANGS.stop - len(message.write()) - _EXTENSION_HEADER
                message.extensions.append(self._library.extensions.PaddingExtension().create(fill))
            return iter(send_message(message, *rest, **more))

        connection._getNextRecord = watched_reading
        connection._sendMsg = padded_sending
        connection._recordLayer.sendRecord = watched_sending
        connection._clientSendClientHello = named_hello

    def _hear(self, kind: int, body: bytes) -> bool:
        """Look at one message of the peer's. True: the library is not to see it.

        Raises `WireError` and `TooCostly` where the conversation should end here.
        """
        self._log("<", kind, body)
        if kind == protocol.HEARTBEAT:
            self.finished = self._parts.hear(body, self._clock())
            return True
        if kind in {protocol.ALERT, protocol.HANDSHAKE}:
            self._heard += 1
            if self._heard > MOST_MESSAGES:
                raise WireError("too-many-messages")
        if kind == protocol.ALERT and len(body) == 2:
            if len(self._findings.alerts) == MOST_ALERTS:
                raise WireError("too-many-messages")
            self._findings.alerts.append(protocol.alert_text(*body))
            if body[0] != protocol.WARNING:
                self._parts.end("alert", self._clock())
            # At any warning the library hangs up; a server that warns of a name unknown to it goes on.
            return body[0] == protocol.WARNING and body[1] != _CLOSE_NOTIFY
        if kind == protocol.HANDSHAKE and not self._established:
            self._hear_handshake(body[0], body[4:])
            return self.finished
        # Neither a greeting nor the wish to negotiate anew is of interest afterwards.
        return self._established and kind in {protocol.HANDSHAKE, protocol.APPLICATION_DATA}

    def _hear_handshake(self, kind: int, body: bytes) -> None:
        findings = self._findings
        if kind == protocol.SERVER_HELLO:
            hello = read_server_hello(body)
            findings.version, findings.cipher = hello.version, hello.cipher
            findings.heartbeat = hello.heartbeat
        elif kind == protocol.CERTIFICATE:
            read = read_certificate_13 if findings.version == protocol.TLS13 else read_certificate
            findings.certificates = read(body)
            if self._question.purpose == "certificate":
                self.finished = True
            else:
                check_keys(findings.certificates)
        elif kind == protocol.CERTIFICATE_REQUEST:
            findings.client_certificate_asked = True
        elif kind == protocol.SERVER_KEY_EXCHANGE:
            finite_field = findings.cipher in self._library.constants.CipherSuite.dhAllSuites
            if finite_field and int.from_bytes(body[:2], "big") > _LONGEST_PRIME:
                raise TooCostly("a prime longer than 4096 bits")

    def _log(self, direction: Literal["<", ">"], kind: int, body: bytes) -> None:
        if len(self._findings.messages) < _MOST_LOGGED:
            self._findings.messages.append((direction, *_described(kind, body)))


def _described(kind: int, body: bytes) -> tuple[str, int]:
    """Type and length of one message; of a heartbeat, the length of the payload that it declares."""
    if kind == protocol.HANDSHAKE and len(body) >= 4:
        return protocol.handshake_name(body[0]), len(body) - 4
    if kind == protocol.HEARTBEAT and len(body) >= 3:
        return _HEARTBEAT_NAMES.get(body[0], "heartbeat"), int.from_bytes(body[1:3], "big")
    return _NAMES.get(kind, "record"), len(body)
