"""What a user may write as a target: one (`parse_target`) or a list of them (`parse_chunks`, `parse_lines`).

Nothing here looks anything up, opens anything, or knows a dialect: schemes and ports are a table that the
caller gives.
"""

from hemostat.targets.errors import CODES, TargetError
from hemostat.targets.lists import BadLine, SeenTargets, TargetLine, TargetLines, parse_chunks, parse_lines
from hemostat.targets.printable import printable, shown
from hemostat.targets.schemes import Scheme, Schemes
from hemostat.targets.target import Target, parse_target

__all__ = [
    "CODES",
    "BadLine",
    "Scheme",
    "Schemes",
    "SeenTargets",
    "Target",
    "TargetError",
    "TargetLine",
    "TargetLines",
    "parse_chunks",
    "parse_lines",
    "parse_target",
    "printable",
    "shown",
]
