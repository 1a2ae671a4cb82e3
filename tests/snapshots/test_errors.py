from hemostat.snapshots import SNAPSHOT_ERROR_CODES, CollectError, SnapshotError


def test_an_error_says_the_line_and_what_its_code_means() -> None:
    for code, meaning in SNAPSHOT_ERROR_CODES.items():
        error = SnapshotError(code, 7)
        assert (error.code, error.line) == (code, 7)
        assert str(error) == f"line 7: {meaning}"


def test_a_host_that_could_not_be_asked_is_a_sentence() -> None:
    assert str(CollectError("root@web1: Permission denied")) == "root@web1: Permission denied"
