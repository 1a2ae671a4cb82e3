"""The folder is the registry: each file a program, found by being there."""

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hemostat.software
from hemostat.software import Program, programs, recognised
from hemostat.software.program import MAX_USES
from hemostat.software.reading import numbered
from hemostat.software.reading.files import MAX_OPENED
from tests.software.reading.hostile import garbled, scraps
from tests.software.samples import SAMPLES

(FOLDER,) = map(Path, hemostat.software.__path__)
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "program"))


def test_each_file_is_a_program_and_each_program_a_file() -> None:
    declared = {name: import_module(f"hemostat.software.{name}").PROGRAM for name in MODULES}
    assert MODULES
    assert {program.name: program for program in declared.values()} == programs()


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_named_for_its_program(name: str) -> None:
    module = import_module(f"hemostat.software.{name}")
    assert module.__all__ == ["PROGRAM"]
    assert isinstance(module.PROGRAM, Program)
    assert module.PROGRAM.name == name


def test_an_executable_is_one_programs() -> None:
    for program in programs().values():
        for executable in program.executables:
            claimed = [each.name for each in programs().values() if each.runs(f"/opt/{executable}")]
            assert claimed == [program.name]
            assert recognised(f"/usr/sbin/{executable}") is program
    assert recognised("/usr/sbin/sshd") is None


@pytest.mark.parametrize("program", programs().values(), ids=programs())
def test_what_each_says_of_itself(program: Program) -> None:
    assert program.title
    assert program.source
    assert program.units
    assert all(path.startswith("/") for path in program.configurations)
    assert program.configurations
    assert all(word == word.lower() for word in program.allow)


@pytest.mark.parametrize("program", programs().values(), ids=programs())
def test_what_a_collector_goes_by_may_stand_in_a_table_of_a_shell(program: Program) -> None:
    for word in (*program.allow, *program.configurations, program.several or "", program.comment):
        assert not set(word) & set(" \t\n'\\`$")


SECRET = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "pwd",
    "psk",
    "rootpw",
    "credentials",
    "userpass",
    "token",
)


@pytest.mark.parametrize("program", programs().values(), ids=programs())
def test_no_directive_that_may_be_printed_holds_a_password(program: Program) -> None:
    assert not [word for word in program.allow for secret in SECRET if secret in word]


@pytest.mark.parametrize("program", programs().values(), ids=programs())
@pytest.mark.parametrize(
    "text", ["", "\0", "x", "{{{{", "<<\n</", "[", "= =", "- -\n:", "-----BEGIN PRIVATE KEY-----"]
)
def test_what_is_no_configuration_names_nothing(program: Program, text: str) -> None:
    for use in program.read({"/a": numbered(text)}, ("/a",)).uses:
        assert use.certificate is None
        assert use.key is None
    assert program.read({}).uses == ()
    assert program.read({}, ("/nowhere",)).uses == ()


def test_each_has_its_sample_which_names_keys() -> None:
    assert SAMPLES.keys() == programs().keys()
    for name, text in SAMPLES.items():
        assert any(
            use.certificate for use in programs()[name].read({"/etc/a": numbered(text)}, ("/etc/a",)).uses
        ), name


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_a_configuration_holds_its_reading_ends_in_bounds(name: str, data: st.DataObject) -> None:
    program = programs()[name]
    text = data.draw(garbled(SAMPLES[name]) | scraps())
    files = {f"/etc/{path}": numbered(text) for path in ("a", "d", "x", "master.cf", "a.cfg", "a.ldif")}
    for start in files:
        reading = program.read(files, (start,))
        assert len(reading.uses) <= 400 * (1 + text.count("\n"))
        for use in reading.uses:
            assert use.file in files
            assert 0 <= use.line <= len(files[use.file])
            assert "\0" not in f"{use.certificate}{use.key}"
            assert all(0 < port < 1 << 16 for port in use.ports)
    program.read({"/etc/a": program.printed(files["/etc/a"])}, ("/etc/a",))
    if program.dump is not None:
        program.read_dump(text)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_configuration_that_goes_on_without_end_ends_at_the_limits(name: str) -> None:
    """What it costs may grow with its length alone: were it with the square, this would not end in time."""
    whole = numbered(SAMPLES[name] * 12_000)
    reading = programs()[name].read({"/etc/a": whole, "/etc/d": whole}, ("/etc/a",))
    assert len(reading.uses) <= 2 * MAX_USES
    assert len(reading.wants) <= MAX_OPENED
