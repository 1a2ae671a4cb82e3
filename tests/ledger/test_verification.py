"""Whatever was changed, taken out or put in is found, and named."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.evidence import digest as digest_of
from hemostat.ledger import LedgerError, Verification, open_ledger
from tests.ledger.runs import START, blob, ledger_with, run, run_name, writer

CERTIFICATES = [blob(1)[0], blob(2)[0]]
RUNS = [run(1, certificates=CERTIFICATES), run(2, [3, 4, 5]), run(3, ended=False)]
BLOBS = [blob(1), blob(2), blob(3)]


def verified(path: Path, *statements: str, seal: str | None = None) -> Verification:
    """What is found after somebody changed the file so."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    with open_ledger(str(path), create=False) as ledger:
        return ledger.verify(seal)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with ledger_with(tmp_path / "ledger.sqlite", *RUNS, blobs=BLOBS):
        return tmp_path / "ledger.sqlite"


def where(number: int, seq: int) -> str:
    return f"WHERE run = '{run_name(number)}' AND seq = {seq}"


@pytest.mark.parametrize(
    ("statement", "holding"),
    [
        (f"UPDATE observation SET facts = replace(facts, 'equal', 'none') {where(1, 1)}", 1),
        (
            f"UPDATE observation SET observed_at = recorded_at, recorded_at = observed_at, vantage = 'x' {where(1, 2)}",
            2,
        ),
        (f"UPDATE observation SET digest = '{'0' * 64}' {where(1, 0)}", 0),
        (f"UPDATE observation SET links = '' {where(1, 1)}", 1),
        (f"UPDATE observation SET links = replace(links, ' ', '  ') {where(1, 1)}", 1),
        (f"UPDATE observation SET kind_version = 'x' {where(1, 3)}", 3),
        (f"UPDATE observation SET subject = x'0011' {where(1, 1)}", 1),
        (f"UPDATE observation SET facts = x'7b7d' {where(1, 1)}", 1),
        (f"DELETE FROM observation {where(1, 0)}", 0),
        (f"DELETE FROM observation {where(1, 2)}", 2),
        (f"UPDATE observation SET seq = 7 {where(1, 3)}", 3),
        (f"UPDATE observation SET run = '{run_name(1)}', seq = 4 {where(2, 1)}", 4),
    ],
)
def test_a_row_that_was_changed_breaks_its_run_there(path: Path, statement: str, holding: int) -> None:
    found = verified(path, statement)
    assert not found.holds
    broken = {state.run: state for state in found.not_whole if state.state == "broken"}
    assert broken[run_name(1)].count == holding
    assert broken[run_name(1)].why
    assert found.runs == found.whole + found.cut_off + found.broken == 3
    assert found.index_holds is None
    json.dumps(found.as_json())


def test_an_end_that_was_taken_off_looks_cut_off_and_a_seal_tells(path: Path) -> None:
    """What a chain can't show: see docs/ledger.md."""
    with open_ledger(str(path)) as ledger:
        seal = ledger.seal()
    found = verified(path, f"DELETE FROM observation {where(2, 4)}", seal=seal)
    assert found.broken == 0
    assert found.cut_off == 2
    assert found.seal is not None
    assert found.seal.changed.first == (run_name(2),)
    assert not found.holds


def test_a_run_that_was_taken_out_whole_leaves_no_trace_but_in_a_seal(path: Path) -> None:
    with open_ledger(str(path)) as ledger:
        ledger.index()
        seal = ledger.seal()
    removed = f"DELETE FROM observation WHERE run = '{run_name(2)}'"
    index = "DELETE FROM mention WHERE id NOT IN (SELECT id FROM observation)"
    assert verified(path, removed, index).holds
    found = verified(path, seal=seal)
    assert found.seal is not None
    assert found.seal.missing.first == (run_name(2),)
    assert not found.holds


def test_a_run_that_was_rewritten_whole_is_found_by_its_seal(path: Path) -> None:
    with open_ledger(str(path)) as ledger:
        seal = ledger.seal()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DELETE FROM observation WHERE run = '{run_name(2)}'")
        connection.execute(f"DELETE FROM unindexed WHERE run = '{run_name(2)}'")
    with open_ledger(str(path)) as ledger:
        ledger.append(run(2, [3, 4, 6]))
        assert ledger.verify().holds
        found = ledger.verify(seal)
    assert found.seal is not None
    assert found.seal.changed.first == (run_name(2),)
    assert found.seal.missing.count == 0


def test_a_seal_whose_list_was_removed_says_so(path: Path) -> None:
    with open_ledger(str(path)) as ledger:
        seal = ledger.seal()
        assert ledger.verify(seal).seal is not None
        ledger.append(run(4))
    digest = seal.rpartition("=")[2]
    found = verified(path, f"DELETE FROM blob WHERE sha256 = '{digest}'", seal=seal)
    assert found.seal is not None
    assert not found.seal.list_found
    assert not found.holds


