"""The kinds of fact that this version can judge: one file each in this folder, found by looking, no second list.

A file defines `KIND`, and its docstring states the facts. An observation of a kind that is not here (a later version
wrote it) is kept and counted, never judged.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from hemostat.evidence.kind import Kind

__all__ = ["KINDS", "find"]


def _found() -> dict[str, Kind]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    kinds: list[Kind] = [module.KIND for module in modules]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)}


KINDS: Mapping[str, Kind] = MappingProxyType(_found())


def find(name: str, version: int) -> Kind | None:
    """The kind of that name and version, or None where this version of hemostat can't judge it."""
    kind = KINDS.get(name)
    return kind if kind is not None and kind.version == version else None
