"""What may be spent."""

import pytest

from hemostat.binaries import BINARY_ERROR_CODES, UNSEEN, Limits
from hemostat.binaries.archives import Budget, Refused, Spent


def spent(budget: Budget, what: str, *args: int) -> str:
    with pytest.raises(Spent) as caught:
        getattr(budget, what)(*args)
    assert str(caught.value) == UNSEEN[caught.value.code]
    return caught.value.code


def test_members() -> None:
    budget = Budget(Limits(members=3), 10)
    for _ in range(3):
        budget.member()
    assert spent(budget, "member") == "limit-members"


def test_bytes_read_and_unpacked_count_together() -> None:
    budget = Budget(Limits(bytes=100), 10)
    budget.read(60)
    budget.unpacked(40)
    assert spent(budget, "read", 1) == "limit-bytes"
    budget = Budget(Limits(bytes=100), 10)
    budget.read(100)
    assert spent(budget, "unpacked", 1) == "limit-bytes"


def test_the_ratio_counts_beyond_what_is_free() -> None:
    budget = Budget(Limits(ratio=5, free=100), 10)
    budget.read(1000)
    budget.unpacked(150)
    assert spent(budget, "unpacked", 1) == "limit-ratio"


def test_the_caller_s_clock_is_asked_each_time() -> None:
    answers = iter([False, False, False, True, True])
    budget = Budget(Limits(), 10, lambda: next(answers))
    budget.member()
    budget.read(1)
    budget.unpacked(1)
    assert spent(budget, "member") == "limit-time"
    assert spent(budget, "read", 1) == "limit-time"


def test_every_error_has_its_word() -> None:
    assert {code for code in BINARY_ERROR_CODES if code != "not-code"} <= set(UNSEEN)
    assert Refused("encrypted").code == "encrypted"
    with pytest.raises(KeyError):
        Spent("bad-luck")
