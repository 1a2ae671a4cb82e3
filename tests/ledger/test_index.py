"""The index of names: filled late, complete, and whether it holds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.ledger import LedgerError, index
from hemostat.ledger.rows import Mention
from hemostat.ledger.store import Store
from tests.ledger.runs import endpoint, ledger_with, run


def test_batches_hold_all_in_order() -> None:
    assert list(index.batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(index.batches([], 3)) == []


def count_of(store: Store, table: str) -> int:
    with store.reading() as reader:
        return int(reader.all(f"SELECT count(*) FROM {table}")[0][0])


def test_an_append_only_notes_what_is_new_and_who_asks_fills_the_index(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", run(1, [1]), run(2, [2])) as ledger:
        store = ledger._store
        assert (count_of(store, "mention"), count_of(store, "unindexed")) == (0, 2)
        assert list(ledger.find("tcp:")) == [endpoint(1), endpoint(2)]
        assert count_of(store, "unindexed") == 0
        # Subject and digest of each of six rows; link, host and address of each of two.
        assert count_of(store, "mention") == 6 * 2 + 2 * 3 - 2 * 1


def test_start_over_forgets_all_and_catch_up_brings_it_back(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", run(1), run(2)) as ledger:
        store = ledger._store
        index.catch_up(store)
        before = count_of(store, "mention")
        index.start_over(store)
        assert (count_of(store, "mention"), count_of(store, "unindexed")) == (0, 2)
        with store.reading() as reader:
            assert len(list(index.unindexed(reader))) == 8
        index.catch_up(store)
        assert (count_of(store, "mention"), count_of(store, "unindexed")) == (before, 0)


def test_ranges_that_overlap_bring_no_row_twice(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", run(1, range(8))) as ledger:
        store = ledger._store
        with store.writing() as writer:
            writer.insert("unindexed", ("run", "first_seq", "last_seq"), [(run(1)[0].run, 2, 5)])
        with store.reading() as reader:
            assert len(list(index.unindexed(reader))) == 10
        assert [row.subject for row in ledger.newest(endpoint(3))] == [endpoint(3)]


def test_a_damaged_row_is_told_or_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with ledger_with(path, run(1)):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE observation SET subject = x'00' WHERE seq = 1")
    with ledger_with(path) as ledger, ledger._store.reading() as reader:
        with pytest.raises(LedgerError) as caught:
            list(index.unindexed(reader))
        assert caught.value.code == "damaged"
        assert [row.seq for _, row in index.unindexed(reader, damaged="skip")] == [0, 2, 3]


def test_names_are_told_once_in_each_role(tmp_path: Path) -> None:
    with ledger_with(tmp_path / "a.sqlite", run(1, [1, 1])) as ledger:
        index.catch_up(ledger._store)
        ledger.append(run(2, [1, 2]))
        with ledger._store.reading() as reader:
            found = list(index.names_within(reader, "tcp:", frozenset({"subject"})))
    assert found == [Mention(endpoint(1), "subject"), Mention(endpoint(2), "subject")]


MENTIONS = st.lists(
    st.tuples(st.text(max_size=4), st.sampled_from(["subject", "link"]), st.integers(0, 9)), unique=True
)


@given(MENTIONS, MENTIONS)
def test_a_fingerprint_is_of_what_was_added_in_whatever_order(
    some: list[tuple[str, str, int]], others: list[tuple[str, str, int]]
) -> None:
    def sum_of(mentions: list[tuple[str, str, int]]) -> int:
        print_ = index.Fingerprint(b"key")
        for each in mentions:
            print_.add(*each)
        return print_.sum

    assert sum_of(some) == sum_of(some[::-1])
    assert (sum_of(some) == sum_of(others)) == (set(some) == set(others))


def test_a_fingerprint_is_another_under_another_key() -> None:
    one, other = index.Fingerprint(b"one"), index.Fingerprint(b"other")
    one.add("name", "subject", 1)
    other.add("name", "subject", 1)
    assert one.sum != other.sum
