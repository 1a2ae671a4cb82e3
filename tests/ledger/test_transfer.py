"""What is exported is text that anybody can read; what is imported may come from anybody."""

import io
import json
import sqlite3
import tracemalloc
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.evidence import Observation, read_line
from hemostat.evidence import digest as digest_of
from hemostat.ledger import MAX_BLOB, Ledger, LedgerError, Merged, merging, open_ledger, transfer
from hemostat.ledger.transfer import LONGEST_LINE
from tests.ledger.behaviour import exported
from tests.ledger.runs import blob, contents, ledger_with, run, run_name

FIRST, SECOND = run(1, certificates=[blob(1)[0]]), run(2, [3], ended=False)


def lines(*rows: Observation) -> bytes:
    return b"".join(row.line().encode() + b"\n" for row in rows)


def blob_line(number: int) -> bytes:
    digest, data = blob(number)
    return (
        json.dumps({"blob": digest, "data": b64encode(data).decode()}, separators=(",", ":")).encode() + b"\n"
    )


WHOLE = blob_line(1) + blob_line(2) + lines(*FIRST, *SECOND)


def take(ledger: Ledger, text: bytes) -> Merged:
    return ledger.import_(io.BytesIO(text))


def refused(text: bytes) -> LedgerError:
    """The error with which a text is refused by a ledger that holds a run and is as it was afterwards."""
    with TemporaryDirectory() as folder, ledger_with(Path(folder) / "a.sqlite", run(7)) as ledger:
        with pytest.raises(LedgerError) as caught:
            take(ledger, text)
        assert list(ledger.rows()) == run(7)
        assert ledger.verify().blobs == 0
        assert str(caught.value).isprintable()
        return caught.value


def test_each_line_is_an_observation_or_a_blob(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", SECOND, FIRST, blobs=[blob(2), blob(1)]) as ledger:
        text = exported(ledger)
    assert sorted(text.splitlines()) == sorted(WHOLE.splitlines())
    rows = [line.decode() for line in text.splitlines() if b'"blob"' not in line[:8]]
    assert [read_line(row) for row in rows] == [*FIRST, *SECOND]


def test_a_row_that_cannot_be_written_as_text_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with ledger_with(path, FIRST):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE observation SET facts = CAST(x'7bff7d' AS TEXT) WHERE seq = 1")
    with open_ledger(str(path)) as ledger, pytest.raises(LedgerError) as caught:
        exported(ledger)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.replace(b"\n", b"\r\n"),
        WHOLE[:-1],
        lines(*FIRST, *SECOND) + blob_line(2) + blob_line(1),
        WHOLE + WHOLE,
        WHOLE + lines(*FIRST[:2]) + blob_line(1) + lines(*SECOND[:1]),
        lines(*FIRST[:2]) + blob_line(1) + lines(*SECOND) + WHOLE,
        lines(*SECOND, *FIRST[:3]) + blob_line(2) + lines(FIRST[3]) + blob_line(1),
    ],
)
def test_what_says_the_same_is_taken_in_the_same(tmp_path: Path, text: bytes) -> None:
    with open_ledger(str(tmp_path / "a.sqlite")) as ledger:
        assert take(ledger, text) == Merged(new_runs=2, grown_runs=0, known_runs=0, observations=6, blobs=2)
        assert contents(ledger) == ([*FIRST, *SECOND], dict([blob(1)]))
        assert take(ledger, text) == Merged(new_runs=0, grown_runs=0, known_runs=2, observations=0, blobs=0)
        assert ledger.verify().holds


def test_nothing_is_something_that_can_be_imported(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "a.sqlite")) as ledger:
        assert take(ledger, b"").observations == 0


