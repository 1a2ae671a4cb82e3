"""What a file says of OpenSSL: each kind of file that is met, and the traps."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.binaries import FAMILIES, WHY, Kind, OpenSslCopy, read_openssl
from tests.binaries.apples import ARM64, X86_64, macho, universal
from tests.binaries.elves import elf
from tests.binaries.windows import pe
from tests.wire.damage import garbled

TEXT = "OpenSSL 1.0.1e 11 Feb 2013"
LIBSSL = b"SSLv3 part of OpenSSL 1.0.1e 11 Feb 2013\0TLSv1 part of OpenSSL 1.0.1e 11 Feb 2013"
LIBCRYPTO = b'MD5 part of OpenSSL 1.0.1e 11 Feb 2013\0OpenSSL 1.0.1e 11 Feb 2013\0OPENSSLDIR: "/usr/lib/ssl"'
ERRORS = b"sslv3 alert handshake failure\0"
HEARTBEAT_ERRORS = ERRORS + b"peer does not accept heartbeats\0heartbeat request already pending"
PUBLIC = ["SSL_CTX_new", "SSL_new", "SSL_do_handshake"]
INNER = ["ssl3_read_bytes", "ssl3_write_bytes", "tls1_enc"]
HEARTBEATS = ["tls1_process_heartbeat", "dtls1_process_heartbeat", "tls1_heartbeat", "dtls1_heartbeat"]


def said(data: bytes) -> OpenSslCopy:
    copy = read_openssl(data)
    assert copy is not None
    assert copy.why in WHY
    assert copy.family in FAMILIES
    return copy


def test_a_libssl_with_heartbeats() -> None:
    copy = said(
        elf(
            exported=[*PUBLIC, *INNER, *HEARTBEATS],
            texts=LIBSSL,
            soname="libssl.so.1.0.0",
            needed=["libcrypto.so.1.0.0"],
            build_id=b"\xab" * 20,
            versions=["libssl.so.1.0.0", "OPENSSL_1.0.0", "OPENSSL_1.0.1"],
        )
    )
    assert copy == OpenSslCopy(
        family="openssl",
        format=Kind.ELF,
        machine="x86_64",
        form="shared",
        parts=("libssl",),
        version_text=TEXT,
        version="1.0.1e",
        other_texts=(),
        soname="libssl.so.1.0.0",
        needed=("libcrypto.so.1.0.0",),
        build_id="ab" * 20,
        symbol_version="OPENSSL_1.0.1",
        heartbeats="present",
        why="symbol",
    )


@pytest.mark.parametrize("make", [elf, pe, macho])
@pytest.mark.parametrize("name", HEARTBEATS)
def test_one_function_of_heartbeats_is_enough(make: Callable[..., bytes], name: str) -> None:
    copy = said(make(exported=[*PUBLIC, *INNER, name], texts=LIBSSL))
    assert (copy.form, copy.heartbeats, copy.why) == ("shared", "present", "symbol")


@pytest.mark.parametrize("make", [elf, pe, macho])
def test_inner_functions_without_those_of_heartbeats(make: Callable[..., bytes]) -> None:
    """Built with OPENSSL_NO_HEARTBEATS, whatever its version text says."""
    copy = said(make(exported=[*PUBLIC, *INNER], texts=LIBSSL))
    assert (copy.version, copy.heartbeats, copy.why) == ("1.0.1e", "absent", "no-symbol")


def test_a_library_with_symbols_and_no_inner_function_among_them_says_nothing() -> None:
    copy = said(elf(exported=PUBLIC, kept=["main"], texts=TEXT.encode(), soname="libssl.so.1.0.0"))
    assert (copy.form, copy.parts) == ("shared", ("libssl",))
    assert (copy.heartbeats, copy.why) == ("unknown", "stripped")


@pytest.mark.parametrize("texts", [LIBSSL, LIBSSL + b"\0" + HEARTBEAT_ERRORS])
def test_a_copy_that_was_linked_in_under_other_names_hides_its_heartbeats(texts: bytes) -> None:
    """As `objcopy --prefix-symbols=vnd_` makes it."""
    kept = ["main", *(f"vnd_{name}" for name in (*PUBLIC, *INNER, *HEARTBEATS))]
    copy = said(elf(kept=kept, texts=texts, program=True))
    assert (copy.form, copy.parts) == ("static", ("libssl",))
    assert (copy.heartbeats, copy.why) == ("unknown", "stripped")


def test_errors_of_heartbeats_stand_above_a_version_that_had_none() -> None:
    old = LIBSSL.replace(b"1.0.1e", b"1.0.0k") + b"\0" + HEARTBEAT_ERRORS
    assert said(elf(texts=old, program=True)).heartbeats == "unknown"
    built_without = said(elf(exported=[*PUBLIC, *INNER], texts=LIBSSL + b"\0" + HEARTBEAT_ERRORS))
    assert (built_without.heartbeats, built_without.why) == ("absent", "no-symbol")


def test_a_function_that_is_only_asked_for_is_not_there() -> None:
    copy = said(elf(exported=[*PUBLIC, *INNER], imported=HEARTBEATS, texts=LIBSSL))
    assert copy.heartbeats == "absent"


@pytest.mark.parametrize(
    ("texts", "heartbeats", "why"),
    [
        (LIBSSL, "unknown", "stripped"),
        (LIBSSL + b"\0" + HEARTBEAT_ERRORS, "unknown", "stripped"),
        (LIBSSL + b"\0" + ERRORS, "absent", "no-text"),
        (LIBSSL.replace(b"1.0.1e", b"1.0.0k"), "absent", "version"),
        (LIBSSL.replace(b"1.0.1e", b"0.9.8y"), "absent", "version"),
        (LIBSSL.replace(b"1.0.1e", b"1.0.2q"), "unknown", "stripped"),
        (LIBSSL.replace(b"1.0.1e", b"1.1.0l"), "unknown", "stripped"),
        # A second copy, of a version without, says nothing of the first.
        (LIBSSL + b"\0TLSv1 part of OpenSSL 1.0.0k 5 Feb 2013", "unknown", "stripped"),
    ],
)
def test_a_stripped_program_with_it_inside(texts: bytes, heartbeats: str, why: str) -> None:
    for data in (
        elf(texts=texts, program=True),
        pe(texts=texts, library=False),
        macho(texts=texts, library=False),
    ):
        copy = said(data)
        assert (copy.form, copy.parts) == ("static", ("libssl",))
        assert (copy.heartbeats, copy.why) == (heartbeats, why)


def test_a_program_that_keeps_its_symbols() -> None:
    kept = [*PUBLIC, *INNER, "tls1_process_heartbeat"]
    copy = said(elf(kept=kept, texts=LIBSSL + b"\0" + LIBCRYPTO, program=True))
    assert (copy.form, copy.parts, copy.heartbeats) == ("static", ("libssl", "libcrypto"), "present")
    assert said(pe(kept=kept, texts=LIBSSL, library=False)).heartbeats == "present"


@pytest.mark.parametrize("source", ["", "<artificial>"])
def test_a_program_whose_functions_a_linker_has_merged(source: str) -> None:
    """It keeps what is called from many places; what is called from one may be in its caller."""
    copy = said(elf(kept=INNER, source=source, texts=LIBSSL, program=True))
    assert (copy.heartbeats, copy.why) == ("unknown", "stripped")
    siblings = said(
        elf(kept=[*INNER, "ssl_parse_clienthello_tlsext"], source=source, texts=LIBSSL, program=True)
    )
    assert (siblings.heartbeats, siblings.why) == ("absent", "no-symbol")


@pytest.mark.parametrize("make", [pe, macho])
def test_what_other_formats_keep_shows_by_its_siblings_that_nothing_is_merged(
    make: Callable[..., bytes],
) -> None:
    assert said(make(kept=INNER, texts=LIBSSL, library=False)).why == "stripped"
    assert (
        said(make(kept=[*INNER, "ssl_parse_clienthello_tlsext"], texts=LIBSSL, library=False)).why
        == "no-symbol"
    )


def test_a_library_of_another_purpose_with_it_inside() -> None:
    copy = said(elf(exported=["PyInit__ssl"], texts=LIBSSL + b"\0" + LIBCRYPTO))
    assert (copy.form, copy.parts, copy.heartbeats) == ("static", ("libssl", "libcrypto"), "unknown")


def test_a_libcrypto_alone() -> None:
    copy = said(
        elf(exported=["EVP_DigestInit_ex", "BN_new", "SSLeay"], texts=LIBCRYPTO, soname="libcrypto.so.1.0.0")
    )
    assert (copy.form, copy.parts, copy.version) == ("shared", ("libcrypto",), "1.0.1e")
    assert (copy.heartbeats, copy.why) == ("absent", "no-libssl")


def test_a_libssl_3_has_no_version_text_but_versions_of_symbols() -> None:
    copy = said(
        elf(exported=PUBLIC, soname="libssl.so.3", versions=["libssl.so.3", "OPENSSL_3.0.0", "OPENSSL_3.0.9"])
    )
    assert (copy.family, copy.parts, copy.version) == ("openssl", ("libssl",), None)
    assert copy.symbol_version == "OPENSSL_3.0.9"
    assert (copy.heartbeats, copy.why) == ("absent", "version")


@pytest.mark.parametrize("version", ["OPENSSL_1.0.1", "OPENSSL_1_1_0", "OPENSSL_1.0.0"])
def test_versions_of_symbols_say_from_when_on_not_until(version: str) -> None:
    assert said(elf(exported=PUBLIC, versions=[version])).heartbeats == "unknown"


# --- a text of the headers ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [elf, pe, macho])
def test_a_caller_that_prints_the_version_of_its_headers_carries_none(make: Callable[..., bytes]) -> None:
    """As the Windows wheels of cryptography 0.2.2 to 0.4 do."""
    library = {elf: "libssl.so.1.0.0", pe: "SSLEAY32.dll", macho: "/usr/lib/libssl.1.0.0.dylib"}[make]
    copy = said(make(exported=["init_cffi"], texts=TEXT.encode(), needed=[library]))
    assert (copy.form, copy.parts, copy.version_text) == ("text-only", (), TEXT)
    assert copy.needed == (library,)
    assert (copy.heartbeats, copy.why) == ("absent", "no-code")


@pytest.mark.parametrize(
    "text",
    [
        b"We ran OpenSSL 1.0.1e 11 Feb 2013 until April.\n",
        b"$ strings libssl.so\nTLSv1 part of OpenSSL 1.0.1e 11 Feb 2013\ntls1_process_heartbeat\n",
        b'#define OPENSSL_VERSION_TEXT "OpenSSL 1.0.1e 11 Feb 2013"\n#define SSL_CTX_new x\n',
    ],
)
def test_a_text_file(text: bytes) -> None:
    copy = said(text)
    assert (copy.format, copy.form, copy.heartbeats, copy.why) == (
        Kind.OTHER,
        "text-only",
        "absent",
        "no-code",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OpenSSL is a library",
        elf(imported=PUBLIC, needed=["libssl.so.1.0.0"]),
        elf(exported=["SSL_new"]),  # stands in for one function
        elf(texts=b"OpenSSL "),
        pe(needed=["SSLEAY32.dll"]),
        b"\0ssl/statem/statem_srvr.c\0",  # a list of files
        b"PK\x03\x04" + LIBSSL,
    ],
)
def test_nothing_is_said_of_the_rest(data: bytes) -> None:
    assert read_openssl(data) is None


# --- other libraries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "family", "version"),
    [
        ({"exported": [*PUBLIC, "SSL_CTX_use_certificate_chain_mem"]}, "libressl", None),
        ({"exported": ["BN_new", "SSLeay"], "texts": b"LibreSSL 2.8.3"}, "libressl", "2.8.3"),
        ({"exported": PUBLIC, "texts": HEARTBEAT_ERRORS + b"\0LibreSSL 2.0.0"}, "libressl", "2.0.0"),
        ({"exported": [*PUBLIC, "SSL_CTX_set_grease_enabled"]}, "boringssl", None),
        ({"exported": PUBLIC, "texts": b"BoringSSL"}, "boringssl", None),
        ({"exported": ["wolfSSL_new"], "texts": b"wolfSSL error occurred, error = %d"}, "wolfssl", None),
        ({"exported": ["CyaSSL_new"], "imported": ["wolfSSL_free"]}, "wolfssl", None),
        ({"kept": ["_ZN5yaSSL3SSLC1EPNS_7SSL_CTXE"], "program": True}, "yassl", None),
        ({"exported": ["yaSSL_CTX_new"]}, "yassl", None),
        ({"exported": ["gnutls_global_init"], "texts": b"Enabled GnuTLS 3.7.9 logging"}, "gnutls", "3.7.9"),
        ({"exported": PUBLIC, "needed": ["libgnutls.so.30"]}, "gnutls", None),
        ({"exported": ["SSL_ImportFD"], "texts": b"Version: NSS 3.87.1"}, "nss", "3.87.1"),
    ],
)
def test_other_families(file: dict[str, Any], family: str, version: str | None) -> None:
    copy = said(elf(**file))
    assert (copy.family, copy.version, copy.heartbeats, copy.why) == (
        family,
        version,
        "absent",
        "other-family",
    )


def test_beside_openssl_s_code_another_library_does_not_count() -> None:
    copy = said(
        elf(exported=[*PUBLIC, *HEARTBEATS, "gnutls_global_init"], texts=LIBSSL + b"\0LibreSSL 2.8.3")
    )
    assert (copy.family, copy.heartbeats) == ("openssl", "present")


def test_a_caller_of_another_library_carries_none() -> None:
    data = elf(imported=["gnutls_global_init", "SSL_ImportFD"], texts=b"for BoringSSL or LibreSSL 2.8.3")
    assert read_openssl(data) is None


# --- what can't be read ---------------------------------------------------------------------------


def test_code_whose_headers_cannot_be_read_may_be_anything() -> None:
    copy = said(b"\x7fELF" + b"\xff" * 60 + b"\0" + LIBSSL + b"\0")
    assert (copy.form, copy.heartbeats, copy.why) == ("unreadable", "unknown", "unreadable")
    assert copy.version == "1.0.1e"


def test_an_image_of_a_disk_may_hold_it() -> None:
    copy = said(bytes(4096) + elf(exported=[*PUBLIC, *INNER], texts=LIBSSL))
    assert (copy.format, copy.form, copy.parts) == (Kind.OTHER, "unreadable", ("libssl",))
    assert (copy.heartbeats, copy.why) == ("unknown", "unreadable")


def test_a_stripped_slice_hides_what_the_other_shows() -> None:
    shown = macho(exported=[*PUBLIC, *INNER], texts=LIBSSL)
    hidden = macho(exported=PUBLIC, texts=LIBSSL, machine=ARM64)
    both = said(universal((X86_64, shown), (ARM64, hidden)))
    assert (both.machine, both.heartbeats, both.why) == ("x86_64,arm64", "unknown", "stripped")
    assert said(universal((X86_64, shown), (ARM64, shown))).why == "no-symbol"


@settings(max_examples=200)
@given(
    st.one_of(
        garbled(elf(exported=[*PUBLIC, *INNER, *HEARTBEATS], texts=LIBSSL)),
        garbled(pe(exported=PUBLIC, texts=LIBSSL)),
        garbled(macho(exported=PUBLIC, texts=LIBSSL)),
    )
)
def test_garbled(data: bytes) -> None:
    copy = read_openssl(data)
    assert copy is None or copy.why in WHY


@pytest.mark.parametrize("cut", range(0, 2000, 61))
def test_a_file_with_heartbeats_that_is_cut_is_never_called_free_of_them(cut: int) -> None:
    copy = read_openssl(elf(exported=[*PUBLIC, *INNER, *HEARTBEATS], texts=LIBSSL)[:cut])
    assert copy is None or copy.heartbeats != "absent" or copy.why == "no-code"
