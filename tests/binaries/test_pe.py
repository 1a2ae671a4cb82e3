"""PE files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.binaries import Kind, read_image
from hemostat.binaries.pe import read_pe
from tests.binaries.damage import outcome
from tests.binaries.windows import pe
from tests.wire.damage import garbled

NAMES = frozenset({"SSL_new", "SSL_CTX_new", "tls1_process_heartbeat", "ssl3_read_bytes"})
EXPORTED = ["SSL_new", "SSL_CTX_new", "another"]
NEEDED = ["LIBEAY32.dll", "KERNEL32.dll"]


@pytest.mark.parametrize(("wide", "machine"), [(True, "x86_64"), (False, "i686")])
def test_what_a_library_says(wide: bool, machine: str) -> None:
    data = pe(exported=EXPORTED, needed=NEEDED, soname="SSLEAY32.dll", wide=wide, guid=bytes(range(16)))
    image = read_pe(data, NAMES)
    assert image.kind is Kind.PE
    assert image.machine == machine
    assert image.is_library
    assert image.soname == "SSLEAY32.dll"
    assert image.needed == tuple(NEEDED)
    assert image.build_id == bytes(range(16)).hex() + "1"
    assert image.exported == image.defined == {"SSL_new", "SSL_CTX_new"}
    assert image.is_stripped


@pytest.mark.parametrize(("wide", "prefix"), [(True, ""), (False, "_")])
def test_what_gnu_s_linker_keeps(wide: bool, prefix: str) -> None:
    kept = [prefix + name for name in ("tls1_process_heartbeat", "SSL_new", "main")]
    image = read_pe(pe(kept=kept, wide=wide, library=False), NAMES)
    assert not image.is_library
    assert not image.is_stripped
    assert image.exported == frozenset()
    assert image.defined == {"tls1_process_heartbeat", "SSL_new"}
    assert image.soname is None
    assert image.build_id is None


def test_machines_without_a_name_have_a_number() -> None:
    assert read_pe(pe(machine=0x1F0), NAMES).machine == "pe-1f0"


def test_a_program_of_dos_is_no_code_that_can_be_read() -> None:
    assert outcome(read_pe, b"MZ" + bytes(200), NAMES) == "not-code"
    assert outcome(read_pe, b"MZ", NAMES) == "not-code"


def test_a_symbol_table_that_is_cut_short_proves_nothing() -> None:
    data = pe(kept=["tls1_process_heartbeat"] * 50)
    assert outcome(read_pe, data[:-1100], NAMES) == "truncated"


@pytest.mark.parametrize("cut", range(0, 1600, 41))
def test_cut_anywhere(cut: int) -> None:
    outcome(read_pe, pe(exported=EXPORTED, needed=NEEDED, kept=["SSL_new"])[:cut], NAMES)


@settings(max_examples=150)
@given(
    st.one_of(
        garbled(pe(exported=EXPORTED, needed=NEEDED, guid=bytes(16))),
        garbled(pe(exported=EXPORTED, kept=["_SSL_new", "_tls1_process_heartbeat"], wide=False)),
    )
)
def test_garbled(data: bytes) -> None:
    found = outcome(read_image, data, NAMES)
    assert isinstance(found, str) or found.defined <= NAMES
