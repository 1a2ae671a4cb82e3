"""BinaryError."""

import pytest

from hemostat.binaries import BINARY_ERROR_CODES, BinaryError
from hemostat.errors import HemostatError


@pytest.mark.parametrize("code", BINARY_ERROR_CODES)
def test_it_says_what_its_code_means(code: str) -> None:
    error = BinaryError(code)
    assert isinstance(error, HemostatError)
    assert (error.code, str(error)) == (code, BINARY_ERROR_CODES[code])


def test_there_is_no_other_code() -> None:
    with pytest.raises(KeyError):
        BinaryError("bad-luck")
