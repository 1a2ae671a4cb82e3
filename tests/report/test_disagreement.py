import sys

import pytest

from hemostat.report import Answer
from hemostat.report.disagreement import SEVERITY, Disagreements, worst
from tests.report.samples import answer

RULES = {
    "vulnerable": "own-bytes-answered",
    "inconclusive": "control-unanswered",
    "unreachable": "no-connection",
    "patched": "own-bytes-ignored",
    "not-affected": "not-offered",
}


def said(*answers: Answer) -> list[tuple[str, str]]:
    found = Disagreements()
    for each in answers:
        found.note(each)
    return list(found.sentences())


def test_what_is_undecided_is_worse_than_what_is_fine() -> None:
    assert tuple(RULES) == SEVERITY
    assert worst(["patched", "unreachable", "not-affected"]) == "unreachable"


def test_what_agrees_is_not_pointed_out() -> None:
    nameless = answer(target="x:y", address=None, port=None, verdict=None)
    other = answer("own-bytes-answered", target="other.example")
    assert said(answer(), answer(), answer(address="192.0.2.8"), other, nameless) == []


@pytest.mark.parametrize(
    ("word", "stands"),
    [
        ("vulnerable", "The worst counts: vulnerable."),
        ("inconclusive", "The worst counts: what was not decided may be vulnerable."),
        ("unreachable", "The worst counts: what could not be reached may be vulnerable."),
        ("patched", "None is vulnerable, but not all run the same software."),
    ],
)
def test_addresses_that_disagree(word: str, stands: str) -> None:
    ((found, sentence),) = said(answer(), answer(RULES[word], address="2001:db8::1"))
    assert found == word
    assert sentence == (
        f"www.example: its addresses disagree: {word} at [2001:db8::1]:443; not-affected at 192.0.2.7:443. {stands}"
    )


def test_looks_at_one_address_that_disagree() -> None:
    ((found, sentence),) = said(*[answer("own-bytes-ignored")] * 19, answer("own-bytes-answered"))
    assert found == "vulnerable"
    assert sentence == (
        "www.example: 20 looks at 192.0.2.7:443 disagree: 1 vulnerable, 19 patched. Several servers may stand "
        "behind it. The worst counts: vulnerable."
    )


def test_many_addresses_are_counted() -> None:
    ((_, sentence),) = said(
        answer("own-bytes-answered"), *[answer(address=f"192.0.2.{n}") for n in range(10, 20)]
    )
    assert "vulnerable at 192.0.2.7:443; not-affected at 192.0.2.10:443, " in sentence
    assert "192.0.2.14:443 and 5 more." in sentence


def test_the_worst_comes_first_and_an_address_is_as_bad_as_its_worst_look() -> None:
    mild = [
        answer(target="mild.example"),
        answer("no-connection", target="mild.example", address="192.0.2.8"),
    ]
    bad = [answer(), answer("own-bytes-answered"), answer(address="192.0.2.8")]
    assert [word for word, _ in said(*mild, *bad)] == ["vulnerable", "vulnerable", "unreachable"]
    assert (
        "its addresses disagree: vulnerable at 192.0.2.7:443; not-affected at 192.0.2.8:443"
        in said(*bad)[1][1]
    )


def test_what_is_kept_grows_by_who_was_asked_and_not_by_looks() -> None:
    found = Disagreements()
    for _ in range(1000):
        found.note(answer())
        found.note(answer("own-bytes-answered"))
    assert sys.getsizeof(found._said) < 1000
    assert len(found._said) == 2
