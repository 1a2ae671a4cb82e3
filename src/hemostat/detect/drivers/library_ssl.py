"""The certificate of a peer that tlslite-ng can't talk to, read by Python's own `ssl` over memory buffers.

Before Python 3.13 `ssl` gives out the peer's own certificate alone, without the chain, so it is asked second.
"""

import sys
from typing import TYPE_CHECKING, Final

from hemostat.detect.drivers.library_failures import failure_code
from hemostat.detect.drivers.library_findings import Findings
from hemostat.wire.messages import MOST_CERTIFICATES
from hemostat.wire.protocol import TLS12, TLS13

if TYPE_CHECKING:
    import ssl

__all__ = ["SslConversation"]

_VERSIONS: Final = {"TLSv1.2": TLS12, "TLSv1.3": TLS13}


class SslConversation:
    """One handshake, over when the certificate is read. Fed whole records; raises for nothing a peer sends.

    What it finds goes into `findings`. `name`: the server name to send; raises ValueError where it can't be sent,
    ImportError where this Python has no `ssl`.
    """

    def __init__(self, name: str | None, findings: Findings) -> None:
        import ssl

        self._findings = findings
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._wants_more: type[Exception] = ssl.SSLWantReadError
        self._context = _context()
        self._session = self._context.wrap_bio(self._incoming, self._outgoing, server_hostname=name or None)
        self.finished = False
        self._ended = False

    def start(self) -> None:
        """Produce the ClientHello."""
        self._step()

    def output(self) -> bytes:
        """What is to be sent now; each byte is given out once."""
        return self._outgoing.read()

    def receive(self, record: bytes) -> None:
        """Take one whole record of the peer."""
        self._incoming.write(record)
        self._step()

    def receive_end(self) -> None:
        """The peer has closed its side."""
        self._ended = True
        self._incoming.write_eof()
        self._step()

    def fail(self, error: Exception) -> None:
        """The conversation ends by `error`: the library's, a reader's, or the network's; the first one counts."""
        if not self.finished:
            self._findings.failure = failure_code(error)
        self.finished = True

    def conclude(self) -> None:
        """Nothing more will come."""

    def _step(self) -> None:
        try:
            self._session.do_handshake()
            self._read()
        except self._wants_more:
            return
        except Exception as error:  # noqa: BLE001 - whatever the peer's bytes bring about
            # Releases of OpenSSL differ in what they call an end in the middle of a handshake.
            self.fail(EOFError() if self._ended else error)
        self.finished = True

    def _read(self) -> None:
        if sys.version_info >= (3, 13):
            shown = tuple(self._session.get_unverified_chain())
        else:
            own = self._session.getpeercert(binary_form=True)
            shown = (own,) if own else ()
        self._findings.certificates = shown[:MOST_CERTIFICATES]
        self._findings.version = _VERSIONS.get(self._session.version() or "")
        numbers = {each["name"]: each["id"] & 0xFFFF for each in self._context.get_ciphers()}
        self._findings.cipher = numbers.get((self._session.cipher() or ("", "", 0))[0])


def _context() -> "ssl.SSLContext":
    """A client that looks at what is shown and believes none of it."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
