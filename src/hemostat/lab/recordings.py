"""The recordings: read, checked, and grouped into the peers that the lab can play.

A recording is one dialogue with a real OpenSSL. Recordings that are equal in every field but `exchange` and
`steps` are of one peer. Where the file comes from and what its fields mean: `vectors/README.md`.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

from hemostat.lab.applications import APPLICATIONS, Application
from hemostat.lab.errors import LabError
from hemostat.lab.heartbeats import Build
from hemostat.lab.records import (
    CLIENT_HELLO,
    DATAGRAM_HEADER,
    HANDSHAKE,
    HELLO_VERIFY_REQUEST,
    SERVER_HELLO,
    STREAM_HEADER,
    random_place,
    session_place,
)

__all__ = [
    "Ended",
    "Received",
    "RecordedPeer",
    "Recording",
    "Sent",
    "Step",
    "read_recordings",
    "recorded_peer",
    "recorded_peers",
]

VECTORS = "vectors/openssl-heartbeat.jsonl.gz"
WIRE_VERSIONS = {"SSL3.0": 0x0300, "TLS1.0": 0x0301, "TLS1.1": 0x0302, "TLS1.2": 0x0303, "DTLS1.0": 0xFEFF}
NO_HEARTBEATS = "-DOPENSSL_NO_HEARTBEATS"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the asker sent: over UDP one item a datagram, over TCP one item."""

    data: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """What the peer sent until it was silent for 0.25 s: over UDP one item a datagram, over TCP one item; no
    item where it sent nothing.
    """

    data: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """How the peer ended the connection, as seen on loopback."""

    how: Literal["orderly", "reset"]


Step = Sent | Received | Ended


@dataclass(frozen=True, slots=True)
class Recording:
    """One dialogue: what was asked (`exchange`) and what happened, in order."""

    exchange: str
    steps: tuple[Step, ...]

    def received(self, position: int) -> tuple[bytes, ...]:
        """What came in the `position`-th receive step, counted from 0. Raises IndexError."""
        return [step.data for step in self.steps if isinstance(step, Received)][position]


@dataclass(frozen=True, slots=True)
class RecordedPeer:
    """One real peer and all that was recorded of it.

    `id` reads like `openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx`. `library`, `role`, `transport`, `version`,
    `certificate`, `application_name`, `asks_client_certificate` and `build` are the fields of
    `vectors/README.md`; `recordings` is by `exchange`.
    """

    id: str
    library: str
    role: Literal["server", "client"]
    transport: Literal["tcp", "udp"]
    version: str
    certificate: str | None
    application_name: str
    asks_client_certificate: bool | None
    build: Build
    recordings: Mapping[str, Recording]

    @property
    def application(self) -> Application:
        """What the program around this OpenSSL does."""
        return APPLICATIONS[self.application_name]

    @property
    def wire_version(self) -> int:
        """The version as records carry it: 0x0303 for TLS 1.2."""
        return WIRE_VERSIONS[self.version]

    def recording(self, exchange: str | None = None) -> Recording:
        """The recording of `exchange`; without a name the first, which is the burst. Raises LabError for an
        exchange that was not recorded.
        """
        if exchange is None:
            return next(iter(self.recordings.values()))
        try:
            return self.recordings[exchange]
        except KeyError:
            raise LabError(
                f"{self.id} has no recording of {exchange}; it has {', '.join(self.recordings)}"
            ) from None

    def hello(self, recording: Recording) -> bytes:
        """The first handshake bytes that the peer sent there: a server's whole flight (one datagram, over
        UDP), a client's ClientHello.
        """
        return recording.received(1 if (self.role, self.transport) == ("server", "udp") else 0)[0]

    def hello_verify_request(self, recording: Recording) -> bytes:
        """The datagram by which a DTLS server asked for its cookie there. Raises LabError for others."""
        if (self.role, self.transport) != ("server", "udp"):
            raise LabError(f"{self.id} sends no HelloVerifyRequest")
        return recording.received(0)[0]


@cache
def recorded_peers() -> tuple[RecordedPeer, ...]:
    """All peers of the file that hemostat carries, in its order. Raises LabError where it is damaged."""
    return read_recordings(resources.files("hemostat.lab").joinpath(VECTORS).read_bytes())


def recorded_peer(id: str) -> RecordedPeer:
    """The recorded peer of that id. Raises LabError where there is none."""
    for peer in recorded_peers():
        if peer.id == id:
            return peer
    raise LabError(f"no recorded peer is called {id}")


