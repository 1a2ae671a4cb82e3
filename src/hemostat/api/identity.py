"""Who looks, and from where: what a run says of itself where the user says nothing."""

import getpass
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hemostat.evidence import EvidenceError, names

__all__ = ["Identity", "identify", "this_host"]

# machine-id(5); the second is D-Bus', where there is no systemd.
_MACHINE_ID_FILES: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_LONGEST_OPERATOR: Final = 256


@dataclass(frozen=True, slots=True)
class Identity:
    """What names and a run are made from.

    `operator`: login of who looks. `authority`: on whose authority, or None. `vantage`: where it looks from, a label
    or this host's name. `network`: what addresses that are not global belong to, likewise. `host`: this host's name
    (`host:…`), to which its loopback belongs.
    """

    operator: str
    authority: str | None
    vantage: str
    network: str
    host: str


def identify(
    *, vantage: str | None = None, network: str | None = None, authority: str | None = None
) -> Identity:
    """This user on this host, with what the caller states instead.

    Raises EvidenceError where `vantage` or `network` is neither a label (`office`, `lab-2.example`) nor the name of
    a host or container.
    """
    host = this_host()
    for label in (vantage, network):
        if label is not None and not names.is_label(label):
            _must_be_machine(label)
    return Identity(_operator(), authority, vantage or host, network or host, host)


def this_host() -> str:
    """The name of the host that this runs on: by its machine-id; where it has none, by its host name, marked
    unstable.
    """
    for file in _MACHINE_ID_FILES:
        try:
            return str(names.host_by_machine_id(file.read_text(encoding="ascii")))
        except (OSError, ValueError, EvidenceError):
            continue
    known = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in socket.gethostname())
    return str(names.host_unstable(known.strip("._-")[:200] or "localhost"))


def _must_be_machine(text: str) -> None:
    try:
        if names.parse(text).type in ("host", "container"):
            return
    except EvidenceError:
        pass
    raise EvidenceError(
        "a vantage or network is a label of lower-case letters, digits, dots and dashes, as office, or a host:… name"
    )


def _operator() -> str:
    """The login name; under sudo that of who called it."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):
        name = f"uid {os.getuid()}"
    return "".join(c if c.isprintable() else "?" for c in name)[:_LONGEST_OPERATOR].strip() or "unknown"
