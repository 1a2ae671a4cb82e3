"""Looks at servers over the network: names to addresses, and many probes side by side, on asyncio.

Reading order: `options` → `resolve` (where a target is) → `look`.
"""

from hemostat.detect.network.look import Look, Recall, look
from hemostat.detect.network.options import Options
from hemostat.detect.network.resolve import Resolver

__all__ = ["Look", "Options", "Recall", "Resolver", "look"]