CHANGED = FIRST[1]._replace(vantage="elsewhere")
OTHER = run(1, [9])
WITHOUT_LINKS = FIRST[1]._replace(links=())
WITHOUT_LINKS = WITHOUT_LINKS._replace(digest=digest_of(WITHOUT_LINKS.text()))


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (b"\n", 1, "bad-line"),
        (WHOLE + b"\n", 9, "bad-line"),
        (blob_line(1) + b"{}\n", 2, "bad-line"),
        (b"\xff\xfe\n", 1, "bad-line"),
        (b"\xef\xbb\xbf" + WHOLE, 1, "bad-line"),
        (b"[" * 100_000, 1, "bad-line"),
        (b'{"a":' * 100_000, 1, "bad-line"),
        (b"x" * (LONGEST_LINE + 3) + b"\n" + WHOLE, 1, "bad-line"),
        (blob_line(1).replace(b'"data":', b'"data": '), 1, "bad-line"),
        (blob_line(1).replace(b'"}', b'="}'), 1, "bad-line"),
        (blob_line(1).replace(b'"data":"', b'"data":"AAAA'), 1, "bad-blob"),
        (lines(CHANGED), 1, "bad-line"),
        (lines(WITHOUT_LINKS), 1, "bad-line"),
        (lines(FIRST[1]), 1, "broken-run"),
        (lines(FIRST[0], FIRST[2]), 2, "broken-run"),
        (lines(*FIRST[:2], OTHER[2]), 3, "broken-run"),
        (lines(*FIRST, FIRST[3]), 5, "broken-run"),
        (lines(FIRST[0], SECOND[0], FIRST[1]), 3, "broken-run"),
        (lines(*FIRST, *OTHER), 6, "conflict"),
        (lines(FIRST[0], FIRST[0]._replace(seq=5)), 2, "bad-line"),
        (WHOLE + lines(*run(3)[:2]) + b"{", 11, "bad-line"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_nothing_is_kept(
    text: bytes, line: int, code: str
) -> None:
    error = refused(text)
    assert (error.line, error.code) == (line, code)
    assert str(error).startswith(f"line {line}: ")


def test_a_line_without_an_end_is_not_read_to_its_end() -> None:
    assert str(refused(b"x" * (LONGEST_LINE + 2) * 2)) == f"line 1: longer than {LONGEST_LINE} bytes"


def test_a_run_that_is_here_in_another_form_is_a_conflict(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", OTHER) as ledger:
        with pytest.raises(LedgerError) as caught:
            take(ledger, lines(*SECOND, *FIRST))
        assert caught.value.code == "conflict"
        assert list(ledger.rows()) == OTHER


def test_one_that_may_not_be_written_to_reads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with ledger_with(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE hemostat_version SET version_num = '9999'")
    file = io.BytesIO(WHOLE)
    with open_ledger(str(path)) as ledger, pytest.raises(LedgerError) as caught:
        ledger.import_(file)
    assert caught.value.code == "newer-schema"
    assert file.tell() == 0


def test_without_room_for_temporary_files_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with ledger_with(tmp_path / "a.sqlite") as ledger, pytest.raises(LedgerError) as caught:
        take(ledger, WHOLE)
    assert caught.value.code == "failed"
    assert "temporary" in str(caught.value)


def test_many_lines_are_taken_in_several_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_KIB", 3)
    with open_ledger(str(tmp_path / "a.sqlite")) as ledger:
        take(ledger, WHOLE + WHOLE)
        assert list(ledger.rows()) == [*FIRST, *SECOND]


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of 800 rows, more than a megabyte of text, goes there and back within half of one."""
    monkeypatch.setattr(transfer, "_KIB", 100)
    monkeypatch.setattr(merging, "_BATCH", 50)
    with (
        ledger_with(tmp_path / "a.sqlite", run(5, range(800))) as ledger,
        (tmp_path / "text").open("w+b") as file,
    ):
        ledger.export(file)
        size = file.tell()
        for name in ("warmed-up.sqlite", "b.sqlite"):
            file.seek(0)
            with open_ledger(str(tmp_path / name)) as other:
                tracemalloc.start()
                try:
                    other.import_(file)
                    with (tmp_path / "again").open("wb") as again:
                        other.export(again)
                    (_, peak) = tracemalloc.get_traced_memory()
                finally:
                    tracemalloc.stop()
    assert size > 1 << 20
    assert peak < 1 << 19


GOOD_LINES = WHOLE.splitlines(keepends=True)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


def with_another_value(data: st.DataObject) -> bytes:
    line = json.loads(data.draw(st.sampled_from(GOOD_LINES)))
    line[data.draw(st.sampled_from(sorted(line)))] = data.draw(ANY_JSON)
    return (
        json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
            "utf-8", "surrogatepass"
        )
        + b"\n"
    )


def garbled(data: st.DataObject) -> bytes:
    line = bytearray(data.draw(st.sampled_from(GOOD_LINES)))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    return bytes(line)


@settings(max_examples=150)
@given(data=st.data())
def test_hostile_text_is_refused_or_says_nothing_new(data: st.DataObject) -> None:
    """Lines of a true export, in any order, some of them cut, garbled or with other values among them."""
    line = st.sampled_from(GOOD_LINES)
    parts = []
    for kind in data.draw(
        st.lists(st.sampled_from(["good", "good", "good", "value", "garbled", "bytes"]), max_size=9)
    ):
        match kind:
            case "good":
                parts.append(data.draw(line))
            case "value":
                parts.append(with_another_value(data))
            case "garbled":
                parts.append(garbled(data))
            case "bytes":
                parts.append(data.draw(st.binary(max_size=30)))
    text = b"".join(parts)
    with TemporaryDirectory() as folder, open_ledger(str(Path(folder) / "a.sqlite")) as ledger:
        error = None
        try:
            take(ledger, text)
        except LedgerError as caught:
            error = caught
        rows = list(ledger.rows())
        if error is not None:
            assert error.line is not None
            assert rows == []
        assert rows == [
            *FIRST[: len(list(ledger.rows(run_name(1))))],
            *SECOND[: len(list(ledger.rows(run_name(2))))],
        ]
        assert ledger.verify().holds


def test_a_blob_of_the_largest_size_goes_there_and_back(tmp_path: Path) -> None:
    data = bytes(MAX_BLOB)
    digest = sha256(data).hexdigest()
    with ledger_with(tmp_path / "a.sqlite", blobs=[(digest, data)]) as ledger:
        text = exported(ledger)
    assert len(text) <= LONGEST_LINE + 1
    with open_ledger(str(tmp_path / "b.sqlite")) as other:
        assert take(other, text).blobs == 1
        assert other.blob(digest) == data
