"""Questions that a library can be asked."""

import pytest

from hemostat.detect.drivers.library_question import LibraryQuestion, LibraryResult


def test_payloads_that_fill_a_record_are_taken() -> None:
    LibraryQuestion("after-handshake", "127.0.0.1", 443, None, bytes(16381), bytes(16365))


@pytest.mark.parametrize(("own_bytes", "control"), [(bytes(16382), None), (None, bytes(16366))])
def test_payloads_longer_than_a_record_are_refused(own_bytes: bytes | None, control: bytes | None) -> None:
    with pytest.raises(ValueError, match="one record"):
        LibraryQuestion("after-handshake", "127.0.0.1", 443, None, own_bytes, control)


def test_a_result_starts_without_a_connection() -> None:
    assert LibraryResult().ended == "failed"
