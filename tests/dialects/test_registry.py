"""The folder is the registry: each file a dialect, found by being there."""

from dataclasses import FrozenInstanceError
from importlib import import_module
from pathlib import Path

import pytest

import hemostat.dialects
from hemostat.dialects import Dialect, dialects
from hemostat.evidence.kinds.probe import KIND
from hemostat.targets.schemes import SCHEMES

(FOLDER,) = map(Path, hemostat.dialects.__path__)
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "layer"))


def test_each_file_is_a_dialect_and_each_dialect_a_file() -> None:
    declared = {name: import_module(f"hemostat.dialects.{name}").DIALECT for name in MODULES}
    assert MODULES
    assert {dialect.name: dialect for dialect in declared.values()} == dialects()
    assert len(dialects()) == len(MODULES), "two files declare the same name"


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_named_for_its_dialect(name: str) -> None:
    module = import_module(f"hemostat.dialects.{name}")
    assert module.DIALECT.name == name.replace("_", "-")
    assert module.__all__ == ["DIALECT"]
    assert isinstance(module.DIALECT, Dialect)


def test_no_scheme_belongs_to_two_dialects() -> None:
    schemes = [scheme for dialect in dialects().values() for scheme in dialect.schemes]
    assert len(schemes) == len(set(schemes))
    assert all(scheme == scheme.lower() for scheme in schemes)


def test_ports_are_ports() -> None:
    assert all(0 < port < 1 << 16 for dialect in dialects().values() for port in dialect.schemes.values())


def test_the_targets_that_can_be_written_are_the_dialects_that_are_spoken() -> None:
    """`hemostat.targets` imports no dialects, so what it knows is held to them here."""
    spoken = {
        scheme: (dialect.name, dialect.transport)
        for dialect in dialects().values()
        for scheme in dialect.schemes
    }
    assert spoken == {name: (scheme.dialect, scheme.transport) for name, scheme in SCHEMES.items()}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_means_one_port(name: str) -> None:
    """Where a scheme has no port of its own, that of a target without a scheme holds: 443."""
    written = SCHEMES[name]
    assert dialects()[written.dialect].schemes[name] == (written.default_port or 443)


def test_a_dialects_name_fits_into_the_evidence() -> None:
    for dialect in dialects().values():
        KIND.check({**KIND.example, "dialect": dialect.name, "transport": dialect.transport})


def test_a_dialect_does_not_change() -> None:
    dialect = next(iter(dialects().values()))
    with pytest.raises(FrozenInstanceError):
        dialect.name = "other"  # type: ignore[misc]
