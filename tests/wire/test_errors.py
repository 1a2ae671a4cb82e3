import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hemostat.errors import HemostatError
from hemostat.wire import WIRE_ERROR_CODES, WireError

SOURCES = Path(__file__).parents[2] / "src" / "hemostat"


def codes_raised(package: str) -> Iterator[str]:
    """Every text inside a `WireError(…)` of that package."""
    for path in (SOURCES / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "WireError":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.value


def test_every_code_is_raised_and_every_raised_code_is_documented() -> None:
    assert {*codes_raised("wire"), *codes_raised("exchange")} == WIRE_ERROR_CODES.keys()


def test_what_only_a_connection_can_know_is_raised_above_this_package() -> None:
    assert WIRE_ERROR_CODES.keys() - set(codes_raised("wire")) == {"too-many-bytes"}


@pytest.mark.parametrize("code", WIRE_ERROR_CODES)
def test_an_error_has_its_code_and_says_what_it_means(code: str) -> None:
    error = WireError(code)
    assert isinstance(error, HemostatError)
    assert error.code == code
    assert str(error) == WIRE_ERROR_CODES[code]
    assert len(str(error).split()) > 3


def test_there_is_no_error_without_a_code() -> None:
    with pytest.raises(KeyError):
        WireError("whatever")
