"""What a libssl needs, put together in the order in which it is loaded."""

import os
import zipfile
from pathlib import Path

import pytest

from hemostat.detect.hosts.assembling import assemble, lookup_beside, lookup_within, read_plain
from tests.binaries.elves import elf
from tests.detect.hosts.proving.libraries import system_openssl


def library(name: str, *needed: str, texts: bytes = b"", exported: tuple[str, ...] = ()) -> bytes:
    return elf(exported=exported, soname=name, needed=list(needed), texts=texts + b"\0" + name.encode())


CRYPTO = library(
    "libcrypto.so.1.0.0",
    "libz.so.1",
    "libc.so.6",
    texts=b"OpenSSL 1.0.1e 11 Feb 2013\0",
    exported=("EVP_DigestInit_ex", "ERR_get_error", "BN_new", "SSLeay"),
)
SSL = library("libssl.so.1.0.0", "libcrypto.so.1.0.0", "libk5.so.3", "libdl.so.2", "libc.so.6")
K5 = library("libk5.so.3", "libz.so.1", "libk5support.so.0")
SUPPORT = library("libk5support.so.0", "libk5.so.3")
Z = library("libz.so.1", "libc.so.6")
ALL = {"libcrypto.so.1.0.0": CRYPTO, "libk5.so.3": K5, "libk5support.so.0": SUPPORT, "libz.so.1": Z}


def test_each_comes_after_what_it_needs_once_whoever_asks_for_it() -> None:
    asked: list[str] = []

    def lookup(name: str) -> bytes | None:
        asked.append(name)
        return ALL.get(name)

    found = assemble(SSL, lookup)
    assert found.files == [Z, CRYPTO, SUPPORT, K5, SSL]
    assert (found.ssl, found.crypto) == (4, 1)
    assert sorted(asked) == sorted(ALL), "the C library's own family is there already"


def test_what_is_missing_is_left_out_and_one_library_may_be_both() -> None:
    assert assemble(SSL, lambda name: None) == ([SSL], 0, 0)
    assert assemble(b"no library", lambda name: None) == ([b"no library"], 0, 0)


def test_what_has_no_end_is_cut() -> None:
    def endless(name: str) -> bytes | None:
        return library(name, f"lib{int(name[3:-3]) + 1}.so" if name[3:-3].isdigit() else "lib0.so")

    assert len(assemble(library("libssl.so.1", "lib0.so"), endless).files) == 32


def test_the_folder_beside_comes_before_the_systems(tmp_path: Path) -> None:
    (tmp_path / "libcrypto.so.3").write_bytes(CRYPTO)
    lookup = lookup_beside(str(tmp_path / "libssl.so.3"))
    assert lookup("libcrypto.so.3") == CRYPTO
    system = system_openssl()
    assert lookup("libssl.so.3") == system.files[system.ssl]
    assert lookup("libnobody.so.7") is None
    assert lookup("../libcrypto.so.3") is None
    assert lookup("") is None


def test_in_an_archive_its_own_folder_alone_counts(tmp_path: Path) -> None:
    path = tmp_path / "app.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app/libssl.so.1.0.0", SSL)
        archive.writestr("app/libcrypto.so.1.0.0", CRYPTO)
        archive.writestr("libz.so.1", Z)
    lookup = lookup_within(str(path), ("app/libssl.so.1.0.0",))
    assert lookup("libcrypto.so.1.0.0") == CRYPTO
    assert lookup("libz.so.1") is None
    assert lookup_within(str(path), ("libssl.so",))("libz.so.1") == Z
    assert lookup_within(str(tmp_path / "missing"), ("libssl.so",))("libz.so.1") is None


def test_plain_files_alone_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    os.mkfifo(tmp_path / "fifo")
    assert read_plain(str(tmp_path / "a")) == b"a"
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "device").symlink_to("/dev/null")
    (tmp_path / "loop").symlink_to("loop")
    assert read_plain(str(tmp_path / "link")) == b"a"
    for nothing in ("fifo", "missing", ".", "device", "loop"):
        assert read_plain(str(tmp_path / nothing)) is None


def test_what_is_no_plain_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To open a watchdog starts it. A path alone (O_PATH) is not opening."""
    (tmp_path / "libcrypto.so.1.0.0").symlink_to("/dev/ptmx")
    (tmp_path / "libssl.so.1.0.0").write_bytes(SSL)
    os.mkfifo(tmp_path / "libz.so.1")
    opened: list[str] = []
    really = os.open

    def noting(path: str, flags: int) -> int:
        if not flags & os.O_PATH:
            opened.append(os.path.realpath(path))
        return really(path, flags)

    monkeypatch.setattr(os, "open", noting)
    lookup = lookup_beside(str(tmp_path / "libssl.so.1.0.0"))
    assert lookup("libssl.so.1.0.0") == SSL
    lookup("libcrypto.so.1.0.0")
    lookup("libz.so.1")
    assert lookup_within("/dev/ptmx", ("libssl.so",))("libz.so.1") is None
    assert str(tmp_path / "libssl.so.1.0.0") in opened
    assert not {path for path in opened if not Path(path).is_file()}
