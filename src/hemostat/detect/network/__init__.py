"""Looks at servers over the network: names to addresses, and many probes side by side, on asyncio."""

from hemostat.detect.network.look import Look, Options, look
from hemostat.detect.network.resolve import Resolver, system_resolver

__all__ = ["Look", "Options", "Resolver", "look", "system_resolver"]
