"""What may stand before `://`, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Transport = Literal["tcp", "udp"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How an endpoint that is written with this scheme is spoken to.

    `default_port` is the port where none is written. It is None for a target without a scheme: there the
    caller's default holds.
    """

    dialect: str
    transport: Transport
    default_port: int | None


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "https": Scheme("tls", "tcp", 443),
        "tls": Scheme("tls", "tcp", 443),
        "dtls": Scheme("dtls", "udp", 4433),
    }
)
"""The schemes of direct TLS and DTLS, in lower case, as their dialects declare them (a test compares). A
caller with more dialects passes a larger table. DTLS has no port of its own; 4433 is where OpenSSL's s_server
listens.
"""

BARE: Final = Scheme("tls", "tcp", None)
"""How a target without a scheme is spoken to."""

NO_TLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "http": "plain HTTP has no TLS to check; write https:// for the same host",
        "ssh": "SSH is not TLS and never had heartbeats; there is nothing to check",
        "ws": "a plain WebSocket has no TLS to check; write https:// for the same host",
    }
)
"""Schemes that are known and carry no TLS, each with what to do instead."""
