"""The texts of TLS libraries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries.texts import _TELLTALES, LONGEST, is_worth_reading, read_texts, version_of

E101 = b"OpenSSL 1.0.1e 11 Feb 2013"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (b"OpenSSL 1.0.1 14 Mar 2012", "1.0.1"),
        (b"OpenSSL 1.0.1f 6 Jan 2014", "1.0.1f"),
        (b"OpenSSL 1.0.1e-fips 11 Feb 2013", "1.0.1e"),
        (b"OpenSSL 0.9.8e-fips-rhel5 01 Jul 2008", "0.9.8e"),
        (b"OpenSSL 1.0.2-beta1 24 Feb 2014", "1.0.2-beta1"),
        (b"OpenSSL 1.0.1g-dev xx XXX xxxx", "1.0.1g-dev"),
        (b"OpenSSL 1.0.1g-fips-dev xx XXX xxxx", "1.0.1g-dev"),
        (b"OpenSSL 1.0.2-fips-beta1 24 Feb 2014", "1.0.2-beta1"),
        (b"OpenSSL 1.0.2q  20 Nov 2018", "1.0.2q"),
        (b"OpenSSL 1.0.2zf  15 Aug 2022", "1.0.2zf"),
        (b"OpenSSL 1.1.1w  11 Sep 2023", "1.1.1w"),
        (b"OpenSSL 1.1.1k  FIPS 25 Mar 2021", "1.1.1k"),
        (b"OpenSSL 3.0.22 25 Aug 2026", "3.0.22"),
        (b"OpenSSL 1.1.1q+quic  5 Jul 2022", "1.1.1q"),
    ],
)
def test_versions_as_releases_and_distributions_wrote_them(text: bytes, version: str) -> None:
    for data in (text, b"\0" + text + b"\0", b"see " + text + b", as shipped"):
        assert read_texts(data).versions == (text.decode(),)
    assert version_of(text.decode()) == version


@pytest.mark.parametrize(
    "text",
    [
        b"OpenSSL 1.0.1e",
        b"OpenSSL 1.0 11 Feb 2013",
        b"OpenSSL team 11 Feb 2013",
        b"openssl 1.0.1e 11 Feb 2013",
    ],
)
def test_what_is_no_version_text(text: bytes) -> None:
    assert read_texts(text).versions == ()


def test_a_text_of_the_headers_is_no_code() -> None:
    texts = read_texts(b"\0" + E101 + b"\0")
    assert texts.versions == (E101.decode(),)
    assert texts.code_versions == ()
    assert not any((texts.has_libssl, texts.has_libcrypto, texts.has_ssl_errors, texts.has_heartbeat_errors))


def test_the_parts_of_the_code_name_themselves() -> None:
    libssl = read_texts(b"\0DTLSv1 part of " + E101 + b"\0")
    assert (libssl.code_versions, libssl.has_libssl, libssl.has_libcrypto) == ((E101.decode(),), True, False)
    libcrypto = read_texts(b"\0Big Number part of " + E101 + b"\0")
    assert (libcrypto.code_versions, libcrypto.has_libssl, libcrypto.has_libcrypto) == (
        (E101.decode(),),
        False,
        True,
    )
    assert read_texts(b'\0OPENSSLDIR: "/usr/lib/ssl"\0').has_libcrypto


def test_a_page_that_quotes_the_code_is_no_code() -> None:
    texts = read_texts(b"It holds `TLSv1 part of " + E101 + b"` and statem_srvr.c, OPENSSLDIR: ")
    assert texts.versions == (E101.decode(),)
    assert texts.code_versions == ()
    assert not any((texts.has_libssl, texts.has_libcrypto, texts.has_source_names))


@pytest.mark.parametrize(
    "text", [b"peer does not accept heartbeats\0", b"heartbeat request already pending\0"]
)
def test_texts_that_came_with_heartbeats(text: bytes) -> None:
    texts = read_texts(b"\0sslv3 alert handshake failure\0" + text)
    assert (texts.has_ssl_errors, texts.has_heartbeat_errors) == (True, True)
    assert not read_texts(b"\0sslv3 alert handshake failure\0").has_heartbeat_errors


@pytest.mark.parametrize(
    ("text", "family"),
    [
        (b"LibreSSL 2.8.3", ("libressl", "2.8.3")),
        (b"\0BoringSSL\0", ("boringssl", None)),
        (b"wolfSSL error occurred, error = %d", ("wolfssl", None)),
        (b"CyaSSL error occurred, error = %d", ("wolfssl", None)),
        (b"_ZN5yaSSL3SSLC1EPNS_7SSL_CTXE", ("yassl", None)),
        (b"Enabled GnuTLS 3.7.9 logging...", ("gnutls", "3.7.9")),
        (b"Version: NSS 3.87.1", ("nss", "3.87.1")),
    ],
)
def test_other_libraries(text: bytes, family: tuple[str, str | None]) -> None:
    assert read_texts(b"\0" + text + b"\0").families == (family,)
    assert is_worth_reading(text)


def test_different_texts_are_kept_up_to_a_number_each_once() -> None:
    many = [b"OpenSSL 1.0.%d 1 Jan 2014" % number for number in range(200)]
    texts = read_texts(b"\0".join([*many, *many]) + b"\0MD5 part of " + b"\0MD5 part of ".join(many) + b"\0")
    assert len(texts.versions) == len(set(texts.versions)) == 64
    assert len(texts.code_versions) == 64
    assert texts.versions[:2] == ("OpenSSL 1.0.0 1 Jan 2014", "OpenSSL 1.0.1 1 Jan 2014")


@pytest.mark.parametrize("telltale", _TELLTALES)
def test_a_telltale_is_found_wherever_a_file_is_cut_in_pieces(telltale: bytes) -> None:
    assert len(telltale) <= LONGEST
    data = b"x" * 100 + telltale + b"y" * 100
    for cut in range(100, 100 + len(telltale) + 1):
        pieces = data[:cut], data[max(cut - LONGEST, 0) :]
        assert any(is_worth_reading(piece) for piece in pieces)


def test_most_files_are_not_worth_reading() -> None:
    for data in (b"", b"\x7fELF" + bytes(1000), b"an SSL certificate", b"libssl.so.3\0SSL_read\0"):
        assert not is_worth_reading(data)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"OpenSSL ", b" part of OpenSSL 1.0.1e 11 Feb 2013\0", b"LibreSSL "]),
)
def test_any_bytes(data: bytes, text: bytes) -> None:
    texts = read_texts(data + text + data)
    for version in (*texts.versions, *texts.code_versions):
        assert version.isascii()
        assert version.isprintable()
        assert version_of(version)
