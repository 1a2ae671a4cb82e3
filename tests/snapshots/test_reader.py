"""Whole, byte by byte, cut, garbled: nothing but records and SnapshotError comes out."""

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.snapshots import (
    RECORDS,
    Collector,
    Copy,
    Limits,
    Record,
    SnapshotError,
    SnapshotReader,
    Unknown,
    Unread,
    read_records,
)
from tests.snapshots.writing import line, snapshot

WHOLE = snapshot(
    {
        "copies": [
            ("copy", {"path": b"/caf\xe9\n", "sha256": "ab" * 32, "size": 5}),
            ("unread", {"what": "folder", "where": "/root", "why": "permission"}),
        ],
        "tomorrow": [("portent", {"sign": "comet"}), ("portent", {})],
        "sockets": [],
    }
)


def read(*pieces: bytes) -> list[Record | Unknown]:
    return list(read_records(pieces))


def taken(*pieces: bytes) -> tuple[list[Record | Unknown], SnapshotError | None]:
    """What comes before the fault, and the fault."""
    found: list[Record | Unknown] = []
    try:
        found.extend(read_records(pieces))
    except SnapshotError as error:
        return found, error
    return found, None


def fault(*pieces: bytes) -> tuple[str, int]:
    """Its code and line."""
    _, error = taken(*pieces)
    assert error is not None
    return error.code, error.line


def test_a_whole_one_is_read() -> None:
    first, copy, unread, *portents = read(WHOLE)
    assert isinstance(first, Collector)
    assert (first.uid, first.user, first.at) == (0, "root", 1_400_000_000_000_000)
    assert isinstance(copy, Copy)
    assert copy.path == "/caf\udce9\n"
    assert unread == Unread(what="folder", where="/root", why="permission")
    assert portents == [
        Unknown(type="portent", fields={"sign": b"comet"}),
        Unknown(type="portent", fields={}),
    ]


def test_an_open_file_is_pieces_enough() -> None:
    assert list(read_records(io.BytesIO(WHOLE))) == read(WHOLE)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_pieces_may_have_any_size(cuts: list[int]) -> None:
    at = [0, *sorted(cuts), len(WHOLE)]
    assert read(*(WHOLE[a:b] for a, b in pairwise(at))) == read(WHOLE)


def test_byte_by_byte() -> None:
    assert read(*(WHOLE[i : i + 1] for i in range(len(WHOLE)))) == read(WHOLE)


def test_sections_and_what_is_unknown_are_counted() -> None:
    reader = SnapshotReader()
    assert len(list(reader.feed(WHOLE))) == 5
    reader.close()
    assert reader.sections == {"copies": 2, "tomorrow": 2, "sockets": 0}
    assert reader.unknown == {"portent": 2}


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_one_that_is_cut_anywhere_is_never_whole(at: int) -> None:
    found, error = taken(WHOLE[:at])
    assert error is not None
    assert error.code == "cut"
    assert found == read(WHOLE)[: len(found)]


def test_a_line_lost_or_put_in_is_seen() -> None:
    lines = WHOLE.splitlines(keepends=True)
    for number in range(2, len(lines) - 1):
        assert fault(*lines[:number], *lines[number + 1 :])[0] in ("bad-count", "bad-section")
    extra = line("copy", {"path": "/x"})
    for number in range(2, len(lines)):
        assert fault(*lines[:number], extra, *lines[number:])[0] in ("bad-count", "bad-section")
    assert fault(WHOLE, extra)[0] == "after-the-end"
    assert fault(WHOLE, b"x")[0] == "after-the-end"


@pytest.mark.parametrize(
    ("lines", "code", "where"),
    [
        ([b"#!/bin/sh\n"], "not-a-snapshot", 1),
        ([b"hemostat-snapshot one\n"], "not-a-snapshot", 1),
        ([b"hemostat-snapshot 2\n"], "other-version", 1),
        ([b"hemostat-snapshot 1\n", b"end\trecords=0\n"], "bad-section", 2),
        ([b"hemostat-snapshot 1\n", b"begin\tsection=copies\n"], "bad-section", 2),
        ([b"hemostat-snapshot 1\n", b"collector\tuid=0\n", b"copy\tpath=/x\n"], "bad-section", 3),
        ([b"hemostat-snapshot 1\n", b"collector\tuid=0\n", b"begin\n"], "bad-section", 3),
        ([b"hemostat-snapshot 1\n", b"collector\tuid=-1\n"], "bad-value", 2),
        ([b"hemostat-snapshot 1\n", b"collector\n"], "bad-value", 2),
        ([b"hemostat-snapshot 1\n", b"\x1b[2J\n"], "bad-line", 2),
        ([b"hemostat-snapshot 1\n", b"collector\tuid=0\tuid=0\n"], "bad-line", 2),
    ],
)
def test_each_fault_has_its_code_and_line(lines: list[bytes], code: str, where: int) -> None:
    assert fault(*lines) == (code, where)


def test_one_section_twice_or_within_another_is_refused() -> None:
    head = [b"hemostat-snapshot 1\n", b"collector\tuid=0\n"]
    begin, finish = line("begin", {"section": "keys"}), line("finish", {"section": "keys", "records": 0})
    assert fault(*head, begin, begin) == ("bad-section", 4)
    assert fault(*head, begin, finish, begin) == ("bad-section", 5)
    assert fault(*head, finish) == ("bad-section", 3)
    assert fault(*head, begin, line("end", {"records": 2})) == ("bad-section", 4)


def test_it_takes_no_more_than_its_limits() -> None:
    def code(**limits: int) -> str:
        with pytest.raises(SnapshotError) as caught:
            list(read_records([WHOLE], Limits(**limits)))
        return caught.value.code

    assert code(line=30) == "line-too-long"
    assert code(total=len(WHOLE) - 1) == "too-large"
    assert code(records=3) == "too-many-records"


def test_a_line_without_an_end_is_not_gathered_for_ever() -> None:
    reader = SnapshotReader(Limits(line=1000))
    for _ in range(10):
        assert list(reader.feed(b"a" * 100)) == []
    with pytest.raises(SnapshotError, match="longer than any"):
        list(reader.feed(b"a"))


@settings(max_examples=200)
@given(st.data())
def test_garbled_it_gives_records_or_the_error_and_nothing_else(data: st.DataObject) -> None:
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found, error = taken(bytes(raw))
    assert all(isinstance(record, (Record, Unknown)) for record in found)
    assert error is None or str(error).isprintable()


KEYS = ["path", "pid", "where", "what", "why", "uid", "id", "texts", "device", "der", "number", "at", "name"]


@given(
    st.sampled_from(sorted(RECORDS)),
    st.dictionaries(st.sampled_from(KEYS), st.binary(max_size=12)),
)
def test_any_record_with_any_values(kind: str, fields: dict[str, bytes]) -> None:
    found, error = taken(snapshot({"any": [(kind, fields)]}))
    assert (len(found), error and error.code) in ((2, None), (1, "bad-value"))
