"""The kinds of fact that this version can judge: one file each in this folder, found by looking, no second list.

A file defines `KIND`, and its docstring states the facts. An older version of a kind stays, in a file of its own, as
long as anybody has evidence of it. An observation of a kind or version that is not here (a later hemostat wrote it) is
kept and counted, never judged.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.kind import Kind

__all__ = ["KINDS", "by_version", "find"]


def by_version(kinds: Iterable[Kind]) -> dict[tuple[str, int], Kind]:
    """The kinds by name and version, in that order. Raises EvidenceError where two are one."""
    found: dict[tuple[str, int], Kind] = {}
    for kind in sorted(kinds, key=lambda kind: (kind.name, kind.version)):
        if found.setdefault((kind.name, kind.version), kind) is not kind:
            raise EvidenceError("two files define the same version of a kind")
    return found


_FOUND: Final = by_version(
    import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__)
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({name: kind for (name, _), kind in _FOUND.items()})
"""The newest version of each kind, by name: what is written."""


def find(name: str, version: int) -> Kind | None:
    """The kind of that name and version, or None where this version of hemostat can't judge it."""
    return _FOUND.get((name, version))
