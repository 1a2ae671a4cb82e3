"""What a person sees of `inspect`."""

import io
import re

from hemostat.assess.processes import Mapped
from hemostat.assess.rule import Verdict
from hemostat.report.finding import Finding
from hemostat.report.findings_screen import FindingsScreen
from tests.report.findings import finding, not_looked_into, process_finding

SAFE = finding(version="1.0.1g", path="/usr/lib/libssl.so.1.0.0", inside=())
FLAWED = finding()
TEXT = finding(form="text-only", format="other", parts=[], heartbeats="absent", why="no-code")


def printed(
    *findings: Finding, files: int = 7, status: int | None = 3, interrupted: bool = False, **how: object
) -> str:
    out = io.StringIO()
    screen = FindingsScreen(out, **how)  # type: ignore[arg-type]
    for each in findings:
        screen.finding(each)
    screen.close(files, status, interrupted=interrupted)
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_row_for_each_then_what_they_mean_the_worst_first() -> None:
    text = printed(SAFE, FLAWED, not_looked_into("limit-size"))
    rows = text.splitlines()
    assert rows[0].split() == ["verdict", "reason", "version", "form", "file"]
    assert rows[1].split() == ["patched", "fixed-version", "1.0.1g", "shared", "/usr/lib/libssl.so.1.0.0"]
    assert rows[2].split()[-1] == "/opt/app.whl!app/libssl.so.1.0.0"
    assert rows[3].split() == ["inconclusive", "limit-size", "-", "-", "/var/big"]
    assert text.index("inconclusive (flawed-version)") < text.index("patched (fixed-version)")
    assert "7 files looked into: 2 inconclusive, 1 patched." in text
    assert "Exit status 3" in text
    assert "Exit status" not in printed(SAFE, status=None)


def test_texts_that_name_openssl_are_counted_and_listed_where_asked_for() -> None:
    assert "1 text without code in which a version of OpenSSL is named is not listed" in flat(printed(TEXT))
    assert "2 texts without code in which a version of OpenSSL is named are not" in flat(printed(TEXT, TEXT))
    assert "text-only" not in printed(TEXT)
    assert "not-affected (text-only)" in printed(TEXT, texts=True)


def test_where_nothing_was_found_it_is_said() -> None:
    text = flat(printed(status=0))
    assert "7 files looked into, no copy of OpenSSL found." in text
    assert "Exit status 0" in text


def test_an_interruption_is_said() -> None:
    text = flat(printed(SAFE, status=130, interrupted=True))
    assert "what was not looked into by then is not among these" in text
    assert "Exit status 130" in text


def test_of_many_alike_some_are_named() -> None:
    many = [finding(path=f"/opt/{number}.whl") for number in range(25)]
    text = printed(*many)
    assert "and 5 more, each with its row above" in text
    assert text.count("/opt/24.whl") == 1
    assert text.count("/opt/3.whl") == 2


def test_colours_repeat_the_words_and_no_name_of_a_file_is_obeyed_by_a_terminal() -> None:
    odd = finding(path="/opt/\x1b[2J\n\udcff")
    plain, coloured = printed(odd), printed(odd, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b" not in plain


def test_processes_have_a_table_of_their_own_and_dangerous_restarts_a_word() -> None:
    flawed = Verdict("vulnerable", "own-bytes-answered", "It is.", "proved")
    fixed = Verdict("patched", "fixed-package", "It is.", "owned")
    old = Mapped("/usr/lib/libssl.so.1.0.0", True, flawed, fixed)
    out = io.StringIO()
    screen = FindingsScreen(out)
    screen.finding(SAFE)
    screen.process(process_finding(old))
    screen.process(process_finding(old, unit="dbus.service", exe="/usr/bin/dbus-daemon"))
    screen.close(3, 1)
    rows = out.getvalue().splitlines()
    assert rows[3].split() == ["verdict", "reason", "restart", "process"]
    assert rows[4].split()[:3] == ["vulnerable", "runs-replaced-code", "now"]
    assert rows[4].endswith("nginx.service (pid 4711, /usr/sbin/nginx)")
    text = flat(out.getvalue())
    assert "Take care: Restarting the message bus ends whatever talks over it" in text
    assert text.count("Take care") == 1
    assert "3 files and 2 processes with OpenSSL in memory looked into: 2 vulnerable, 1 patched." in text
    assert "Exit status 1" in text
