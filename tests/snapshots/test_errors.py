from hemostat.snapshots import SNAPSHOT_ERROR_CODES, SnapshotError


def test_an_error_says_the_line_and_what_its_code_means() -> None:
    for code, meaning in SNAPSHOT_ERROR_CODES.items():
        error = SnapshotError(code, 7)
        assert (error.code, error.line) == (code, 7)
        assert str(error) == f"line 7: {meaning}"
