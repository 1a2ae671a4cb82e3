"""Where to connect for a target behind a proxy: the proxy's own address, looked up once."""

import asyncio
from typing import NamedTuple

from hemostat.detect.drivers.place import Place
from hemostat.detect.network.resolve import KINDS, Resolver, places_of
from hemostat.exchange import Via
from hemostat.layers.proxies import Proxy, proxied
from hemostat.targets import Target
from hemostat.targets.addresses import read_ipv4, read_ipv6

__all__ = ["ProxyPlaces", "Way"]


class Way(NamedTuple):
    """How one address of a target is reached: the place to connect to, the address as evidence has it (a name, where a
    proxy looks it up), and the proxy.
    """

    place: Place
    address: str
    via: Via | None


class ProxyPlaces:
    """The ways through one proxy."""

    def __init__(self, proxy: Proxy, resolver: Resolver) -> None:
        self._proxy, self._resolver = proxy, resolver
        self._place: asyncio.Task[Place | None] | None = None

    async def ways(self, target: Target) -> tuple[list[Way], str]:
        """The one way to a target; none, and why: `proxy-down` where the proxy has no address, `proxy-udp`."""
        if target.transport != "tcp":
            return [], "proxy-udp"
        lookup = self._place
        if lookup is None:
            lookup = self._place = asyncio.create_task(self._look_up())
        # Shielded: one target that gives up waiting leaves the answer to the others.
        place = await asyncio.shield(lookup)
        if place is None:
            # A name server may have been away: the next target asks again.
            if self._place is lookup:
                self._place = None
            return [], "proxy-down"
        proxy, host = self._proxy, target.host.removesuffix(".")
        via = Via(proxy.scheme, place.written, proxy.port, lambda: proxied(proxy, host, target.port))
        return [Way(place, target.host, via)], ""

    async def _look_up(self) -> Place | None:
        proxy = self._proxy
        address = read_ipv4(proxy.host) or read_ipv6(proxy.host)
        itself = Target(proxy.host, proxy.host, address, proxy.port, "tcp", "tls", None)
        try:
            places = await places_of(itself, self._resolver)
        except OSError:
            return None
        return next((place for place in places if place.kind == KINDS["tcp"]), None)
