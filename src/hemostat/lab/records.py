"""The little that the lab reads of a byte: record headers, and where a recording holds what must be renewed.

Written apart from `hemostat.wire` on purpose and importing nothing of it: were the lab's peers to encode with
the code that they are there to test, both would share their errors.

TLS: a record is type(1) version(2) length(2) fragment (RFC 5246 section 6.2.1); a handshake message type(1)
length(3) body (section 7.4). DTLS: a record is type(1) version(2) epoch(2) sequence(6) length(2) fragment
(RFC 6347 section 4.1); a handshake message has message_seq(2), fragment_offset(3) and fragment_length(3)
after its length (section 4.2.2).
"""

from dataclasses import dataclass

CHANGE_CIPHER_SPEC = 20
ALERT = 21
HANDSHAKE = 22
APPLICATION_DATA = 23
HEARTBEAT = 24

CLIENT_HELLO = 1
SERVER_HELLO = 2
HELLO_VERIFY_REQUEST = 3
SERVER_HELLO_DONE = 14

STREAM_HEADER = 5
DATAGRAM_HEADER = 13
STREAM_MESSAGE_HEADER = 4
DATAGRAM_MESSAGE_HEADER = 12
MAX_FRAGMENT = 16384
RANDOM = 32
DTLS_1_0 = 0xFEFF


@dataclass(frozen=True, slots=True)
class DatagramRecord:
    """One DTLS record: numbers as on the wire, the fragment whole."""

    kind: int
    version: int
    epoch: int
    sequence: int
    fragment: bytes


@dataclass(frozen=True, slots=True)
class DatagramMessage:
    """One unfragmented DTLS handshake message: its type, its message_seq, and its body without the header."""

    kind: int
    sequence: int
    body: bytes


def stream_record(kind: int, version: int, fragment: bytes) -> bytes:
    """A TLS record; `fragment` holds at most 16384 bytes."""
    return bytes((kind,)) + version.to_bytes(2, "big") + len(fragment).to_bytes(2, "big") + fragment


def datagram_record(kind: int, sequence: int, fragment: bytes) -> bytes:
    """A DTLS 1.0 record of epoch 0; `fragment` holds at most 16384 bytes."""
    head = bytes((kind,)) + DTLS_1_0.to_bytes(2, "big") + sequence.to_bytes(8, "big")
    return head + len(fragment).to_bytes(2, "big") + fragment


def datagram_records(datagram: bytes) -> list[DatagramRecord]:
    """The records of a datagram, in order, up to the first that is not whole; the rest is dropped, as RFC
    6347 section 4.1.2.7 asks.
    """
    found = []
    at = 0
    while len(datagram) - at >= DATAGRAM_HEADER:
        start = at + DATAGRAM_HEADER
        end = start + int.from_bytes(datagram[start - 2 : start], "big")
        if end > len(datagram):
            break
        found.append(
            DatagramRecord(
                kind=datagram[at],
                version=int.from_bytes(datagram[at + 1 : at + 3], "big"),
                epoch=int.from_bytes(datagram[at + 3 : at + 5], "big"),
                sequence=int.from_bytes(datagram[at + 5 : at + 11], "big"),
                fragment=datagram[start:end],
            )
        )
        at = end
    return found


def datagram_messages(fragment: bytes) -> list[DatagramMessage]:
    """The whole handshake messages of a DTLS handshake record; a message in several fragments is left out
    (the lab reassembles none).
    """
    found = []
    at = 0
    while len(fragment) - at >= DATAGRAM_MESSAGE_HEADER:
        length = int.from_bytes(fragment[at + 1 : at + 4], "big")
        offset = int.from_bytes(fragment[at + 6 : at + 9], "big")
        carried = int.from_bytes(fragment[at + 9 : at + 12], "big")
        start = at + DATAGRAM_MESSAGE_HEADER
        at = start + carried
        if at > len(fragment):
            break
        if offset == 0 and carried == length:
            kind, sequence = fragment[start - 12], int.from_bytes(fragment[start - 8 : start - 6], "big")
            found.append(DatagramMessage(kind, sequence, fragment[start:at]))
    return found


def random_place(datagram: bool) -> slice:
    """Where the random lies in a record that begins with a ClientHello or ServerHello."""
    start = 2 + (
        DATAGRAM_HEADER + DATAGRAM_MESSAGE_HEADER if datagram else STREAM_HEADER + STREAM_MESSAGE_HEADER
    )
    return slice(start, start + RANDOM)


def session_place(hello: bytes, datagram: bool) -> slice:
    """Where the session id lies in such a record: an empty slice where the hello has none."""
    length_at = random_place(datagram).stop
    return slice(length_at + 1, length_at + 1 + hello[length_at])


def cookie_of(client_hello: bytes) -> bytes:
    """The cookie of a DTLS ClientHello body (RFC 6347 section 4.2.1); empty where it has none or is cut short
    before it.
    """
    session_at = 2 + RANDOM
    if len(client_hello) <= session_at:
        return b""
    at = session_at + 1 + client_hello[session_at]
    if len(client_hello) <= at:
        return b""
    return client_hello[at + 1 : at + 1 + client_hello[at]]


def with_cookie(client_hello: bytes, cookie: bytes) -> bytes:
    """A DTLS ClientHello body whose cookie is empty, with `cookie` (at most 255 bytes) in its place."""
    at = 2 + RANDOM + 1 + client_hello[2 + RANDOM]
    return client_hello[:at] + bytes((len(cookie),)) + cookie + client_hello[at + 1 :]
