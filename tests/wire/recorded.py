"""What real OpenSSL builds said and heard (the lab's recordings), as bytes for `hemostat.wire` to read."""

from hemostat.lab.recordings import Received, RecordedPeer, Recording, Sent, recorded_peers

__all__ = ["DATAGRAMS", "STREAMS", "name", "received", "sent"]

Case = tuple[RecordedPeer, Recording]

_ALL = [(peer, recording) for peer in recorded_peers() for recording in peer.recordings.values()]
STREAMS: list[Case] = [case for case in _ALL if case[0].transport == "tcp"]
DATAGRAMS: list[Case] = [case for case in _ALL if case[0].transport == "udp"]


def name(value: object) -> str | None:
    """The id of a case, for pytest."""
    if isinstance(value, RecordedPeer):
        return value.id
    return value.exchange if isinstance(value, Recording) else None


def received(recording: Recording) -> list[bytes]:
    """All that the peer said, in order: one item a datagram over UDP."""
    return [item for step in recording.steps if isinstance(step, Received) for item in step.data]


def sent(recording: Recording) -> list[bytes]:
    """All that was said to the peer, in order: one item a datagram over UDP."""
    return [item for step in recording.steps if isinstance(step, Sent) for item in step.data]
