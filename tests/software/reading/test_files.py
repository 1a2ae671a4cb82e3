"""Files by path: what is wanted, what is found, and the limits."""

import pytest

from hemostat.software.reading.files import (
    MAX_LINE,
    MAX_LINES,
    MAX_OPENED,
    Files,
    matches,
    numbered,
    resolve,
)


def test_lines_have_their_numbers_and_no_ends() -> None:
    assert numbered("a\r\n\nb") == [(1, "a"), (2, ""), (3, "b")]


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("a", "/etc", "/etc/a"),
        ("../a/./b//c", "/etc/x", "/etc/a/b/c"),
        ("/a", "/etc", "/a"),
        ("//a", "/etc", "/a"),
        ("../../../a", "/etc", "/a"),
        ("a", "", "a"),
    ],
)
def test_a_path_is_seen_from_its_folder(path: str, folder: str, expected: str) -> None:
    assert resolve(path, folder) == expected


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("/etc/a.conf", "/etc/*.conf", True),
        ("/etc/d/a.conf", "/etc/*.conf", False),
        ("/etc/d/a.conf", "/etc/*/*.conf", True),
        ("/etc/.a.conf", "/etc/*.conf", False),
        ("/etc/.a.conf", "/etc/.*.conf", True),
        ("/etc/a1", "/etc/a[0-9]", True),
        ("/etc/A", "/etc/a", False),
    ],
)
def test_a_pattern_is_globs(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_a_folder_means_what_lies_below_it_where_that_is_asked_for() -> None:
    files = Files({"/d/b": [], "/d/a": [], "/d/e/f": [], "/d/.g": [], "/dd": []})
    assert files.matching("/d") == []
    assert files.matching("/d/", below=True) == ["/d/a", "/d/b", "/d/e/f"]
    assert files.matching("/d/*") == ["/d/a", "/d/b"]
    assert list(files.wants) == ["/d", "/d/", "/d/*"]


def test_a_long_line_is_left_out_and_said() -> None:
    files = Files({"/a": [(1, "x" * (MAX_LINE + 1)), (2, "y")]})
    assert list(files.lines("/a")) == [(2, "y")]
    assert [(use.line, use.unresolved, use.written) for use in files.lost] == [(1, "too-much", None)]


def test_lines_end_at_the_limit() -> None:
    files = Files({"/a": [(number, "") for number in range(1, MAX_LINES + 3)]})
    assert sum(1 for _ in files.lines("/a")) == MAX_LINES
    assert [use.line for use in files.lost] == [MAX_LINES + 1]


def test_files_end_at_the_limit() -> None:
    files = Files({"/a": [(1, "x")]})
    assert sum(len(list(files.lines("/a"))) for _ in range(MAX_OPENED + 2)) == MAX_OPENED
    assert len(files.lost) == 1


def test_a_file_that_is_not_there_has_no_lines() -> None:
    files = Files({})
    assert list(files.lines("/a")) == []
    assert "/a" not in files
