"""How a plain connection becomes TLS: one file a protocol, each with a `DIALECT`. No I/O, standard library
alone.

`layer` says what a dialect is; every other module of this folder is one, found by being there.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from hemostat.dialects.layer import Dialect, Layer, Step, Transport

__all__ = ["Dialect", "Layer", "Step", "Transport", "dialects"]


@cache
def dialects() -> dict[str, Dialect]:
    """Every dialect by its name."""
    found: dict[str, Dialect] = {}
    for module in iter_modules(__path__):
        if module.name != "layer":
            dialect: Dialect = import_module(f"{__name__}.{module.name}").DIALECT
            found[dialect.name] = dialect
    return found
