"""A recorded peer that answers again: no I/O, no clock, no randomness of its own.

    peer = ReplayPeer(recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx"))
    connection = peer.connect(os.urandom)
    outputs = connection.receive(client_hello)    # [Send(the recorded flight, its random renewed)]

Whatever is asked, in whatever combination and timing: `stream` and `datagram` say what each does and what of
it no recording shows.
"""

from hemostat.lab.connection import Close, Output, Random, ReplayConnection, Send, UnreadClose
from hemostat.lab.datagram import DatagramConnection
from hemostat.lab.recordings import RecordedPeer
from hemostat.lab.stream import StreamConnection

__all__ = ["Close", "Output", "ReplayConnection", "ReplayPeer", "Send"]


class ReplayPeer:
    """One recorded peer; `unread_close` says how a TCP close with bytes unread looks (on a real link it
    resets, on loopback as recorded).
    """

    def __init__(self, recorded: RecordedPeer, *, unread_close: UnreadClose = "recorded") -> None:
        self.recorded = recorded
        self._unread_close = unread_close

    def connect(
        self, random: Random, *, exchange: str | None = None
    ) -> StreamConnection | DatagramConnection:
        """A new connection. `exchange` names the recording whose hellos are replayed (the recordings of a
        peer differ in what was random); without it the burst's. Raises LabError where that was not recorded,
        or `random` gives another number of bytes than asked.
        """
        recording = self.recorded.recording(exchange)
        if self.recorded.transport == "udp":
            return DatagramConnection(self.recorded, recording, random)
        return StreamConnection(self.recorded, recording, random, self._unread_close)
