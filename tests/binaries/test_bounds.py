"""What lief is not given."""

from collections.abc import Callable
from struct import pack

import pytest
from hypothesis import given, settings

from hemostat.binaries import read_image
from hemostat.binaries.bounds import check_elf, check_macho, check_pe
from tests.binaries.apples import ARM64, X86_64, macho, universal
from tests.binaries.damage import outcome
from tests.binaries.elves import elf
from tests.binaries.windows import pe
from tests.wire.damage import garbled

BODY = 1 << 16
LIBRARY = macho(exported=["f"], soname="a", needed=["b"])


def elf_with(sections: int, segments: int = 0, size: int = 1 << 10) -> bytes:
    rows = b"".join(pack("<IIQQQQIIQQ", 0, 1, 2, 0, 0, size, 0, 0, 8, 0) for _ in range(sections))
    heads = b"".join(pack("<IIQQQQQQ", 4, 5, 0, 0, 0, size, size, 8) for _ in range(segments))
    counts = (64, 56, segments, 64, sections, 0)
    head = b"\x7fELF\2\1\1".ljust(16, b"\0") + pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 64 + len(heads), 0, *counts
    )
    return head + heads + rows + bytes(BODY)


def pe_with(sections: int, size: int = 1 << 10) -> bytes:
    head = (
        b"MZ".ljust(0x3C, b"\0")
        + pack("<I", 0x40)
        + b"PE\0\0"
        + pack("<HHIIIHH", 0x8664, sections, 0, 0, 0, 0, 2)
    )
    row = b".text\0\0\0" + pack("<IIIIIIHHI", size, 0x1000, size, 0, 0, 0, 0, 0, 0)
    return head + row * sections + bytes(BODY)


def macho_with(sections: int, size: int = 1 << 10, flags: int = 0, commands: int = 1) -> bytes:
    row = (
        b"__text".ljust(16, b"\0")
        + b"__TEXT".ljust(16, b"\0")
        + pack("<QQIIIIIIII", 0, size, 0, 0, 0, 0, flags, 0, 0, 0)
    )
    command = pack("<II", 0x19, 72 + 80 * sections) + bytes(56) + pack("<II", sections, 0) + row * sections
    return (
        pack("<7I4x", 0xFEEDFACF, X86_64, 3, 6, commands, len(command) * commands, 0)
        + command * commands
        + bytes(BODY)
    )


@pytest.mark.parametrize(
    ("check", "data"),
    [
        (check_elf, elf(exported=["f"], needed=["b"], versions=["x"], build_id=bytes(20), program=True)),
        (check_elf, elf(exported=["f"], order=">", wide=False)),
        (check_elf, elf(exported=["f"], sections=False)),
        (check_elf, elf(kept=["f"], debug_only=True)),
        (check_elf, elf_with(40, 8)),
        (check_pe, pe(exported=["f"], needed=["b"])),
        (check_pe, pe(exported=["f"], wide=False)),
        (check_pe, pe_with(96)),
        (check_macho, LIBRARY),
        (check_macho, macho(exported=["f"], wide=False, order=">")),
        (check_macho, universal((X86_64, LIBRARY), (ARM64, LIBRARY))),
        (check_macho, macho_with(150)),
        (check_macho, macho_with(10, size=1 << 40, flags=1)),  # what is zero at first takes no bytes
    ],
)
def test_what_real_files_are_like_passes(check: Callable[[bytes], None], data: bytes) -> None:
    assert outcome(check, data) is None


@pytest.mark.parametrize(
    ("check", "data"),
    [
        (check_elf, elf_with(1 << 13, size=0)),
        (check_elf, elf_with(10, 300, size=0)),
        (check_elf, elf_with(10, size=BODY)),
        (check_elf, elf_with(1, 10, size=1 << 62)),
        (check_elf, elf_with(4)[:60] + b"\0\0" + elf_with(4)[62:]),
        (check_pe, pe_with(97, size=0)),
        (check_pe, pe_with(10, size=BODY)),
        (check_pe, pe_with(10, size=0xFFFFFFFF)),
        (check_macho, macho_with(256, size=0)),
        (check_macho, macho_with(128, size=0, commands=2)),
        (check_macho, macho_with(10, size=BODY)),
        (check_macho, macho_with(1).replace(pack("<II", 1, 0), pack("<II", 0x7FFFFFFF, 0), 1)),
        (check_macho, macho_with(0, commands=5000)),
        (check_macho, universal(*[(X86_64, LIBRARY)] * 31)),
        (check_macho, universal((X86_64, LIBRARY))[:4] + pack(">I", 0)),
    ],
)
def test_tables_that_overlap_or_are_too_long(check: Callable[[bytes], None], data: bytes) -> None:
    assert outcome(check, data) == "malformed"
    assert isinstance(outcome(read_image, data, {"f"}), str)


@pytest.mark.parametrize("wide", [True, False])
def test_more_exports_than_have_numbers(wide: bool) -> None:
    data = bytearray(pe(exported=["f"], wide=wide))
    at = data.rindex(pack("<III", 1, 1, 1))  # the base, the number of functions, of names
    for field in (at + 4, at + 8):
        damaged = bytes(data[:field]) + pack("<I", (1 << 16) + 1) + bytes(data[field + 4 :])
        assert outcome(check_pe, damaged) == "malformed"


@pytest.mark.parametrize(
    ("check", "data", "code"),
    [
        (check_elf, b"\x7fELF\2\1", "truncated"),
        (check_pe, b"MZ", "not-code"),
        (check_pe, b"MZ".ljust(0x3C, b"\0") + pack("<I", 0x40) + b"PE\0\0", "truncated"),
        (check_macho, LIBRARY[:20], "truncated"),
        (check_macho, LIBRARY[:60], "truncated"),
        (check_macho, universal((X86_64, LIBRARY))[:4200], "truncated"),
        (check_macho, LIBRARY[:36] + bytes(4) + LIBRARY[40:], "malformed"),
    ],
)
def test_what_is_cut(check: Callable[[bytes], None], data: bytes, code: str) -> None:
    assert outcome(check, data) == code


@settings(max_examples=100)
@given(garbled(elf(exported=["f"])), garbled(pe(exported=["f"])), garbled(universal((X86_64, LIBRARY))))
def test_garbled(an_elf: bytes, a_pe: bytes, a_macho: bytes) -> None:
    outcome(check_elf, an_elf)
    outcome(check_pe, a_pe)
    outcome(check_macho, a_macho)
