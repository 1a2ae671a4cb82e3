"""Each recording, replayed: the recorded sends draw the recorded receives, byte for byte."""

from collections.abc import Callable, Iterable

import pytest

from hemostat.lab.applications import Reading
from hemostat.lab.errors import LabError
from hemostat.lab.recordings import (
    Ended,
    Received,
    RecordedPeer,
    Recording,
    Sent,
    recorded_peer,
    recorded_peers,
)
from hemostat.lab.replay import Close, Output, ReplayConnection, ReplayPeer, Send

EVERY_RECORDING = [(peer, recording) for peer in recorded_peers() for recording in peer.recordings.values()]
OVER_TCP = [(peer, recording) for peer, recording in EVERY_RECORDING if peer.transport == "tcp"]
OVER_UDP = [(peer, recording) for peer, recording in EVERY_RECORDING if peer.transport == "udp"]


def name(value: object) -> str | None:
    """How a case is called in pytest's report."""
    if isinstance(value, RecordedPeer):
        return value.id
    return value.exchange if isinstance(value, Recording) else None


class RecordedRandom:
    """The random bytes of a recording, in the order in which a connection draws them; then zeros.

    Read from the recording by offsets of its own: cookie, hello random, session id, padding of each answer.
    """

    def __init__(self, peer: RecordedPeer, recording: Recording) -> None:
        datagram = peer.transport == "udp"
        received = [item for step in recording.steps if isinstance(step, Received) for item in step.data]
        self.parts: list[bytes] = []
        if datagram and peer.role == "server":
            self.parts.append(received.pop(0)[28:48])
        hello = received.pop(0)
        at = 27 if datagram else 11
        self.parts += [hello[at : at + 32], hello[at + 33 : at + 33 + hello[at + 32]]]
        header = 13 if datagram else 5
        rest = b"".join(received)
        while rest:
            length = int.from_bytes(rest[header - 2 : header], "big")
            if rest[0] == 24:
                self.parts.append(rest[header + length - 16 : header + length])
            rest = rest[header + length :]

    def __call__(self, length: int) -> bytes:
        part = self.parts.pop(0) if self.parts else bytes(length)
        assert len(part) == length
        return part


def sent(outputs: Iterable[Output]) -> list[bytes]:
    return [output.data for output in outputs if isinstance(output, Send)]


def ends(outputs: Iterable[Output]) -> list[str]:
    return [output.how for output in outputs if isinstance(output, Close)]


def recorded_ends(recording: Recording) -> list[str]:
    return [step.how for step in recording.steps if isinstance(step, Ended)]


def records_of(stream: bytes) -> list[bytes]:
    """A TLS stream cut at its record headers."""
    found = []
    while stream:
        end = 5 + int.from_bytes(stream[3:5], "big")
        found.append(stream[:end])
        stream = stream[end:]
    return found


def bytes_of(stream: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in stream]


def everything_recorded(recording: Recording, kind: type[Sent] | type[Received]) -> bytes:
    return b"".join(item for step in recording.steps if isinstance(step, kind) for item in step.data)


def connect(peer: RecordedPeer, recording: Recording) -> ReplayConnection:
    return ReplayPeer(peer).connect(RecordedRandom(peer, recording), exchange=recording.exchange)


def test_there_is_a_case_for_every_vector() -> None:
    assert len(EVERY_RECORDING) == 179
    assert len(OVER_TCP) + len(OVER_UDP) == 179


@pytest.mark.parametrize(("peer", "recording"), OVER_TCP, ids=name)
def test_tcp_step_by_step(peer: RecordedPeer, recording: Recording) -> None:
    """Each recorded send, whole, draws what was received after it, instalment by instalment, and the end."""
    connection = connect(peer, recording)
    outputs = connection.start()
    happened: list[Output] = list(outputs)
    for step in recording.steps:
        if isinstance(step, Sent):
            outputs = connection.receive(b"".join(step.data))
            happened += outputs
        elif isinstance(step, Received):
            assert b"".join(sent(outputs)) == b"".join(step.data)
    assert ends(happened) == recorded_ends(recording)
    assert connection.closed is bool(recorded_ends(recording))


@pytest.mark.parametrize("cut", [records_of, bytes_of])
@pytest.mark.parametrize(("peer", "recording"), OVER_TCP, ids=name)
def test_tcp_in_pieces(peer: RecordedPeer, recording: Recording, cut: Callable[[bytes], list[bytes]]) -> None:
    """In other pieces the same bytes come back.

    A peer that reads one record an event needs no nudge then, and leaves nothing unread.
    """
    connection = connect(peer, recording)
    happened = list(connection.start())
    for piece in cut(everything_recorded(recording, Sent)):
        happened += connection.receive(piece)
    assert b"".join(sent(happened)) == everything_recorded(recording, Received)
    expected = recorded_ends(recording)
    if peer.application.reading is Reading.ONE_RECORD and expected:
        expected = ["orderly"]
    assert ends(happened) == expected


@pytest.mark.parametrize(("peer", "recording"), OVER_UDP, ids=name)
def test_udp_datagram_by_datagram(peer: RecordedPeer, recording: Recording) -> None:
    """Each recorded datagram draws the recorded ones; what was sent again after silence, `timeout` draws."""
    connection = connect(peer, recording)
    outputs = connection.start()
    for step in recording.steps:
        if isinstance(step, Sent):
            outputs = [output for datagram in step.data for output in connection.receive(datagram)]
        elif isinstance(step, Received):
            if len(step.data) > len(outputs):
                outputs += connection.timeout()
            assert sent(outputs) == list(step.data)
    assert ends(outputs) == []


def test_the_recordings_show_resent_flights() -> None:
    """Else the case above would never have called `timeout`."""
    resent = [
        (peer.id, exchange)
        for peer in recorded_peers()
        if peer.application_name == "retries after a heartbeat"
        for exchange in peer.recordings
        if exchange != "own-bytes+control+finished"
    ]
    assert len(resent) == 4


def test_an_exchange_that_was_not_recorded() -> None:
    peer = recorded_peer(
        "openssl-1.0.1f-no-heartbeats/server/tcp/TLS1.2/rsa/s_server-standard-input-at-its-end"
    )
    with pytest.raises(LabError, match="has no recording of own-bytes"):
        ReplayPeer(peer).connect(bytes, exchange="own-bytes")


def test_random_must_give_what_is_asked() -> None:
    peer = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx")
    with pytest.raises(LabError, match="32 random bytes asked for, 31 given"):
        ReplayPeer(peer).connect(lambda length: bytes(length - 1))


def test_each_connection_is_renewed() -> None:
    peer = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx")
    recording = peer.recording()
    hello = everything_recorded(recording, Sent)[: 5 + 156]
    flight = peer.hello(recording)
    first = b"".join(sent(ReplayPeer(peer).connect(lambda length: b"\x01" * length).receive(hello)))
    assert first[11:43] == b"\x01" * 32
    assert first[44:76] == b"\x01" * 32
    assert first[:11] + first[43:44] + first[76:] == flight[:11] + flight[43:44] + flight[76:]
