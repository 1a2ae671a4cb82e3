"""Whom a probe is about, and the proxy in front of it."""

from collections.abc import Callable
from typing import NamedTuple

from hemostat.layers import Layer

__all__ = ["Peer", "Via"]


class Peer(NamedTuple):
    """Whom a probe is about: the name asked for (None: only an address was), address literal, port; a build has neither
    address nor port.
    """

    host: str | None
    address: str | None
    port: int | None


class Via(NamedTuple):
    """A proxy in front of the peer, which the driver connects to: its scheme, address literal and port; `layer` makes
    one that asks it for the way to the peer.
    """

    scheme: str
    address: str
    port: int
    layer: Callable[[], Layer]

    def as_facts(self) -> dict[str, object]:
        """The proxy as canonical JSON can hold it."""
        return {"scheme": self.scheme, "address": self.address, "port": self.port}
