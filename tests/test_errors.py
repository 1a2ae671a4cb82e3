"""The tree of errors that src/hemostat/errors.py draws is the one that there is."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from hemostat import errors
from hemostat.errors import HemostatError

PACKAGE = Path(errors.__file__).parent
DRAWN = re.findall(r"[├└]── (\S+)\.(\w+) +\S", errors.__doc__ or "")


def classes_below_the_root() -> set[str]:
    """Every class of the source whose base is `HemostatError`, as `package.Name`."""
    return {
        f"{path.relative_to(PACKAGE).parts[0]}.{node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "HemostatError" for base in node.bases)
    }


def test_the_tree_shows_every_error_and_no_other() -> None:
    assert {f"{package}.{name}" for package, name in DRAWN} == classes_below_the_root()


@pytest.mark.parametrize(("package", "name"), DRAWN)
def test_each_is_shown_by_its_package_and_caught_by_the_root(package: str, name: str) -> None:
    error = getattr(import_module(f"hemostat.{package}"), name)
    assert issubclass(error, HemostatError)
    assert error.__doc__


def test_the_root_is_no_error_of_python() -> None:
    assert HemostatError.__bases__ == (Exception,)
