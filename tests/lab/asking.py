"""What the lab's tests ask a peer: hellos from the recordings, the parts of the proof made by hand.

Made without `hemostat.wire`, like the lab itself. Nothing here claims more bytes than it carries, but for
`over_reading`, which the lab must survive and must answer with its own text.
"""

from hemostat.lab.recordings import RecordedPeer, Sent, recorded_peer
from hemostat.lab.replay import Close, Output, Send

READS_ON = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/apache")
ONE_RECORD = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx")
CLOSES = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe")
PATCHED = recorded_peer("openssl-1.0.1g/server/tcp/TLS1.2/rsa/apache")
PATCHED_CLOSES = recorded_peer("openssl-1.0.1g/server/tcp/TLS1.2/rsa/s_server-standard-input-a-pipe")
SSL_3 = recorded_peer("openssl-1.0.1f/server/tcp/SSL3.0/rsa/nginx")
TLS_CLIENT = recorded_peer("openssl-1.0.1f/client/tcp/TLS1.2/s_client")
DTLS_RETRIES = recorded_peer("openssl-1.0.1f/server/udp/DTLS1.0/rsa/retries-after-a-heartbeat")
DTLS_CLOSES = recorded_peer("openssl-1.0.1f/server/udp/DTLS1.0/rsa/closes-after-a-heartbeat")
DTLS_PATCHED = recorded_peer("openssl-1.0.1g/server/udp/DTLS1.0/rsa/retries-after-a-heartbeat")
DTLS_WITHOUT = recorded_peer("openssl-1.0.1f-no-heartbeats/server/udp/DTLS1.0/rsa/closes-after-a-heartbeat")
DTLS_CLIENT = recorded_peer("openssl-1.0.1f/client/udp/DTLS1.0/s_client")

OURS = bytes(range(256)) * 64


def recorded_sends(peer: RecordedPeer) -> list[bytes]:
    """Each datagram, or each piece of the stream, that was sent in the peer's first recording."""
    return [item for step in peer.recording().steps if isinstance(step, Sent) for item in step.data]


def client_hello(peer: RecordedPeer) -> bytes:
    """The ClientHello record that the peer was recorded with (over UDP: the one without a cookie)."""
    return recorded_sends(peer)[0]


def record(kind: int, fragment: bytes, version: int = 0x0303) -> bytes:
    return bytes((kind,)) + version.to_bytes(2, "big") + len(fragment).to_bytes(2, "big") + fragment


def datagram(kind: int, sequence: int, fragment: bytes) -> bytes:
    return (
        bytes((kind, 0xFE, 0xFF)) + sequence.to_bytes(8, "big") + len(fragment).to_bytes(2, "big") + fragment
    )


def heartbeat(length: int, padding: int) -> bytes:
    """The fragment of a request whose payload is `OURS`, all of it there."""
    return b"\x01" + length.to_bytes(2, "big") + OURS[:length] + bytes(padding)


def over_reading(claimed: int, carried: bytes) -> bytes:
    """The fragment that other tools send: it claims more than it carries."""
    return b"\x01" + claimed.to_bytes(2, "big") + carried


OWN_BYTES = record(24, heartbeat(16365, 0))
CONTROL = record(24, heartbeat(8, 16))
LARGE_CONTROL = record(24, heartbeat(16365, 16))
FLUSH = record(22, bytes.fromhex("1400000c") + bytes(12))
ALERT = bytes.fromhex("15030300 02020a")


def datagram_flush(sequence: int, message_sequence: int) -> bytes:
    header = b"\x14\x00\x00\x0c" + message_sequence.to_bytes(2, "big") + bytes(3) + b"\x00\x00\x0c"
    return datagram(22, sequence, header + bytes(12))


def with_cookie(
    hello: bytes, hello_verify_request: bytes, message_sequence: int = 1, sequence: int = 1
) -> bytes:
    """The second ClientHello record: the first one with the cookie of the answer, in the numbers given."""
    cookie = hello_verify_request[28:]
    body = hello[25:]
    at = 34 + 1 + body[34]
    body = body[:at] + bytes((len(cookie),)) + cookie + body[at + 1 :]
    length = len(body).to_bytes(3, "big")
    return datagram(
        22, sequence, b"\x01" + length + message_sequence.to_bytes(2, "big") + bytes(3) + length + body
    )


def answered(request_fragment: bytes, padding: bytes = bytes(16), version: int = 0x0303) -> bytes:
    """The answer record to a request that is all there."""
    length = int.from_bytes(request_fragment[1:3], "big")
    return record(24, b"\x02" + request_fragment[1 : 3 + length] + padding, version)


def sent(outputs: list[Output]) -> list[bytes]:
    return [output.data for output in outputs if isinstance(output, Send)]


def joined(outputs: list[Output]) -> bytes:
    return b"".join(sent(outputs))


def ends(outputs: list[Output]) -> list[str]:
    return [output.how for output in outputs if isinstance(output, Close)]
