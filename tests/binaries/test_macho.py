"""Mach-O files."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.binaries import Kind, read_image
from hemostat.binaries.macho import read_macho
from tests.binaries.apples import ARM64, I386, PPC, X86_64, macho, universal
from tests.binaries.damage import outcome
from tests.wire.damage import garbled

NAMES = frozenset({"SSL_new", "SSL_CTX_new", "tls1_process_heartbeat", "ssl3_read_bytes"})
LIBRARY: dict[str, Any] = {
    "exported": ["SSL_new", "SSL_CTX_new", "another"],
    "imported": ["tls1_process_heartbeat"],
    "kept": ["ssl3_read_bytes"],
    "soname": "/usr/lib/libssl.1.0.0.dylib",
    "needed": ["/usr/lib/libcrypto.1.0.0.dylib", "/usr/lib/libSystem.B.dylib"],
    "uuid": bytes(range(16)),
}


@pytest.mark.parametrize(
    ("machine", "order", "wide", "name"),
    [
        (X86_64, "<", True, "x86_64"),
        (ARM64, "<", True, "arm64"),
        (I386, "<", False, "i386"),
        (PPC, ">", False, "ppc"),
    ],
)
def test_what_a_library_says(machine: int, order: str, wide: bool, name: str) -> None:
    image = read_macho(macho(**LIBRARY, machine=machine, order=order, wide=wide), NAMES)
    assert image.kind is Kind.MACHO
    assert image.machine == name
    assert image.is_library
    assert image.soname == "/usr/lib/libssl.1.0.0.dylib"
    assert image.needed == ("/usr/lib/libcrypto.1.0.0.dylib", "/usr/lib/libSystem.B.dylib")
    assert image.build_id == bytes(range(16)).hex()
    assert image.exported == {"SSL_new", "SSL_CTX_new"}
    assert image.defined == {"SSL_new", "SSL_CTX_new", "ssl3_read_bytes"}
    assert not image.is_stripped
    assert image.slices == ()


def test_a_stripped_program() -> None:
    image = read_macho(macho(exported=["SSL_new"], library=False), NAMES)
    assert not image.is_library
    assert image.is_stripped
    assert image.soname is None
    assert image.build_id is None


def test_a_universal_file_says_what_any_of_its_slices_says() -> None:
    first = macho(exported=["SSL_new"], soname="a", needed=["b"], kept=["main"])
    second = macho(exported=["SSL_CTX_new"], machine=ARM64, needed=["b", "c"])
    image = read_macho(universal((X86_64, first), (ARM64, second)), NAMES)
    assert image.machine == "x86_64,arm64"
    assert image.defined == {"SSL_new", "SSL_CTX_new"}
    assert (image.soname, image.needed) == ("a", ("b", "c"))
    assert image.is_stripped
    assert [slice.is_stripped for slice in image.slices] == [False, True]


def test_a_slice_that_is_not_there_proves_nothing() -> None:
    data = universal((X86_64, macho(**LIBRARY)), (ARM64, macho(**LIBRARY, machine=ARM64)))
    assert str(outcome(read_macho, data[:8192], NAMES)) in ("malformed", "truncated")


def test_a_symbol_table_that_is_cut_short_proves_nothing() -> None:
    assert str(outcome(read_macho, macho(**LIBRARY)[:-20], NAMES)) in ("malformed", "truncated")


@pytest.mark.parametrize("cut", range(0, 900, 29))
def test_cut_anywhere(cut: int) -> None:
    outcome(read_macho, macho(**LIBRARY)[:cut], NAMES)


@settings(max_examples=150)
@given(
    st.one_of(
        garbled(macho(**LIBRARY)),
        garbled(universal((X86_64, macho(**LIBRARY)), (ARM64, macho(**LIBRARY, machine=ARM64)))),
    )
)
def test_garbled(data: bytes) -> None:
    found = outcome(read_image, data, NAMES)
    assert isinstance(found, str) or found.defined <= NAMES
