"""A file with all that is in it."""

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from hemostat.binaries import UNSEEN, Found, Kind, Limits, Unseen, examine
from hemostat.binaries.archives.streams import CHUNK, Memory
from tests.binaries.archives.packing import a_cpio, a_deb, a_tar, a_zip, an_rpm
from tests.binaries.archives.windows_packing import a_cab, an_msi
from tests.binaries.elves import elf
from tests.binaries.windows import pe
from tests.wire.damage import garbled

TEXTS = b"TLSv1 part of OpenSSL 1.0.1e 11 Feb 2013"
LIBRARY = elf(exported=["SSL_new", "SSL_CTX_new", "ssl3_read_bytes", "tls1_process_heartbeat"], texts=TEXTS)
CALLER = pe(texts=b"OpenSSL 1.0.1e 11 Feb 2013", needed=["SSLEAY32.dll"])
FILES = {"readme": b"nothing", "lib/libssl.so": LIBRARY, "caller.pyd": CALLER, "empty": b""}


def findings(
    data: bytes, limits: Limits | None = None, **options: Callable[[], bool]
) -> list[Found | Unseen]:
    return list(examine(Memory(data), len(data), limits, **options))


def brief(data: bytes, limits: Limits | None = None) -> list[tuple[tuple[str, ...], str]]:
    """The way to each, and whether its code has heartbeats, or why it was not looked into."""
    return [
        (one.inside, one.why if isinstance(one, Unseen) else one.copy.heartbeats)
        for one in findings(data, limits)
    ]


def test_a_file_that_is_one() -> None:
    (found,) = findings(LIBRARY)
    assert isinstance(found, Found)
    assert (found.inside, found.size, found.sha256) == ((), len(LIBRARY), hashlib.sha256(LIBRARY).hexdigest())
    assert (found.copy.version, found.copy.heartbeats) == ("1.0.1e", "present")


def test_a_file_that_is_none() -> None:
    for data in (b"", b"text", elf(exported=["main"]), bytes(3 << 20), b"SSL" * (1 << 19)):
        assert findings(data) == []


@pytest.mark.parametrize("before", [0, 1 << 20, CHUNK - 20, 4 * CHUNK - 20, 4 * CHUNK - 3, (1 << 20) + 5])
def test_a_text_at_any_place_of_a_large_file_is_found(before: int) -> None:
    data = b"x" * before + b"OpenSSL 1.0.1e 11 Feb 2013" + b"y" * (2 * CHUNK)
    (found,) = findings(data)
    assert isinstance(found, Found)
    assert found.copy.form == "text-only"
    assert found.sha256 == hashlib.sha256(data).hexdigest()


ARCHIVES: list[tuple[bytes, tuple[str, ...]]] = [
    (a_zip(FILES), ()),
    (a_tar(FILES), ()),
    (a_cpio(FILES), ()),
    (gzip.compress(a_tar(FILES)), ()),
    (bz2.compress(a_tar(FILES)), ()),
    (lzma.compress(a_tar(FILES)), ()),
    (lzma.compress(a_tar(FILES), lzma.FORMAT_ALONE), ()),
    (a_deb({"data.tar.xz": lzma.compress(a_tar(FILES))}), ("data.tar.xz",)),
    (an_rpm(gzip.compress(a_cpio(FILES))), ()),
    (a_cab(FILES), ()),
    (an_msi({"product.cab": a_cab(FILES)}), ("product.cab",)),
    (a_tar({"setup.msi": an_msi({"product.cab": a_cab(FILES)})}), ("setup.msi", "product.cab")),
    (a_zip({"a.whl": a_zip(FILES)}), ("a.whl",)),
    (gzip.compress(a_tar({"a.jar": a_zip({"b.tar": a_tar(FILES)})})), ("a.jar", "b.tar")),
]


