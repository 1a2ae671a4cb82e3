"""Why a library did not answer: one table from exceptions to failure codes."""

from typing import Final

from hemostat.detect.drivers.failures import failure_of
from hemostat.layers import Refusal
from hemostat.wire.errors import WireError
from hemostat.wire.protocol import ALERT_NAMES

__all__ = ["FAILURE_CODES", "NoTls", "failure_code"]


class NoTls(Exception):
    """The layer before TLS refused: this time there is none. `code`: its word why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code: Refusal = code


FAILURE_CODES: Final = {
    # The peer ended the handshake; after `handshake-` comes the name of its alert.
    "TLSRemoteAlert": "handshake-",
    "TLSAbruptCloseError": "closed",
    "TLSClosedConnectionError": "closed",
    "SSLEOFError": "closed",
    "EOFError": "closed",
    # The library ended it, or fell over the peer's bytes: all its other exceptions, and the language's own.
    "BaseTLSException": "library-refused",
    "SSLError": "library-refused",
    "ImportError": "no-library",
    # The network or the system: `failures` tells which.
    "OSError": "",
    "Exception": "library-refused",
}
"""Failure code by the name of an exception's nearest class: names, so that reading it loads no library.

A `WireError` stands for itself: its own code is the failure. So does `NoTls`.
"""


def failure_code(error: Exception) -> str:
    """The code of what ended a question: `refused`, `handshake-unknown-ca`, `library-refused`, ..."""
    if isinstance(error, WireError | NoTls):
        return error.code
    name = next(base.__name__ for base in type(error).__mro__ if base.__name__ in FAILURE_CODES)
    if name == "OSError" and isinstance(error, OSError):
        return failure_of(error)
    if name == "TLSRemoteAlert":
        description: int = getattr(error, "description", -1)
        # Evidence joins the words of a code by hyphens.
        return FAILURE_CODES[name] + ALERT_NAMES.get(description, str(description)).replace("_", "-")
    return FAILURE_CODES[name]
