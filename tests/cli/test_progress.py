import io

from hemostat.cli.progress import FilesProgress, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_short_work_says_nothing() -> None:
    out, clock = Terminal(), Clock()
    with Progress(out, clock=clock) as progress:
        progress.begun()
        clock.now = 1.9
        progress.answered()
    assert out.getvalue() == ""


def test_on_a_terminal_a_line_is_written_over_and_taken_away() -> None:
    out, clock = Terminal(), Clock()
    with Progress(out, clock=clock) as progress:
        progress.expect(3)
        progress.begun()
        progress.begun()
        clock.now = 3
        progress.answered()
        assert out.getvalue() == "\r\x1b[K2 of 3 targets begun, 1 answer"
    assert out.getvalue().endswith("\r\x1b[K")


def test_while_nothing_is_answered_the_line_stands_again_on_a_terminal() -> None:
    out, clock = Terminal(), Clock()
    with Progress(out, clock=clock) as progress:
        progress.begun()
        progress.show()
        assert out.getvalue() == ""
        clock.now = 3
        progress.show()
        progress.clear()
        clock.now = 4
        progress.show()
        progress.show()
        line = "\r\x1b[K1 target begun, 0 answers"
        assert out.getvalue() == f"{line}\r\x1b[K{line}"
    other = io.StringIO()
    with Progress(other, clock=clock) as progress:
        clock.now = 100
        progress.show()
    assert other.getvalue() == ""


def test_elsewhere_a_line_now_and_then() -> None:
    out, clock = io.StringIO(), Clock()
    with Progress(out, clock=clock) as progress:
        progress.begun()
        progress.begun()
        for clock.now in (3.0, 4.0, 12.9, 13.1):
            progress.answered()
    assert out.getvalue() == ("hemostat: 2 targets begun, 1 answer\nhemostat: 2 targets begun, 4 answers\n")


def test_one_is_not_many() -> None:
    out, clock = io.StringIO(), Clock()
    with Progress(out, clock=clock) as progress:
        progress.expect(1)
        progress.begun()
        clock.now = 3
        progress.answered()
    assert out.getvalue() == "hemostat: 1 of 1 target begun, 1 answer\n"


def test_quiet_is_quiet() -> None:
    out, clock = Terminal(), Clock()
    with Progress(out, quiet=True, clock=clock) as progress:
        clock.now = 100
        progress.answered()
    assert out.getvalue() == ""


def test_files_are_counted_and_where_the_search_is_is_shown() -> None:
    out, clock = Terminal(), Clock()
    with FilesProgress(out, clock=clock) as progress:
        progress.files, progress.bytes, progress.path = 1, 3 << 20, "/opt/\x1b[31m" + "d" * 60
        progress.tick()
        assert out.getvalue() == ""
        clock.now = 3
        progress.tick()
        progress.tick()
    assert out.getvalue() == f"\r\x1b[K1 file, 3 MiB, …{'d' * 48}\r\x1b[K"
