"""The one error of this package."""

import ast
from pathlib import Path

import pytest

from hemostat.certificates import CERTIFICATE_ERROR_CODES, CertificateError
from hemostat.errors import HemostatError

PACKAGE = Path(__file__).parents[2] / "src" / "hemostat" / "certificates"


def test_every_code_is_raised_and_every_raised_code_is_documented() -> None:
    raised = {
        ast.literal_eval(node.args[0])
        for path in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "CertificateError"
    }
    assert raised == CERTIFICATE_ERROR_CODES.keys()


@pytest.mark.parametrize("code", CERTIFICATE_ERROR_CODES)
def test_an_error_has_its_code_and_says_what_it_means(code: str) -> None:
    error = CertificateError(code)
    assert isinstance(error, HemostatError)
    assert error.code == code
    assert str(error) == CERTIFICATE_ERROR_CODES[code]


def test_there_is_no_error_without_a_code() -> None:
    with pytest.raises(KeyError):
        CertificateError("whatever")
