"""Compressed streams."""

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.binaries import Kind, Limits
from hemostat.binaries.archives.unpacking import COMPRESSED, unpack
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import budget, forward, in_bits
from tests.wire.damage import garbled

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WRITERS: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.GZIP: gzip.compress,
    Kind.BZIP2: bz2.compress,
    Kind.XZ: lzma.compress,
    Kind.LZMA: lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    Kind.ZSTD: zstd.compress,
}
TEXT = b"".join(b"%d bottles of beer\n" % number for number in range(5_000))


def unpacked(data: bytes, kind: Kind, limits: Limits | None = None) -> bytes:
    return b"".join(unpack(forward(data), kind, budget(len(data), limits)).chunks())


def test_each_has_a_writer_here() -> None:
    assert WRITERS.keys() == COMPRESSED


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("text", [b"", b"x", TEXT])
def test_what_was_packed_comes_out(kind: Kind, text: bytes) -> None:
    data = WRITERS[kind](text)
    assert unpacked(data, kind) == text
    assert (
        b"".join(unpack(in_bits(data[:5000]), kind, budget()).chunks()) == text if len(data) < 5000 else True
    )


@pytest.mark.parametrize("kind", sorted(COMPRESSED - {Kind.LZMA}))
def test_several_one_behind_another_are_one(kind: Kind) -> None:
    pack = WRITERS[kind]
    assert unpacked(pack(b"one ") + pack(b"") + pack(b"two"), kind) == b"one two"
    assert unpacked(pack(b"one ") + b"\0" * 1024 + pack(b"two") + b"\0" * 8, kind) == b"one two"


@pytest.mark.parametrize("kind", WRITERS)
def test_what_follows_and_is_none_is_left_out(kind: Kind) -> None:
    assert unpacked(WRITERS[kind](b"text") + b"a signature", kind) == b"text"


@pytest.mark.parametrize("kind", sorted(COMPRESSED - {Kind.LZMA}))
def test_cut(kind: Kind) -> None:
    data = WRITERS[kind](TEXT)
    for end in (20, len(data) // 2, len(data) - 1):
        assert outcome(unpacked, data[:end], kind) == "truncated"


@pytest.mark.parametrize("kind", WRITERS)
def test_a_bomb_goes_off_early(kind: Kind) -> None:
    data = WRITERS[kind](bytes(20 << 20))
    assert outcome(unpacked, data, kind, Limits(free=1 << 20, ratio=10)) == "limit-ratio"
    stream = unpack(forward(data), kind, budget())
    assert 0 < len(stream.read(1 << 30)) <= 1 << 18, "more at a time than anybody asked for"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.XZ, lzma.compress(TEXT, preset=9)),
        (Kind.ZSTD, zstd.compress(TEXT * 30, options={zstd.CompressionParameter.window_log: 23})),
    ],
)
def test_a_window_that_is_too_large(kind: Kind, data: bytes) -> None:
    assert outcome(unpacked, data, kind, Limits(memory=1 << 20)) == "limit-memory"
    assert isinstance(outcome(unpacked, data, kind), bytes)


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=60)
@given(data=st.data())
def test_garbled(kind: Kind, data: st.DataObject) -> None:
    damaged = data.draw(garbled(WRITERS[kind](TEXT[:2000])))
    found = outcome(unpacked, damaged, kind, Limits(free=1 << 20, ratio=1))
    assert isinstance(found, str) or len(found) <= 2 << 20
