"""The exchange: no I/O, standard library alone.

Reading order: `events` (what driver and probe say to one another) → `offers` (our hellos) → `facts`, `flight`
(what is noted) → `stream`, `datagram` (one connection) → `course` (which connection is next) → `probe` (all
of them).
"""

from hemostat.exchange.errors import ExchangeError
from hemostat.exchange.events import (
    AskLibrary,
    AwaitClient,
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    Failed,
    LibraryAnswered,
    LibraryPart,
    LibraryReport,
    Send,
    Time,
    WakeAt,
)
from hemostat.exchange.peer import Peer, Via
from hemostat.exchange.probe import Probe

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
    "ExchangeError",
    "Failed",
    "LibraryAnswered",
    "LibraryPart",
    "LibraryReport",
    "Peer",
    "Probe",
    "Send",
    "Time",
    "Via",
    "WakeAt",
]
