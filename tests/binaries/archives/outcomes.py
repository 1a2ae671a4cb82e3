"""What every reader of archives promises, whatever the bytes."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hemostat.binaries import BINARY_ERROR_CODES, UNSEEN, BinaryError
from hemostat.binaries.archives import Refused, Spent

__all__ = ["outcome"]

P = ParamSpec("P")
T = TypeVar("T")


def outcome(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | str:
    """What `read` gives, or the code that it raised. Any other exception is the test's failure."""
    try:
        return read(*args, **kwargs)
    except BinaryError as error:
        code = error.code
        assert code in BINARY_ERROR_CODES
    except (Refused, Spent) as error:
        code = error.code
    assert code in UNSEEN
    return code
