"""A run ends: the last row of its chain. A run without it is cut off.

- `count`: observations of the run, this one and the first included
- `outcome`: `complete`, or `interrupted` where the writer was told to stop, or failed, before it had looked at all
"""

from hemostat.evidence.kind import Kind
from hemostat.evidence.shape import fields, integer, word

__all__ = ["KIND"]

KIND = Kind(
    name="run-end",
    version=1,
    subjects=frozenset({"run"}),
    shape=fields({"count": integer(least=2), "outcome": word("complete", "interrupted")}),
    example={"count": 3, "outcome": "complete"},
)
