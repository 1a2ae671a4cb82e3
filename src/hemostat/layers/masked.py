"""Words that something between has overwritten, as firewalls do which let no STARTTLS pass: XXXXXXXX, or XXXXXXXA."""

from typing import Final

from hemostat.layers.layer import Refusal

__all__ = ["masked", "none_offered"]

_MASK: Final = b"XXXX"


def masked(*said: bytes) -> bool:
    """Whether a mask is in any of what a server said: in its list, or where it repeats a command that it got."""
    return any(_MASK in each.upper() for each in said)


def none_offered(*said: bytes) -> Refusal:
    """What it means that a server, which said all this, names no way to TLS: `no-tls`, or `stripped`."""
    return "stripped" if masked(*said) else "no-tls"
