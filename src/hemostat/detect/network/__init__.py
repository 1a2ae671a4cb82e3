"""Looks at servers over the network: names to addresses, and many probes side by side, on asyncio.

Reading order: `options` → `resolve` (where a target is), `proxying`, `descriptors` (how many at once) → `looks`.
"""

from hemostat.detect.network.looks import Look, Recall, look, one_by_one
from hemostat.detect.network.options import Options
from hemostat.detect.network.proxying import Way
from hemostat.detect.network.resolve import Resolver

__all__ = ["Look", "Options", "Recall", "Resolver", "Way", "look", "one_by_one"]
