"""Why a library did not answer to the end: one table from exceptions to failure codes."""

import errno
from typing import Final

from hemostat.wire.errors import WireError
from hemostat.wire.protocol import ALERT_NAMES

__all__ = ["FAILURE_CODES", "failure_code"]

FAILURE_CODES: Final = {
    # The network.
    "ConnectionRefusedError": "refused",
    "ConnectionResetError": "reset",
    "ConnectionAbortedError": "reset",
    "BrokenPipeError": "reset",
    "TimeoutError": "timeout",
    "OSError": "local",
    # The peer ended the handshake; after `handshake-` comes the name of its alert.
    "TLSRemoteAlert": "handshake-",
    "TLSAbruptCloseError": "closed",
    "TLSClosedConnectionError": "closed",
    "SSLEOFError": "closed",
    # The library ended it, or fell over the peer's bytes: all its other exceptions, and the language's own.
    "BaseTLSException": "library-refused",
    "SSLError": "library-refused",
    "Exception": "library-refused",
    "ImportError": "no-library",
}
"""Failure code by the name of an exception's nearest class: names, so that reading it loads no library.

A `WireError` stands for itself: its own code is the failure.
"""

_UNREACHABLE: Final = {
    errno.EACCES,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EPERM,
}
"""No way to the peer, a firewall of this host among the reasons; any other error of the system is `local`."""


def failure_code(error: Exception) -> str:
    """The code of what ended a question: `refused`, `handshake-unknown_ca`, `library-refused`, ..."""
    if isinstance(error, WireError):
        return error.code
    name = next(base.__name__ for base in type(error).__mro__ if base.__name__ in FAILURE_CODES)
    if name == "OSError" and isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return "unreachable"
    if name == "TLSRemoteAlert":
        description: int = getattr(error, "description", -1)
        return FAILURE_CODES[name] + ALERT_NAMES.get(description, str(description))
    return FAILURE_CODES[name]
