"""What a driver and a probe say to one another. Times are microseconds of the driver's own steady clock; only
differences count.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from hemostat.exchange.facts import Answer, Ended, PartName
from hemostat.layers import Layer

__all__ = [
    "AskLibrary",
    "AwaitClient",
    "Close",
    "Closed",
    "Command",
    "Connect",
    "Connected",
    "Data",
    "Done",
    "Event",
    "Failed",
    "LibraryAnswered",
    "LibraryPart",
    "LibraryReport",
    "Send",
    "Time",
    "WakeAt",
]


class Connect(NamedTuple):
    """Open a connection to the peer; on UDP: a new socket with a new source port. Answer: `Connected` or
    `Failed`.
    """


class AwaitClient(NamedTuple):
    """The next connection is the client's to make. Answer: `Connected`, when it is there."""


class Send(NamedTuple):
    """Send these bytes (one datagram on UDP). What has arrived is to be read first: a write may end the
    connection.
    """

    data: bytes


class WakeAt(NamedTuple):
    """Give a `Time` event then; takes the place of every earlier `WakeAt`."""

    at: int


class Close(NamedTuple):
    """Close the connection. No event of it may follow."""


class AskLibrary(NamedTuple):
    """Ask a TLS library that can finish a handshake. Answer: `LibraryAnswered`; a driver without one answers
    None at once.

    `certificate`: which certificates does this peer show under TLS 1.3? `after-handshake`: finish the
    handshake, then ask own bytes and control, encrypted, each where it is not None (the payloads to carry;
    own bytes get no padding, the control 16 bytes). `layer(now)` makes the layer through which TLS is to be spoken,
    `now` in microseconds of the driver's clock.
    """

    purpose: Literal["certificate", "after-handshake"]
    name: str | None
    own_bytes: bytes | None
    control: bytes | None
    layer: Callable[[int], Layer] = lambda now: Layer()


class Done(NamedTuple):
    """The probe is over: facts (of kind `probe`, its newest version) and the certificates that they name, by SHA-256
    in hex.
    """

    facts: dict[str, Any]
    certificates: dict[str, bytes]


class Connected(NamedTuple):
    """The connection is there."""

    at: int


class Failed(NamedTuple):
    """No connection: `refused`, `timeout`, `unreachable`, `reset`, `local` (out of sockets or ports), `dns`,
    or a proxy's word. On UDP, where nothing is connected, also after `Connected`, when the network says so.
    """

    at: int
    code: str


class Data(NamedTuple):
    """Bytes of the peer (one datagram on UDP)."""

    at: int
    data: bytes


class Closed(NamedTuple):
    """The peer ended the connection; all it sent before has been given as `Data`. On UDP: nobody listens
    there (`reset`).
    """

    at: int
    how: Literal["fin", "reset"]


class Time(NamedTuple):
    """The time of the last `WakeAt` has come."""

    at: int


class LibraryPart(NamedTuple):
    """One part that a library asked after the handshake. `equal_bytes`: bytes of ours that came back;
    `microseconds`: None unanswered.
    """

    name: PartName
    length: int
    answer: Answer
    equal_bytes: int
    microseconds: int | None


class LibraryReport(NamedTuple):
    """What a library saw on the one connection it made. Certificates as DER, the peer's own first."""

    version: int | None = None
    cipher: int | None = None
    heartbeat: int | None = None
    certificates: tuple[bytes, ...] = ()
    client_certificate_asked: bool = False
    parts: tuple[LibraryPart, ...] = ()
    alerts: tuple[str, ...] = ()
    ended: Ended = "ours"
    failure: str | None = None
    messages: tuple[tuple[Literal["<", ">"], str, int], ...] = ()


class LibraryAnswered(NamedTuple):
    """The answer to `AskLibrary`; None: there is no library here that can."""

    at: int
    report: LibraryReport | None


Command = Connect | AwaitClient | Send | WakeAt | Close | AskLibrary | Done
Event = Connected | Failed | Data | Closed | Time | LibraryAnswered
