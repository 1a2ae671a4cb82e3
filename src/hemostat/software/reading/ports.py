"""Ports out of the addresses that programs listen on, as they are written."""

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["port_of", "ports_of"]

_SERVICES: Final = {
    "ftp": 21,
    "ftps": 990,
    "http": 80,
    "https": 443,
    "imap": 143,
    "imap2": 143,
    "imaps": 993,
    "ldap": 389,
    "ldaps": 636,
    "pop3": 110,
    "pop3s": 995,
    "smtp": 25,
    "smtps": 465,
    "submission": 587,
    "submissions": 465,
}
"""/etc/services, as far as mail, web and directories are configured by its names."""
_PORT: Final = re.compile(r"(?:.*[:\]])?([0-9]{1,5})", re.DOTALL)


def port_of(address: str) -> int | None:
    """The port of `443`, `*:443`, `127.0.0.1:443`, `[::1]:443`, `https`, `host:https`; None where there is none (a
    path, a host alone, a range).
    """
    found = _PORT.fullmatch(address.strip())
    port = int(found[1]) if found else _SERVICES.get(address.rpartition(":")[2].strip().lower(), 0)
    return port if 0 < port < 1 << 16 else None


def ports_of(addresses: Iterable[str]) -> tuple[int, ...]:
    """The ports of these, sorted, each once."""
    return tuple(sorted({port for address in addresses if (port := port_of(address)) is not None}))
