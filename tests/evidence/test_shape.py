"""Shapes that facts must have."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import encode
from hemostat.evidence.canonical import MAX_INTEGER
from hemostat.evidence.shape import (
    Mismatch,
    Shape,
    boolean,
    fields,
    integer,
    name,
    optional,
    pattern,
    prose,
    sequence,
    time,
    word,
)

CODE = pattern(r"[a-z]+", 4, "a code")


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (boolean, True),
        (boolean, False),
        (integer(), 0),
        (integer(), MAX_INTEGER),
        (integer(2, 4), 2),
        (integer(2, 4), 4),
        (word("a", "b"), "b"),
        (CODE, "abcd"),
        (prose(3), "a b"),
        (prose(9), "plän 例 😂"),
        (prose(9), "‍👩‍💻"),
        (prose(9, lines=True), "a\nb"),
        (time, "2026-11-24T04:30:00.123456Z"),
        (name, "tcp:8.8.8.8:443"),
        (name, "vm:of-a-later-version"),
        (optional(boolean), None),
        (optional(boolean), True),
        (sequence(boolean, 2), []),
        (sequence(boolean, 2), [True, False]),
        (fields({}), {}),
        (fields({"a": boolean, "b": optional(CODE)}), {"b": None, "a": True}),
    ],
)
def test_a_value_of_the_shape_passes(shape: Shape, value: Any) -> None:
    shape(value)
    encode(value)


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (boolean, 1),
        (boolean, None),
        (boolean, "true"),
        (integer(), True),
        (integer(), -1),
        (integer(), MAX_INTEGER + 1),
        (integer(), 1.0),
        (integer(), "1"),
        (integer(2, 4), 5),
        (word("a", "b"), "c"),
        (word("a", "b"), None),
        (word("a", "b"), ["a"]),
        (CODE, ""),
        (CODE, "abcde"),
        (CODE, "ab\n"),
        (CODE, "Ab"),
        (CODE, b"ab"),
        (pattern(r"\w+", 4, "a word"), "ü"),
        (prose(3), ""),
        (prose(3), "   "),
        (prose(3), "abcd"),
        (prose(3), None),
        (prose(9), "a\nb"),
        (prose(9, lines=True), "a\rb"),
        (prose(9, lines=True), "\n \n"),
        (time, "2026-11-24"),
        (time, 0),
        (name, "tcp:10.0.0.1:443"),
        (name, "no name"),
        (name, 1),
        (optional(boolean), 0),
        (sequence(boolean, 2), [True, True, True]),
        (sequence(boolean, 2), (True,)),
        (sequence(boolean, 2), [None]),
        (sequence(boolean, 2), None),
        (fields({"a": boolean}), {}),
        (fields({"a": boolean}), {"a": True, "b": True}),
        (fields({"a": boolean}), {"a": None}),
        (fields({"a": boolean}), []),
        (fields({"a": boolean}), None),
        (fields({}), type("Odd", (dict,), {})()),
        (CODE, type("Odd", (str,), {})("ab")),
    ],
)
def test_every_other_value_does_not(shape: Shape, value: Any) -> None:
    with pytest.raises(Mismatch):
        shape(value)


CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
TURNING = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070)]
HIDING = [0x2028, 0x2029, 0xD800, 0xFEFF, 0xFFF9, 0xE0001, 0xE007F]


@pytest.mark.parametrize(
    "character", [chr(c) for c in CONTROLS + TURNING + HIDING], ids=lambda c: f"U+{ord(c):04X}"
)
def test_prose_holds_nothing_that_a_terminal_obeys_or_that_hides(character: str) -> None:
    with pytest.raises(Mismatch, match="does not print"):
        prose(9)(f"a{character}b")
    if character != "\n":
        with pytest.raises(Mismatch, match="does not print"):
            prose(9, lines=True)(f"a{character}b")


@given(st.text(max_size=30))
def test_prose_that_passes_can_be_written(text: str) -> None:
    for shape in (prose(20), prose(20, lines=True)):
        try:
            shape(text)
        except Mismatch:
            continue
        encode(text)
        assert "\x1b" not in text
        assert 1 <= len(text) <= 20


def test_a_mismatch_says_the_way_to_the_wrong_place() -> None:
    shape = fields({"connections": sequence(fields({"parts": sequence(fields({"bytes": integer()}), 9)}), 9)})
    good = {"parts": [{"bytes": 1}]}
    with pytest.raises(Mismatch) as raised:
        shape({"connections": [good, good, {"parts": [{"bytes": "x"}]}]})
    assert raised.value.way == ".connections[2].parts[0].bytes"
    assert str(raised.value) == f"connections[2].parts[0].bytes: not an integer from 0 to {MAX_INTEGER}"


def test_a_missing_key_is_named_and_an_unknown_one_is_not() -> None:
    with pytest.raises(Mismatch, match="without a, b"):
        fields({"a": boolean, "b": boolean})({})
    with pytest.raises(Mismatch) as raised:
        fields({"a": boolean})({"a": True, "secret": True})
    assert "secret" not in str(raised.value)