def read_recordings(compressed: bytes) -> tuple[RecordedPeer, ...]:
    """Read and check a gzip-compressed JSON Lines file of recordings. Raises LabError naming the line."""
    try:
        lines = gzip.decompress(compressed).decode().splitlines()
    except (OSError, EOFError, ValueError) as error:
        raise LabError(f"the recordings can't be read: {error}") from error
    peers: dict[str, dict[str, Recording]] = {}
    described: dict[str, RecordedPeer] = {}
    for number, line in enumerate(lines, 1):
        try:
            peer, recording = _read_line(line)
        except (LabError, ValueError, KeyError, TypeError, IndexError) as error:
            raise LabError(f"recording {number}: {type(error).__name__}: {error}") from error
        recordings = peers.setdefault(peer.id, {})
        if described.setdefault(peer.id, peer).build is not peer.build:
            raise LabError(f"recording {number}: {peer.id} is of two builds")
        if recording.exchange in recordings:
            raise LabError(f"recording {number}: {peer.id} has two recordings of {recording.exchange}")
        recordings[recording.exchange] = recording
    return tuple(_with_recordings(peer, peers[id]) for id, peer in described.items())


def _read_line(line: str) -> tuple[RecordedPeer, Recording]:
    row = json.loads(line)
    role, transport, version = row["role"], row["transport"], row["version"]
    if role not in ("server", "client") or transport not in ("tcp", "udp") or version not in WIRE_VERSIONS:
        raise LabError(f"unknown role, transport or version: {role}, {transport}, {version}")
    if row["application"] not in APPLICATIONS:
        raise LabError(f"unknown application: {row['application']}")
    build = Build(row["build"])
    if (NO_HEARTBEATS in row["peer"]) is not (build is Build.WITHOUT):
        raise LabError(f"{row['peer']} can't be {build.value}")
    peer = RecordedPeer(
        id=_peer_id(row),
        library=row["peer"],
        role=role,
        transport=transport,
        version=version,
        certificate=row["certificate"],
        application_name=row["application"],
        asks_client_certificate=row["asks_client_certificate"],
        build=build,
        recordings={},
    )
    recording = Recording(
        exchange=row["exchange"], steps=tuple(_step(step, transport) for step in row["steps"])
    )
    _check_hellos(peer, recording)
    return peer, recording


def _peer_id(row: Mapping[str, str | bool | None]) -> str:
    library = str(row["peer"]).replace(NO_HEARTBEATS, "no-heartbeats").replace(" ", "-").lower()
    program = str(row["application"]).replace(",", "").replace(" ", "-")
    parts = [library, row["role"], row["transport"], row["version"], row["certificate"], program]
    if row["asks_client_certificate"]:
        parts.append("asks-client-certificate")
    return "/".join(str(part) for part in parts if part is not None)


def _step(step: Mapping[str, str | list[str]], transport: str) -> Step:
    ((kind, value),) = step.items()
    if kind == "closed" and value in ("orderly", "reset"):
        return Ended("reset" if value == "reset" else "orderly")
    if isinstance(value, list) is not (transport == "udp") or kind not in ("send", "receive"):
        raise LabError(f"not a step: {kind}")
    data = tuple(bytes.fromhex(item) for item in ([value] if isinstance(value, str) else value) if item)
    return Sent(data) if kind == "send" else Received(data)


def _check_hellos(peer: RecordedPeer, recording: Recording) -> None:
    """A recording that the lab can play begins with whole hellos of the kinds that its role sends."""
    datagram = peer.transport == "udp"
    header = DATAGRAM_HEADER if datagram else STREAM_HEADER
    expected = [(peer.hello(recording), CLIENT_HELLO if peer.role == "client" else SERVER_HELLO)]
    if datagram and peer.role == "server":
        expected.append((peer.hello_verify_request(recording), HELLO_VERIFY_REQUEST))
    for data, message in expected:
        if data[0] != HANDSHAKE or data[header] != message or len(data) < random_place(datagram).start:
            raise LabError(f"handshake message {message} expected, record {data[0]} found")
    hello = expected[0][0]
    if session_place(hello, datagram).stop > len(hello):
        raise LabError("the hello is cut short")


def _with_recordings(peer: RecordedPeer, recordings: dict[str, Recording]) -> RecordedPeer:
    fields = {name: getattr(peer, name) for name in RecordedPeer.__slots__}
    return RecordedPeer(**{**fields, "recordings": MappingProxyType(recordings)})