def test_a_text_that_is_no_seal_is_refused(path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        verified(path, seal="a" * 64)
    assert caught.value.code == "bad-seal"


@pytest.mark.parametrize("value", ["x'00'", "'text'", "5", "data || x'00'"])
def test_a_blob_that_was_changed_is_named(path: Path, value: str) -> None:
    found = verified(path, f"UPDATE blob SET data = {value} WHERE sha256 = '{blob(3)[0]}'")
    assert found.changed_blobs.first == (blob(3)[0],)
    assert not found.holds


@pytest.mark.parametrize("indexed", [True, False])
def test_a_blob_that_is_gone_is_named_and_nothing_is_called_forged(path: Path, indexed: bool) -> None:
    if indexed:
        with open_ledger(str(path)) as ledger:
            ledger.index()
    found = verified(path, f"DELETE FROM blob WHERE sha256 = '{CERTIFICATES[0]}'")
    assert found.missing_blobs.first == (f"cert:{CERTIFICATES[0]}",)
    assert found.missing_blobs.count == 1
    assert found.blobs == 2
    assert found.holds


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM mention WHERE role = 'link'",
        "DELETE FROM mention WHERE id = (SELECT min(id) FROM mention)",
        "INSERT INTO mention (name, role, id) VALUES ('tcp:8.8.8.8:443', 'subject', 1)",
        "UPDATE mention SET id = 99 WHERE name = 'www4.example:443'",
        "UPDATE mention SET name = 'www9.example:443' WHERE name = 'www1.example:443'",
    ],
)
def test_an_index_that_hides_something_is_found_and_made_anew(path: Path, statement: str) -> None:
    with open_ledger(str(path)) as ledger:
        ledger.index()
    found = verified(path, statement)
    assert found.index_holds is False
    assert found.broken == 0
    with open_ledger(str(path)) as ledger:
        ledger.rebuild()
        assert ledger.verify().holds


def test_rows_that_were_kept_from_the_index_are_missed(path: Path) -> None:
    assert verified(path, "DELETE FROM unindexed").index_holds is False


def test_kinds_that_are_not_known_here_are_kept_counted_and_not_judged(path: Path) -> None:
    """As a later version would write them."""
    write = writer(8)
    first = write.begin(operator="alice", authority=None, now=START)
    later = first._replace(
        seq=1,
        kind="key-use",
        kind_version=3,
        subject="moon:base",
        facts='{"any":["thing"]}',
        prev=first.digest,
        links=(),
    )
    later = later._replace(digest=digest_of(later.text()))
    with open_ledger(str(path)) as ledger:
        ledger.append([first, later])
        found = ledger.verify()
        assert found.unknown == {"key-use/3": 1}
        assert found.holds
        assert list(ledger.newest("moon:base")) == [later]


def test_a_row_of_a_broken_run_is_not_counted_among_those_that_hold(path: Path) -> None:
    before = verified(path).observations
    assert verified(path, f"UPDATE observation SET vantage = 'x' {where(2, 2)}").observations == before - 3


VALUES: list[Callable[[object], object]] = [
    lambda old: None,
    lambda old: b"\xff",
    lambda old: "",
    lambda old: 0,
    lambda old: -1,
    lambda old: 1.5,
    lambda old: f"{old} ",
    lambda old: "\ud800",
]
COLUMNS = (
    "run", "seq", "observed_at", "recorded_at", "source", "source_version", "vantage", "kind", "kind_version",
    "subject", "links", "facts", "prev", "digest",
)  # fmt: skip


@settings(max_examples=60)
@given(
    column=st.sampled_from(COLUMNS),
    number=st.integers(1, 12),
    value=st.sampled_from(VALUES) | st.text(max_size=6).map(lambda text: lambda old: text),
)
def test_no_change_to_a_row_goes_unseen_or_ends_in_another_error(
    column: str, number: int, value: Callable[[object], object]
) -> None:
    with TemporaryDirectory() as folder:
        see_what_is_found(Path(folder) / "ledger.sqlite", column, number, value)


def see_what_is_found(file: Path, column: str, number: int, value: Callable[[object], object]) -> None:
    with ledger_with(file, *RUNS, blobs=BLOBS):
        pass
    with closing(sqlite3.connect(file)) as connection:
        (old,) = connection.execute(f"SELECT {column} FROM observation WHERE id = ?", (number,)).fetchone()
        new = value(old)
        try:
            with connection:
                connection.execute(f"UPDATE observation SET {column} = ? WHERE id = ?", (new, number))
        except (sqlite3.Error, UnicodeEncodeError):
            return
        (now,) = connection.execute(f"SELECT {column} FROM observation WHERE id = ?", (number,)).fetchone()
    with open_ledger(str(file)) as ledger:
        found = ledger.verify()
    assert found.broken == (1 if now != old else 0) or (column == "run" and found.broken == 2)
    json.dumps(found.as_json())


def test_it_can_be_written_as_json(path: Path) -> None:
    with open_ledger(str(path)) as ledger:
        seal = ledger.seal()
        found = json.loads(json.dumps(ledger.verify(seal).as_json()))
    assert found["holds"] is True
    assert found["seal"]["holds"] is True
    assert found["not_whole"] == [
        {"state": "cut-off", "run": run_name(3), "count": 3, "head": RUNS[2][-1].digest, "why": None}
    ]


def test_more_than_a_thousand_are_counted_and_not_all_named(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "a.sqlite")) as ledger:
        ledger.append([run(number, [], ended=False)[0] for number in range(1100)])
        found = ledger.verify()
    assert (found.cut_off, len(found.not_whole)) == (1100, 1000)
