"""In whatever order and however often ledgers are merged, the content is the same; what is broken stays outside."""

import sqlite3
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.evidence import Observation
from hemostat.ledger import LedgerError, Merged, open_ledger
from tests.ledger.runs import blob, contents, ledger_with, run, run_name

RUNS = {number: run(number, range(number, number + 3), certificates=[blob(number)[0]]) for number in range(4)}
HELD = st.dictionaries(st.integers(0, 3), st.integers(1, 5), max_size=4)
"""How many rows of which run a ledger holds."""


def rows_of(held: dict[int, int]) -> list[list[Observation]]:
    return [RUNS[number][:count] for number, count in held.items()]


@settings(max_examples=25)
@given(
    held=st.lists(HELD, min_size=3, max_size=3),
    merges=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=4),
    order=st.permutations([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]),
)
def test_any_order_gives_the_same_content(
    held: list[dict[int, int]], merges: list[tuple[int, int]], order: list[tuple[int, int]]
) -> None:
    """Some merges at random, then all with all, twice: each has the longest part of each run."""
    with TemporaryDirectory() as folder, ExitStack() as ends:
        ledgers = [
            ends.enter_context(
                ledger_with(
                    Path(folder) / f"{number}.sqlite", *rows_of(each), blobs=[blob(run_) for run_ in each]
                )
            )
            for number, each in enumerate(held)
        ]
        for into, source in [*merges, *order, *order]:
            if into != source:
                ledgers[into].merge(ledgers[source])
        longest: dict[int, int] = {}
        for each in held:
            for number, count in each.items():
                longest[number] = max(count, longest.get(number, 0))
        expected = [row for number in sorted(longest) for row in RUNS[number][: longest[number]]]
        first = contents(ledgers[0])
        assert first[0] == expected
        assert None not in first[1].values()
        assert [contents(ledger) for ledger in ledgers] == [first] * 3
        assert len({ledger.seal() for ledger in ledgers}) == 1
        assert all(ledger.verify().holds for ledger in ledgers)


def test_what_came_in_is_counted(tmp_path: Path) -> None:
    with (
        ledger_with(tmp_path / "a", RUNS[0], RUNS[1][:2], RUNS[2], blobs=[blob(9)]) as ledger,
        ledger_with(tmp_path / "b", RUNS[1], RUNS[2][:3], RUNS[3], blobs=[blob(8), blob(9)]) as other,
    ):
        assert ledger.merge(other) == Merged(new_runs=1, grown_runs=1, known_runs=1, observations=8, blobs=1)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (f"UPDATE observation SET vantage = 'x' WHERE run = '{run_name(2)}' AND seq = 2", "broken-run"),
        (f"DELETE FROM observation WHERE run = '{run_name(2)}' AND seq = 1", "broken-run"),
        (f"UPDATE observation SET run = x'00' WHERE run = '{run_name(2)}' AND seq = 0", "broken-run"),
        ("UPDATE blob SET data = x'00'", "bad-blob"),
        ("UPDATE blob SET data = 'text'", "damaged"),
    ],
)
def test_of_what_is_broken_nothing_is_taken_in(tmp_path: Path, statement: str, code: str) -> None:
    with ledger_with(tmp_path / "other", RUNS[1], RUNS[2], blobs=[blob(1)]):
        pass
    with closing(sqlite3.connect(tmp_path / "other")) as connection, connection:
        connection.execute(statement)
    with ledger_with(tmp_path / "ledger", RUNS[0]) as ledger, open_ledger(str(tmp_path / "other")) as other:
        with pytest.raises(LedgerError) as caught:
            ledger.merge(other)
        assert caught.value.code == code
        assert list(ledger.rows()) == RUNS[0]
        assert ledger.verify().blobs == 0


def test_a_ledger_whose_own_run_has_a_hole_is_in_conflict_not_mended(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "ledger", RUNS[1]):
        pass
    with closing(sqlite3.connect(tmp_path / "ledger")) as connection, connection:
        connection.execute("UPDATE observation SET digest = prev WHERE seq = 4")
    with open_ledger(str(tmp_path / "ledger")) as ledger, ledger_with(tmp_path / "other", RUNS[1]) as other:
        with pytest.raises(LedgerError) as caught:
            ledger.merge(other)
        assert caught.value.code == "conflict"


def test_a_large_blob_comes_over(tmp_path: Path) -> None:
    data = bytes(9 << 20)
    digest = sha256(data).hexdigest()
    with (
        ledger_with(tmp_path / "a", RUNS[0], blobs=[(digest, data), blob(1)]) as other,
        ledger_with(tmp_path / "b") as ledger,
    ):
        assert ledger.merge(other).blobs == 2
        assert ledger.blob(digest) == data


def test_a_ledger_is_not_taken_into_itself(tmp_path: Path) -> None:
    """However it is named."""
    with ledger_with(tmp_path / "ledger", RUNS[0]) as ledger:
        (tmp_path / "link").symlink_to(tmp_path / "ledger")
        with open_ledger(str(tmp_path / "link")) as same, pytest.raises(LedgerError) as caught:
            ledger.merge(same)
    assert caught.value.code == "itself"
