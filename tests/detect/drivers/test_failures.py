"""The system's errors as codes of a connection that failed."""

import errno
import os

import pytest

from hemostat.assess.verdicts import FAILURES
from hemostat.detect.drivers.failures import failure_of


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.ECONNRESET, "reset"),
        (errno.ECONNABORTED, "reset"),
        (errno.EPIPE, "reset"),
        (errno.ETIMEDOUT, "timeout"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.EAFNOSUPPORT, "unreachable"),
        (errno.EADDRNOTAVAIL, "unreachable"),
        (errno.EPERM, "unreachable"),
        (errno.EACCES, "unreachable"),
        (errno.EINVAL, "unreachable"),
        (errno.EMFILE, "local"),
        (errno.ENFILE, "local"),
        (errno.ENOBUFS, "local"),
        (errno.EAGAIN, "local"),
    ],
)
def test_codes(number: int, code: str) -> None:
    assert failure_of(OSError(number, os.strerror(number))) == code


def test_a_timeout_of_our_own_has_no_number() -> None:
    assert failure_of(TimeoutError()) == "timeout"


def test_every_code_is_one_that_a_verdict_knows() -> None:
    codes = {failure_of(OSError(number, "")) for number in errno.errorcode}
    assert codes == {"refused", "reset", "timeout", "unreachable", "local"}
    assert codes <= FAILURES.keys()
