"""The one table from exceptions to failure codes."""

import builtins
import errno
import inspect
import ssl

import pytest
from tlslite import errors
from tlslite.messages import Alert

from hemostat.detect.drivers.library_failures import FAILURE_CODES, NoTls, failure_code
from hemostat.wire.errors import WireError
from tests.detect.drivers import library_peer

_ = library_peer  # Imports the library without its warning.


def test_every_name_in_the_table_is_that_of_an_exception() -> None:
    for name in FAILURE_CODES:
        found = getattr(errors, name, None) or getattr(ssl, name, None) or getattr(builtins, name, None)
        assert inspect.isclass(found), name
        assert issubclass(found, Exception), name


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoTls("refused-by-policy"), "refused-by-policy"),
        (NoTls("no-tls"), "no-tls"),
        (ConnectionRefusedError(), "refused"),
        (ConnectionResetError(), "reset"),
        (BrokenPipeError(), "reset"),
        (TimeoutError(), "timeout"),
        (OSError(errno.EHOSTUNREACH, ""), "unreachable"),
        (OSError(errno.EMFILE, ""), "local"),
        (errors.TLSAbruptCloseError(), "closed"),
        (errors.TLSClosedConnectionError(), "closed"),
        (errors.TLSRemoteAlert(Alert().create(48, 2)), "handshake-unknown-ca"),
        (errors.TLSRemoteAlert(Alert().create(199, 2)), "handshake-199"),
        (errors.TLSLocalAlert(Alert().create(50, 2)), "library-refused"),
        (errors.TLSRecordOverflow(), "library-refused"),
        (errors.EncodingError(), "library-refused"),
        (ssl.SSLEOFError(), "closed"),
        (ssl.SSLError(1, "an alert"), "library-refused"),
        (ZeroDivisionError(), "library-refused"),
        (ModuleNotFoundError(), "no-library"),
        (WireError("truncated"), "truncated"),
    ],
)
def test_the_nearest_class_gives_the_code(error: Exception, code: str) -> None:
    assert failure_code(error) == code


def test_every_exception_of_the_library_has_a_code() -> None:
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)]
    assert len(classes) > 20
    for each in classes:
        blank = each.__new__(each)
        assert failure_code(blank)
