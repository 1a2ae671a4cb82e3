"""What the system says where a connection fails, as codes of `exchange.Failed`."""

import errno
from typing import Final

__all__ = ["failure_of"]

_BY_CLASS: Final = {
    ConnectionRefusedError: "refused",
    ConnectionResetError: "reset",
    ConnectionAbortedError: "reset",
    BrokenPipeError: "reset",
    TimeoutError: "timeout",
}
_UNREACHABLE: Final = frozenset(
    {
        # A firewall of this host shows as these two (connect(2), ip(7)).
        errno.EACCES,
        errno.EPERM,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENONET,
        # A link-local address without its link, or with one that is not there.
        errno.EINVAL,
        errno.ENODEV,
    }
)


def failure_of(error: OSError) -> str:
    """`refused`, `reset`, `timeout`, `unreachable`; all that is none of these is `local`: out of descriptors, ports or
    memory.
    """
    for kind, code in _BY_CLASS.items():
        if isinstance(error, kind):
            return code
    return "unreachable" if error.errno in _UNREACHABLE else "local"
