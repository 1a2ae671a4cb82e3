"""What a library is asked about one peer, and what it found: plain data, no I/O."""

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from hemostat.wire.heartbeat import LEAST_PADDING
from hemostat.wire.records import LONGEST_PLAINTEXT

__all__ = ["Answer", "Ended", "LibraryPart", "LibraryQuestion", "LibraryResult", "PartName", "Purpose"]

Purpose = Literal["certificate", "after-handshake"]
PartName = Literal["own-bytes", "control"]
Answer = Literal["equal", "different", "none", "alert", "not-a-record"]
Ended = Literal["fin", "reset", "ours", "failed"]

_TYPE_AND_LENGTH: Final = 3


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """One question to a library: the peer's address, and what to find out over one connection to it.

    `certificate`: the chain that the peer shows to a client of TLS 1.2 and 1.3. `after-handshake`: finish a
    handshake of TLS 1.0 to 1.2, then send `own_bytes` (no padding) and `control` (16 bytes of padding), each
    where it is not None, in this order. `host` is an address literal; `name` the server name to send, None:
    none. Payloads are drawn by the caller.
    Raises ValueError where a payload does not fit into one record: 16381 bytes, for a control 16365.
    """

    purpose: Purpose
    host: str
    port: int
    name: str | None = None
    own_bytes: bytes | None = None
    control: bytes | None = None

    def __post_init__(self) -> None:
        longest = LONGEST_PLAINTEXT - _TYPE_AND_LENGTH
        if len(self.own_bytes or b"") > longest or len(self.control or b"") > longest - LEAST_PADDING:
            raise ValueError("a heartbeat message fits into one record (RFC 6520 section 4)")


class LibraryPart(NamedTuple):
    """One heartbeat that was sent: length of its payload, answer, bytes back equal, microseconds until then.

    `none`: no answer before the connection ended or the deadline passed. `alert`: the peer refused it,
    fatally. `different`: a response, but not of these bytes. `not-a-record`: what came in its place is no
    record of this connection (plain text, or a record that does not decrypt).
    """

    part: PartName
    length: int
    answer: Answer
    equal: int
    microseconds: int | None


@dataclass(slots=True)
class LibraryResult:
    """What was found out. Holds nothing of what a heartbeat brought back but equality and lengths.

    `version`, `cipher`, `heartbeat` (the mode granted; None: not offered) as the ServerHello has them.
    `certificates`: DER, the peer's own first, unverified. `client_certificate_asked`: before TLS 1.3 known of
    `after-handshake` alone. `parts`: those that were sent; none where the handshake was not finished or no
    heartbeat was granted. `ended`: who closed; `failed`: there was no connection. `failure`: why the question
    was not answered to its end, a code of `library_failures`; None where it was. `messages`: direction, type
    and length (`> heartbeat-request 16365`; a handshake message without its header), at most 64.
    `connections`: 2 where a second library was asked.
    """

    version: str | None = None
    cipher: int | None = None
    certificates: list[bytes] = field(default_factory=list)
    client_certificate_asked: bool = False
    heartbeat: int | None = None
    parts: list[LibraryPart] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    ended: Ended = "failed"
    failure: str | None = None
    microseconds: int = 0
    messages: list[str] = field(default_factory=list)
    connections: int = 1
