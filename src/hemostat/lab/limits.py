"""What one lab endpoint gives to all who connect to it."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one endpoint, and the timers of DTLS.

    `connections`: TCP connections at once (further ones wait in the kernel's queue), and UDP associations at
    once (the one longest unused gives way). `seconds`: a TCP connection's whole life; a UDP association's
    without a datagram. `resend_after`: seconds until a DTLS flight is sent again, doubled each time (RFC 6347
    section 4.2.4.1), `resends` times at most. `linger`: seconds for which an application that lingers reads
    on after its FIN.
    """

    connections: int = 512
    seconds: float = 60.0
    resend_after: float = 1.0
    resends: int = 5
    linger: float = 2.0
