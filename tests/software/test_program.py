"""A program: recognised by its process, read within limits, and what of it a collector may print."""

from collections.abc import Iterator

import pytest

from hemostat.software import KeyUse, Program, numbered
from hemostat.software.program import MAX_USES
from hemostat.software.reading import Files


def _each_line(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        for number, text in files.lines(start):
            yield KeyUse(file=start, line=number, certificate=text)


def program(**fields: object) -> Program:
    given: dict[str, object] = {
        "name": "served",
        "title": "Served",
        "source": "served(8)",
        "executables": ("served", "served/bin/master"),
        "units": ("served",),
        "configurations": ("/etc/served/*.conf",),
        "allow": frozenset({"cert", "block", "port", "/"}),
        "uses": _each_line,
    }
    return Program(**(given | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("executable", "argv", "expected"),
    [
        ("/usr/sbin/served", (), True),
        ("/opt/served/bin/master", (), True),
        ("/usr/lib/other/bin/master", (), False),
        ("/usr/sbin/observed", (), False),
        ("/usr/bin/lua5.4", ("lua5.4", "/usr/bin/served"), True),
        ("/usr/lib/erlang/bin/beam.smp", ("beam.smp", "-s", "served"), True),
        ("/usr/bin/lua5.4", ("served",), False),
        ("/usr/bin/vim", ("vim", "/usr/bin/served"), False),
    ],
)
def test_a_process_is_recognised(executable: str, argv: tuple[str, ...], expected: bool) -> None:
    assert program().runs(executable, argv) is expected


@pytest.mark.parametrize(
    ("options", "argv", "expected"),
    [
        ({"-c": ""}, ("served", "-d", "-c", "a.conf"), ("/run/a.conf",)),
        ({"-c": ""}, ("served", "-ca.conf"), ("/run/a.conf",)),
        ({"-c": ""}, ("served", "-c"), ()),
        ({"--config": ""}, ("served", "--config=/a", "--config", "/b"), ("/a", "/b")),
        ({"--config": ""}, ("served", "--configured=/a"), ()),
        ({"": ""}, ("served", "a", "/b"), ("/run/a",)),
        ({"": ""}, ("served", "-v", "/a"), ()),
        ({"-c": ""}, ("served", "-c", "x.conf", "-p", "../srv"), ("/srv/x.conf",)),
        ({"-c": ""}, ("served", "-p"), ()),
        ({}, (), ()),
        ({}, ("served", "-c", "/a"), ()),
        ({"-D": "x.conf", "-f": ""}, ("served", "-D", "data", "-f", "y"), ("/run/data/x.conf", "/run/y")),
    ],
)
def test_a_command_line_names_configurations(
    options: dict[str, str], argv: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert program(options=options, folder_option="-p").named_by(argv, "/run") == expected


def test_reading_starts_where_the_distributions_keep_it() -> None:
    files = {path: numbered("x") for path in ("/etc/served/b.conf", "/etc/served/a.conf", "/srv/c.conf")}
    assert [use.file for use in program().read(files).uses] == ["/etc/served/a.conf", "/etc/served/b.conf"]
    assert [use.file for use in program().read(files, ("/srv/c.conf",)).uses] == ["/srv/c.conf"]


def test_more_uses_than_the_limit_are_said_to_be_more() -> None:
    (*uses, last) = program().read({"/a": [(number, "x") for number in range(MAX_USES + 5)]}, ("/a",)).uses
    assert len(uses) == MAX_USES
    assert (last.unresolved, last.line) == ("too-much", MAX_USES - 1)


def test_one_that_prints_nothing_has_no_dump_to_read() -> None:
    with pytest.raises(ValueError, match="does not print"):
        program().read_dump("")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  cert = /a.pem  # secret", "  cert = /a.pem"),
        ("Cert /a.pem", "Cert /a.pem"),
        ("# cert /a", None),
        ("; cert /a", None),
        ("certificate /a.pem", None),
        ("password secret", None),
        ("[anything]", "[anything]"),
        ("[password] = secret", None),
        ("</block>", "</block>"),
        ("</other>", None),
        ("cert = -----BEGIN PRIVATE KEY-----\\nMIIE", "cert = -----BEGIN"),
        ("cert " + "x" * 20_000, None),
        ("cert+/AAECAwQFBgcICQ", None),
        ("cert/AAECAwQFBgcICQ", None),
        ("/AAECAwQFBgcICQ/a+b", None),
        ("}", "}"),
        (".cert /a", ".cert /a"),
        ("  - /a.pem", "  - /a.pem"),
        ("- secret", None),
        ("MIIEpAIBAAKCAQEA", None),
        ("", None),
    ],
)
def test_a_collector_prints_what_is_allowed(line: str, expected: str | None) -> None:
    assert program().printable(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("block { cert /a; port 1; }", True),
        ("block { cert /a; password secret; }", False),
        ('block = { cert = "/a", "b", 3 }', True),
        ('"secret"', False),
        ("{ secret }", False),
    ],
)
def test_of_several_directives_in_a_line_each_must_be(line: str, expected: bool) -> None:
    assert (program(several="[;{},]").printable(line) is not None) is expected


@pytest.mark.parametrize(
    ("continued", "several", "text", "expected"),
    [
        ("never", None, "cert\n secret", [1]),
        ("indent", None, "cert\n  secret-looking\n\n# x\n  more\nother\n  cert\nport", [1, 2, 5, 8]),
        ("indent", "( )-o ", "cert -o port\n -o port\n -o other\n -o port", [1, 2, 4]),
        ("backslash", None, "cert \\\n  its value \\\n end\nother \\\ncert\nport", [1, 2, 3, 6]),
    ],
)
def test_a_line_that_goes_on_is_printed_as_what_it_goes_on_with(
    continued: str, several: str | None, text: str, expected: list[int]
) -> None:
    printed = program(continued=continued, several=several).printed(numbered(text))
    assert [number for number, _ in printed] == expected