@pytest.mark.parametrize(("data", "way"), ARCHIVES)
def test_archives_in_archives(data: bytes, way: tuple[str, ...]) -> None:
    assert sorted(brief(data)) == [((*way, "caller.pyd"), "absent"), ((*way, "lib/libssl.so"), "present")]
    found = next(one for one in findings(data) if one.inside[-1] == "lib/libssl.so")
    assert isinstance(found, Found)
    assert found.sha256 == hashlib.sha256(LIBRARY).hexdigest()


def test_a_file_that_is_only_compressed_keeps_its_place() -> None:
    assert brief(gzip.compress(LIBRARY)) == [((), "present")]


def test_a_program_that_unpacks_itself() -> None:
    inside = a_zip({"libssl.so": LIBRARY})
    for stub in (elf(exported=["main"], program=True), b"#!/bin/sh\nexec java -jar $0\n", bytes(2 << 20)):
        assert brief(stub + inside) == [(("libssl.so",), "present")]
        assert brief(a_tar({"run": stub + inside})) == [(("run", "libssl.so"), "present")]
    assert brief(LIBRARY + inside) == [((), "present"), (("libssl.so",), "present")]


def test_names_are_made_fit_to_be_shown() -> None:
    assert brief(a_tar({"b\udcff\x1b[31m": LIBRARY}))[0][0] == ("b\\xff\\x1b[31m",)
    assert brief(a_zip({"größe": LIBRARY}))[0][0] == ("gr\\xc3\\xb6\\xc3\\x9fe",)


# --- what is not looked into is said --------------------------------------------------------------


def test_formats_that_cannot_be_opened() -> None:
    assert findings(b"7z\xbc\xaf\x27\x1c") == [Unseen(inside=(), why="format", format=Kind.SEVEN_ZIP)]
    inside = a_zip({"a.xar": b"xar!" + bytes(1000), "libssl.so": LIBRARY})
    assert brief(inside) == [(("a.xar",), "format"), (("libssl.so",), "present")]


def test_depth() -> None:
    data = a_tar({"a": a_tar({"b": a_tar({"libssl.so": LIBRARY})}), "libssl.so": LIBRARY})
    assert brief(data, Limits(depth=3))[0] == (("a", "b", "libssl.so"), "present")
    assert brief(data, Limits(depth=2)) == [(("a", "b"), "limit-depth"), (("libssl.so",), "present")]
    assert brief(data, Limits(depth=0)) == [((), "limit-depth")]


def test_an_archive_of_archives_without_end() -> None:
    data = b"text"
    for _ in range(200):
        data = gzip.compress(data)
    assert brief(data) == [((), "limit-depth")]


def test_a_member_too_large_to_be_held_is_said_if_it_speaks_of_openssl() -> None:
    limits = Limits(size=len(LIBRARY) - 1)
    data = a_tar(
        {"big": bytes(1 << 20), "libssl.so": LIBRARY, "a.zip": a_zip({"x": bytes(range(256)) * 99}, 0)}
    )
    assert brief(data, limits) == [(("libssl.so",), "limit-size"), (("a.zip",), "limit-size")]
    assert brief(LIBRARY, limits) == [((), "limit-size")]
    assert brief(LIBRARY, Limits(size=len(LIBRARY))) == [((), "present")]


def test_members() -> None:
    data = a_tar({"a": LIBRARY, "b": LIBRARY, "c": LIBRARY})
    assert brief(data, Limits(members=2)) == [(("a",), "present"), (("b",), "present"), ((), "limit-members")]


def test_a_limit_of_the_whole_is_the_last_thing_said() -> None:
    bomb = gzip.compress(a_tar({"zeros": bytes(8 << 20), "libssl.so": LIBRARY}))
    data = a_tar({"first": LIBRARY, "bomb.tgz": bomb, "last": LIBRARY})
    limits = Limits(free=1 << 20, ratio=2)
    assert brief(data, limits) == [(("first",), "present"), (("bomb.tgz", "zeros"), "limit-ratio")]


