"""What the program around OpenSSL does: how it reads on after a heartbeat, and how it closes.

After each heartbeat OpenSSL tells its application to read again (`SSL_accept` returns -1 with WANT_READ,
though more may lie unread). What the application then does is the whole difference between the recorded peers
of one build.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from hemostat.lab.buffering import OPENSSL_BUFFER

__all__ = ["APPLICATIONS", "Application", "Closing", "Reading"]


class Reading(Enum):
    """What happens after a heartbeat."""

    ON = "reads on"
    """Calls OpenSSL again at once: a burst is answered whole."""
    ONE_RECORD = "one record an event"
    """Waits for the next network event (epoll, edge-triggered), whatever lies unread: a burst stalls until
    nudged.
    """
    CLOSES = "closes"
    """Takes the -1 for an error and closes; what the buffer held is lost."""


class Closing(Enum):
    """How a TCP connection is ended by the application. It matters where bytes of the other side are left
    unread.
    """

    SHUTDOWN = "shutdown, then close"
    """A FIN, and at once a reset if bytes are unread: on loopback the FIN is seen, on a slow link the reset
    cuts what was not yet out.
    """
    CLOSE = "close"
    """A FIN, or only a reset if bytes are unread."""
    LINGER = "shutdown, read to the end, then close"
    """A FIN; what comes after it is read and thrown away."""


@dataclass(frozen=True, slots=True)
class Application:
    """One program: `buffer` is the size in bytes of its handshake buffer; `closing` is None over UDP, where
    nothing is seen of a close.
    """

    reading: Reading
    closing: Closing | None
    buffer: int = OPENSSL_BUFFER

    @property
    def unread_close(self) -> Literal["orderly", "reset"]:
        """How a close with bytes unread looks from the other side on loopback."""
        return "reset" if self.closing is Closing.CLOSE else "orderly"


APPLICATIONS = {
    "s_server, standard input at its end": Application(Reading.ON, Closing.SHUTDOWN),
    "s_server, standard input a pipe": Application(Reading.CLOSES, Closing.SHUTDOWN),
    "nginx": Application(Reading.ONE_RECORD, Closing.CLOSE, buffer=16384),
    "apache": Application(Reading.ON, Closing.LINGER),
    "stunnel": Application(Reading.ON, Closing.CLOSE),
    "s_client": Application(Reading.ON, Closing.SHUTDOWN),
    "closes after a heartbeat": Application(Reading.CLOSES, None),
    "retries after a heartbeat": Application(Reading.ON, None),
}
"""Every `application` that the recordings name. The replay tests hold each entry against its recordings."""
