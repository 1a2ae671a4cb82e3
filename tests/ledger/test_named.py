"""Names are counted, and the first thousand kept."""

from hemostat.ledger.named import MOST_NAMED, NONE, Named, Names


def test_without_names_there_is_none() -> None:
    assert Names().named() == NONE == Named(0, ())


def test_no_more_are_kept_than_a_thousand() -> None:
    names = Names()
    for number in range(MOST_NAMED + 5):
        names.add(f"name {number}")
    assert names.named().count == MOST_NAMED + 5
    assert names.named().first == tuple(f"name {number}" for number in range(MOST_NAMED))