def test_bytes() -> None:
    assert brief(bytes(1 << 20), Limits(bytes=1000)) == [((), "limit-bytes")]
    assert brief(a_zip({"a": bytes(5000)}), Limits(bytes=4000)) == [(("a",), "limit-bytes")]


def test_memory() -> None:
    data = a_tar({"a.xz": lzma.compress(LIBRARY, preset=9), "libssl.so": LIBRARY})
    assert brief(data, Limits(memory=1 << 20)) == [(("a.xz",), "limit-memory"), (("libssl.so",), "present")]


def test_time() -> None:
    calls = 0

    def is_over() -> bool:
        nonlocal calls
        calls += 1
        return calls > 3

    (last,) = findings(a_tar({"a": bytes(8 * CHUNK), "libssl.so": LIBRARY}), is_over=is_over)
    assert isinstance(last, Unseen)
    assert last.why == "limit-time"
    assert calls == 4


def test_encrypted_and_packed_otherwise() -> None:
    data = bytearray(a_zip({"a": LIBRARY}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert brief(bytes(data)) == [(("a",), "encrypted")]
    assert brief(a_zip({"a": LIBRARY}, zipfile.ZIP_LZMA)) == [(("a",), "method")]


def test_what_is_damaged_is_said_and_the_rest_looked_into() -> None:
    data = a_tar(
        {"a.gz": gzip.compress(LIBRARY)[:-20], "b.zip": b"PK\x03\x04" + bytes(90), "libssl.so": LIBRARY}
    )
    assert brief(data) == [(("a.gz",), "truncated"), (("b.zip",), "malformed"), (("libssl.so",), "present")]


def test_a_cut_archive_gives_what_it_has() -> None:
    data = a_tar({"libssl.so": LIBRARY, "b": bytes(5000)})
    assert brief(data[:-6000]) == [(("libssl.so",), "present"), (("b",), "truncated"), ((), "truncated")]


# --- the file -------------------------------------------------------------------------------------


def test_the_place_of_the_file_does_not_matter() -> None:
    file = io.BytesIO(LIBRARY)
    file.seek(100)
    assert len(list(examine(file, len(LIBRARY)))) == 1


def test_a_file_that_grew_or_shrank_meanwhile() -> None:
    assert len(list(examine(Memory(LIBRARY + b"more"), len(LIBRARY)))) == 1
    assert len(list(examine(Memory(LIBRARY), len(LIBRARY) + 100))) == 1
    large = bytes(2 << 20) + TEXTS + b"\0"
    assert [type(one) for one in examine(Memory(large), len(large) + 100)] == [Found]


class Shrinking(Memory):
    """Cut by somebody else once it has been read to its end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if offset == 0 and self._at:
            self._data = self._data[:100]
        return super().seek(offset, whence)


def test_a_file_that_is_cut_while_it_is_read() -> None:
    large = bytes(2 << 20) + TEXTS + b"\0"
    assert list(examine(Shrinking(large), len(large))) == [
        Unseen(inside=(), why="truncated", format=Kind.OTHER)
    ]


def test_an_error_of_the_disk_is_the_caller_s() -> None:
    class Broken(Memory):
        def read(self, size: int, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        list(examine(Broken(LIBRARY), len(LIBRARY)))


@settings(max_examples=200, deadline=None)
@given(
    garbled(a_zip({"a": LIBRARY, "b.tar": a_tar({"c": LIBRARY})}))
    | garbled(gzip.compress(a_tar({"a": LIBRARY, "b": a_zip({"c": LIBRARY})})))
    | garbled(a_deb({"data.tar.xz": lzma.compress(a_tar({"c": LIBRARY}))}))
    | garbled(an_rpm(gzip.compress(a_cpio({"c": LIBRARY}))))
    | garbled(a_tar({"a.gz": gzip.compress(LIBRARY), "c": LIBRARY}))
)
def test_garbled(data: bytes) -> None:
    for one in findings(data, Limits(free=4 << 20, ratio=50)):
        assert isinstance(one, Found) or one.why in UNSEEN
