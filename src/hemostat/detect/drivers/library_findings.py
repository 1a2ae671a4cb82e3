"""What a TLS library has found out of one peer so far: plain data, no I/O."""

from dataclasses import dataclass, field
from typing import Literal

from hemostat.exchange import LibraryPart, LibraryReport
from hemostat.exchange.facts import Ended

__all__ = ["Findings"]


@dataclass(slots=True)
class Findings:
    """Filled in while a conversation goes on. Holds nothing of what a heartbeat brought back but equality and lengths.

    `version`, `cipher`, `heartbeat` (the mode granted; None: not offered) as the ServerHello has them.
    `certificates`: DER, the peer's own first, unverified. `client_certificate_asked`: before TLS 1.3 known of
    `after-handshake` alone. `parts`: those that were sent; none where the handshake was not finished or no heartbeat
    was granted. `ended`: who closed; `failed`: there was no connection. `failure`: why the certificate was not seen,
    or the handshake not finished, a code of `library_failures`; None where it was. `messages`: direction, type and
    length (`>`, `heartbeat-request`, 16365; a handshake message without its header), at most 64.
    """

    version: int | None = None
    cipher: int | None = None
    heartbeat: int | None = None
    certificates: tuple[bytes, ...] = ()
    client_certificate_asked: bool = False
    parts: list[LibraryPart] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    ended: Ended = "failed"
    failure: str | None = None
    messages: list[tuple[Literal["<", ">"], str, int]] = field(default_factory=list)

    def report(self) -> LibraryReport:
        """All of it, as `exchange` takes it."""
        return LibraryReport(
            version=self.version,
            cipher=self.cipher,
            heartbeat=self.heartbeat,
            certificates=self.certificates,
            client_certificate_asked=self.client_certificate_asked,
            parts=tuple(self.parts),
            alerts=tuple(self.alerts),
            ended=self.ended,
            failure=self.failure,
            messages=tuple(self.messages),
        )
