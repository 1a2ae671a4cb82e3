"""Safe peers to try hemostat on: they answer as real OpenSSL builds were recorded to, and have no memory to
leak.

Reading order: `recordings` (what real peers did), `applications` and `heartbeats` (why), `stream` and
`datagram` (one connection, no I/O), `replay` (a peer that answers again), `front` (the
words of a dialect before it), `endpoints` and `serve` (on sockets), `client`.

Nothing here imports `hemostat.wire` or `hemostat.exchange`: what is tested and what tests it must not share
errors. The words before TLS are the dialects' own, of which real clients and servers try both roles.
"""

from hemostat.lab.client import call
from hemostat.lab.endpoints import (
    LabEndpoint,
    OpenEndpoint,
    announcement,
    default_endpoints,
    dialect_endpoints,
    select_endpoints,
)
from hemostat.lab.errors import LabError
from hemostat.lab.front import Front
from hemostat.lab.limits import Limits
from hemostat.lab.recordings import RecordedPeer, Recording, recorded_peer, recorded_peers
from hemostat.lab.replay import Close, Output, ReplayConnection, ReplayPeer, Send
from hemostat.lab.serve import run, serve, serve_forever

__all__ = [
    "Close",
    "Front",
    "LabEndpoint",
    "LabError",
    "Limits",
    "OpenEndpoint",
    "Output",
    "RecordedPeer",
    "Recording",
    "ReplayConnection",
    "ReplayPeer",
    "Send",
    "announcement",
    "call",
    "default_endpoints",
    "dialect_endpoints",
    "recorded_peer",
    "recorded_peers",
    "run",
    "select_endpoints",
    "serve",
    "serve_forever",
]
