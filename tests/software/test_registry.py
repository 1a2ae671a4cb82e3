"""The folder is the registry: each file a program, found by being there."""

from importlib import import_module
from pathlib import Path

import pytest

import hemostat.software
from hemostat.software import Program, programs, recognised
from hemostat.software.reading import numbered

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
