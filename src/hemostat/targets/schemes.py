"""What may stand before `://`, and what it means; and what is meant where nothing stands there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["BARE", "NO_TLS", "Scheme", "Schemes", "Transport"]

Transport = Literal["tcp", "udp"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How an endpoint that is written with this scheme is spoken to, and on which port where none is written."""

    dialect: str
    transport: Transport
    default_port: int


BARE: Final = Scheme("tls", "tcp", 443)
"""How a target is spoken to of which nothing else is known."""


@dataclass(frozen=True, slots=True)
class Schemes:
    """What a target can say of how it is spoken to.

    named    schemes, in lower case
    on_port  what is meant by a port, of a target without a scheme
    bare     what is meant by every target without a scheme, whatever its port; None: the port decides
    """

    named: Mapping[str, Scheme]
    on_port: Mapping[int, Scheme] = field(default_factory=dict)
    bare: Scheme | None = None

    def unnamed(self, port: int | None) -> Scheme:
        """How a target without a scheme is spoken to; `port`: None where none is known either."""
        if self.bare is not None:
            return self.bare
        return BARE if port is None else self.on_port.get(port, BARE)


NO_TLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "http": "plain HTTP has no TLS to check; write https:// for the same host",
        "ssh": "SSH is not TLS and never had heartbeats; there is nothing to check",
        "ws": "a plain WebSocket has no TLS to check; write https:// for the same host",
    }
)
"""Schemes that are known and carry no TLS, each with what to do instead."""
