"""A seal is one line over the heads of all runs, and tells what became of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.ledger import seals
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.seals import Head, Seal, SealCheck, SealChecker, make_seal, read_seal, sealed_heads
from tests.ledger.runs import run_name


def heads(*numbers: int, rows: int = 3) -> list[Head]:
    return [Head(run_name(number), rows, f"{number:064x}") for number in numbers]


def sealed(of: list[Head]) -> tuple[Seal, dict[str, bytes]]:
    blobs: dict[str, bytes] = {}
    return make_seal(of, blobs.__setitem__), blobs


def check(
    then: list[Head], now: list[Head], *, went_on: tuple[int, ...] = (), without_list: bool = False
) -> SealCheck:
    """`went_on`: runs that have more rows now, after those that they had."""
    seal, blobs = sealed(then)
    checker = SealChecker(seal, None if without_list else sealed_heads(seal, blobs.get))
    kept = {head.run: head.digest for head in then if head in now or int(head.run[4:], 16) in went_on}
    for head in now:
        checker.sealed_count(head.run)
        checker.add(head.run, head.rows, kept.get(head.run))
    return checker.result(sealed(now)[0])


def test_it_is_one_printable_line() -> None:
    seal, _ = sealed(heads(1, 2))
    assert str(seal) == f"hemostat-seal-1 runs=2 rows=6 sha256={seal.sha256}"
    assert read_seal(f" {seal}\n") == seal


def test_it_is_of_the_heads_alone() -> None:
    assert sealed(heads(1, 2))[0] == sealed(heads(1, 2))[0]
    assert sealed(heads(1, 2))[0] != sealed(heads(1, 3))[0]
    assert sealed(heads(1))[0] != sealed(heads(1, rows=4))[0]
    assert str(sealed([])[0]).startswith("hemostat-seal-1 runs=0 rows=0 ")


@pytest.mark.parametrize(
    "text", ["", "hemostat-seal-1", "a" * 64, "hemostat-seal-2 runs=1 rows=1 sha256=" + "a" * 64]
)
def test_another_text_is_no_seal(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_seal(text)
    assert caught.value.code == "bad-seal"


@given(st.text())
def test_any_text_is_a_seal_or_none(text: str) -> None:
    try:
        read = str(read_seal(text))
    except LedgerError as error:
        read = error.code
    assert read in (text.strip(), "bad-seal")


def test_its_list_comes_back_over_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "_RUNS_OF_A_PART", 3)
    of = heads(*range(10))
    seal, blobs = sealed(of)
    assert len(blobs) == 5
    assert list(sealed_heads(seal, blobs.get) or ()) == of


def test_a_list_that_is_gone_or_changed_in_any_part_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "_RUNS_OF_A_PART", 2)
    seal, blobs = sealed(heads(*range(5)))
    for digest in blobs:
        assert sealed_heads(seal, {**blobs, digest: blobs[digest] + b"\n"}.get) is None
        assert sealed_heads(seal, {each: data for each, data in blobs.items() if each != digest}.get) is None


def test_counts_that_are_not_those_of_the_digest_are_a_changed_seal() -> None:
    seal, blobs = sealed(heads(1, 2))
    for changed in (Seal(1, seal.rows, seal.sha256), Seal(seal.runs, 7, seal.sha256)):
        with pytest.raises(LedgerError) as caught:
            sealed_heads(changed, blobs.get)
        assert caught.value.code == "bad-seal"


def test_a_head_that_no_run_can_have_is_not_sealed() -> None:
    with pytest.raises(LedgerError) as caught:
        sealed([Head("run:x", 3, "a" * 64)])
    assert caught.value.code == "damaged"


def test_the_same_runs_are_unchanged() -> None:
    found = check(heads(1, 2, 3), heads(1, 2, 3))
    assert found.holds
    assert found.unchanged
    assert (found.missing.count, found.changed.count, found.grown.count, found.new) == (0, 0, 0, 0)


def test_new_runs_are_fine_wherever_they_sort() -> None:
    found = check(heads(2, 4), heads(1, 2, 3, 4, 5))
    assert found.holds
    assert not found.unchanged
    assert found.new == 3


def test_missing_runs_are_named_wherever_they_sort() -> None:
    found = check(heads(1, 2, 3, 4, 5), heads(2, 4, 6))
    assert not found.holds
    assert found.missing.first == (run_name(1), run_name(3), run_name(5))
    assert found.new == 1


def test_a_changed_run_is_named() -> None:
    found = check(heads(1, 2), [*heads(1), Head(run_name(2), 3, "e" * 64)])
    assert not found.holds
    assert found.changed.first == (run_name(2),)
    assert found.missing.count == 0


def test_a_run_that_lost_rows_is_changed() -> None:
    found = check(heads(1, rows=3), [Head(run_name(1), 2, "0" * 64)])
    assert found.changed.first == (run_name(1),)


def test_a_run_that_went_on_has_grown() -> None:
    found = check(heads(1, 2), [*heads(1), Head(run_name(2), 5, "f" * 64)], went_on=(2,))
    assert found.holds
    assert found.grown.first == (run_name(2),)


def test_without_its_list_only_sameness_can_be_told() -> None:
    assert check(heads(1, 2), heads(1, 2), without_list=True).holds
    found = check(heads(1, 2), heads(1, 2, 3), without_list=True)
    assert not found.holds
    assert not found.list_found
    assert (found.missing.count, found.new) == (0, 0)


def test_it_can_be_written_as_json() -> None:
    found = check(heads(1), heads(2)).as_json()
    assert found["holds"] is False
    assert found["missing"] == {"count": 1, "first": (run_name(1),)}
