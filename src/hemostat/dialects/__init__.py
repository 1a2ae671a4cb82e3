"""How a plain connection becomes TLS: one file a protocol, each with a `DIALECT`. No I/O, standard library
alone.

`dialect` says what a dialect is; every other module of this folder is one, found by being there.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from hemostat.dialects.dialect import Dialect, Records, Transport

__all__ = ["Dialect", "Records", "Transport", "dialects", "greeted_by"]


@cache
def dialects() -> dict[str, Dialect]:
    """Every dialect by its name."""
    found: dict[str, Dialect] = {}
    for module in iter_modules(__path__):
        if module.name != "dialect":
            dialect: Dialect = import_module(f"{__name__}.{module.name}").DIALECT
            found[dialect.name] = dialect
    return found


def greeted_by(heard: bytes) -> Dialect | None:
    """The dialect whose server begins so; None where that is no one's, or not yet to be told."""
    return next((dialect for dialect in dialects().values() if heard and dialect.greets(heard)), None)
