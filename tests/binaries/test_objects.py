"""Libraries of object files."""

from struct import pack

import pytest
from hypothesis import given, settings

from hemostat.binaries import Kind
from hemostat.binaries.objects import read_objects
from tests.binaries.damage import outcome
from tests.binaries.elves import elf
from tests.wire.damage import garbled

NAMES = frozenset({"SSL_new", "tls1_process_heartbeat"})


def member(name: bytes, contents: bytes) -> bytes:
    head = (
        name.ljust(16)
        + b"0".ljust(12)
        + b"0".ljust(6) * 2
        + b"100644".ljust(8)
        + b"%-10d" % len(contents)
        + b"`\n"
    )
    return head + contents + b"\n" * (len(contents) % 2)


def gnu(*names: str, wide: bool = False) -> bytes:
    form = f">{1 + len(names)}{'Q' if wide else 'I'}"
    index = pack(form, len(names), *[200] * len(names)) + b"".join(name.encode() + b"\0" for name in names)
    return b"!<arch>\n" + member(b"/SYM64/" if wide else b"/", index) + member(b"t1_lib.o/", elf())


def bsd(*names: str) -> bytes:
    strings = b"".join(b"_" + name.encode() + b"\0" for name in names)
    index = pack("<I", 8 * len(names)) + pack("<II", 0, 200) * len(names) + pack("<I", len(strings)) + strings
    name = b"__.SYMDEF SORTED\0\0\0\0"
    return b"!<arch>\n" + member(b"#1/20", name + index) + member(b"t1_lib.o", b"\xcf\xfa\xed\xfe")


@pytest.mark.parametrize(
    "data", [gnu("SSL_new", "main"), gnu("main", "SSL_new"), gnu("SSL_new", wide=True), bsd("SSL_new")]
)
def test_its_index_names_what_it_defines(data: bytes) -> None:
    image = read_objects(data, NAMES)
    assert image.kind is Kind.OBJECTS
    assert image.defined == {"SSL_new"}
    assert image.exported == frozenset()
    assert not image.is_stripped
    assert not image.is_library


def test_a_name_is_the_whole_name() -> None:
    assert read_objects(gnu("SSL_new_session", "dtls1_process_heartbeat"), NAMES).defined == frozenset()


def test_the_machine_is_that_of_its_first_object() -> None:
    assert read_objects(gnu("main"), NAMES).machine == "x86_64"
    assert read_objects(bsd("main"), NAMES).machine == ""


def test_without_an_index_nothing_is_known() -> None:
    image = read_objects(b"!<arch>\n" + member(b"a.o/", elf(kept=["SSL_new"])), NAMES)
    assert image.is_stripped
    assert image.defined == frozenset()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x7fELF", "not-code"),
        (gnu("SSL_new")[:40], "truncated"),
        (gnu("SSL_new")[:70], "truncated"),
        (gnu("SSL_new").replace(b"`\n", b"''"), "malformed"),
        (b"!<arch>\n" + member(b"#1/99", b"short"), "malformed"),
        (b"!<arch>\n" + b"/".ljust(48) + b"-1".ljust(10) + b"`\n", "malformed"),
    ],
)
def test_what_it_cannot_be(data: bytes, code: str) -> None:
    assert outcome(read_objects, data, NAMES) == code


@settings(max_examples=100)
@given(garbled(gnu("SSL_new", "main")))
def test_garbled(data: bytes) -> None:
    found = outcome(read_objects, data, NAMES)
    assert isinstance(found, str) or found.defined <= NAMES
