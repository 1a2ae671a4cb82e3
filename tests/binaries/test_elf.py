"""ELF files."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.binaries import BinaryError, Kind, read_image
from hemostat.binaries.elf import machine_of, read_elf
from tests.binaries.damage import outcome
from tests.binaries.elves import I386, PPC64, elf
from tests.wire.damage import garbled

NAMES = frozenset({"SSL_new", "SSL_CTX_new", "tls1_process_heartbeat", "ssl3_read_bytes", "tls1_enc"})
LIBRARY: dict[str, Any] = {
    "exported": ["SSL_new", "SSL_CTX_new", "another"],
    "imported": ["tls1_enc"],
    "kept": ["ssl3_read_bytes", "main"],
    "soname": "libssl.so.1.0.0",
    "needed": ["libcrypto.so.1.0.0", "libc.so.6"],
    "build_id": bytes(range(20)),
    "versions": ["libssl.so.1.0.0", "OPENSSL_1.0.1"],
}


@pytest.mark.parametrize(
    ("machine", "order", "wide", "name"),
    [
        (62, "<", True, "x86_64"),
        (I386, "<", False, "i686"),
        (PPC64, ">", True, "ppc64"),
        (PPC64, "<", True, "ppc64le"),
    ],
)
def test_what_a_library_says(machine: int, order: str, wide: bool, name: str) -> None:
    image = read_elf(elf(**LIBRARY, machine=machine, order=order, wide=wide), NAMES)
    assert image.kind is Kind.ELF
    assert image.machine == name
    assert image.is_library
    assert image.soname == "libssl.so.1.0.0"
    assert image.needed == ("libcrypto.so.1.0.0", "libc.so.6")
    assert image.build_id == bytes(range(20)).hex()
    assert image.exported == {"SSL_new", "SSL_CTX_new"}
    assert image.defined == {"SSL_new", "SSL_CTX_new", "ssl3_read_bytes"}
    assert not image.is_stripped
    assert image.version_names == ("libssl.so.1.0.0", "OPENSSL_1.0.1")


def test_a_stripped_one_shows_what_it_exports() -> None:
    image = read_elf(elf(**{**LIBRARY, "kept": None}), NAMES)
    assert image.is_stripped
    assert image.defined == image.exported == {"SSL_new", "SSL_CTX_new"}


def test_without_section_headers_the_loader_s_view_is_taken() -> None:
    image = read_elf(elf(**LIBRARY, sections=False), NAMES)
    assert image.is_stripped
    assert image.exported == {"SSL_new", "SSL_CTX_new"}
    assert image.soname == "libssl.so.1.0.0"


def test_a_program_is_no_library() -> None:
    assert not read_elf(elf(**LIBRARY, program=True), NAMES).is_library


@pytest.mark.parametrize("name", ["tls1_enc.constprop.0", "tls1_enc.part.3", "tls1_enc.isra.1"])
def test_a_compiler_s_variant_of_a_function_is_that_function(name: str) -> None:
    assert read_elf(elf(kept=[name, "tls1_encode"]), NAMES).defined == {"tls1_enc"}


@pytest.mark.parametrize(
    ("source", "is_whole"),
    [
        ("t1_lib.c", True),
        ("main.cc", True),
        ("crtstuff.c", False),
        ("Scrt1.o", False),
        ("<artificial>", False),
        ("ld-temp.o", False),
        ("", False),
    ],
)
def test_a_table_is_whole_if_it_names_a_source_file(source: str, is_whole: bool) -> None:
    assert read_elf(elf(kept=["main"], source=source), NAMES).is_stripped is not is_whole


def test_a_file_of_symbols_alone_holds_no_code() -> None:
    with pytest.raises(BinaryError) as caught:
        read_elf(elf(**LIBRARY, debug_only=True), NAMES)
    assert caught.value.code == "not-code"


def test_a_symbol_table_that_is_cut_short_proves_nothing() -> None:
    whole = elf(**LIBRARY)
    # The section headers stand last, so a cut file has none; here they stay, and what they tell of is gone.
    at = whole.index(b"\0library.c\0ssl3_read_bytes\0main\0")
    size_of = whole.rindex((at).to_bytes(8, "little")) + 8
    damaged = whole[:size_of] + (1 << 20).to_bytes(8, "little") + whole[size_of + 8 :]
    assert outcome(read_elf, damaged, NAMES) == "truncated"


def test_machines_without_a_name_have_a_number() -> None:
    assert machine_of(elf(machine=9999)) == "elf-9999"
    assert outcome(machine_of, b"\x7fELF\x02\x01") == "truncated"
    assert outcome(machine_of, b"MZ") == "not-code"


def test_names_in_it_are_made_fit_to_be_shown() -> None:
    image = read_elf(elf(soname="lib\x1b[31m", needed=["a\xff"]), NAMES)
    assert image.soname == "lib\\x1b[31m"
    assert len(image.needed) == 1
    assert image.needed[0].isascii()


@pytest.mark.parametrize("cut", range(0, 1500, 37))
def test_cut_anywhere(cut: int) -> None:
    outcome(read_elf, elf(**LIBRARY)[:cut], NAMES)


@settings(max_examples=150)
@given(st.one_of(garbled(elf(**LIBRARY)), garbled(elf(**LIBRARY, sections=False, wide=False))))
def test_garbled(data: bytes) -> None:
    found = outcome(read_image, data, NAMES)
    assert isinstance(found, str) or found.defined <= NAMES
