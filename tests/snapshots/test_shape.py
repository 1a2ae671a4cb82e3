from dataclasses import dataclass, fields

import pytest

from hemostat.snapshots import shape
from hemostat.snapshots.records import Record

READ = {
    "path": (shape.path("x"), b"/a%0Ab", "/a\nb", ()),
    "text": (shape.text("x"), b"a%0Ab", "a\\x0ab", ()),
    "texts": (shape.texts("x"), b"a,b%2Cc", ("a", "b,c"), ()),
    "word": (shape.word("x"), b"too-large", "too-large", (b"", b"Two", b"a b", b"-", b"a" * 65)),
    "number": (shape.number("x"), b"42", 42, (b"", b"-1", b"042", b"4.2", b"9223372036854775808", b"9" * 30)),
    "numbers": (shape.numbers("x"), b"1,2,3", (1, 2, 3), (b"1,,2", b",", b"1,x")),
    "moment": (shape.moment("x"), b"7.5", 7_500_000, (b"", b".5", b"1.", b"-1", b"1.1234567", b"1" * 13)),
    "boolean": (shape.boolean("x"), b"no", False, (b"", b"true", b"YES", b"0")),
    "device": (shape.device("x"), b"254,1", (254, 1), (b"", b"254", b"fe:01", b"1,2,3")),
    "digest": (shape.digest("x"), b"0a" * 32, "0a" * 32, (b"", b"0A" * 32, b"0a" * 31)),
    "host_id": (shape.host_id("x"), b"0a" * 16, "0a" * 16, (b"", b"0a" * 32)),
    "data": (shape.data("x"), b"AAEC", b"\0\1\2", (b"AAE", b"A*==", b"AA EC")),
}


@pytest.mark.parametrize("name", READ)
def test_a_value_of_its_form_is_read_and_another_refused(name: str) -> None:
    made, raw, value, wrong = READ[name]
    read = made.metadata["read"]
    assert read(raw) == value
    for each in wrong:
        with pytest.raises((ValueError, LookupError)):
            read(each)


def test_all_helpers_are_here() -> None:
    assert set(READ) == set(shape.__all__)


def test_what_must_be_there_has_no_default() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Made(Record):
        TYPE = "made"
        always: str = shape.word("x", required=True)
        sometimes: str | None = shape.word("x")
        many: tuple[int, ...] = shape.numbers("x")

    assert Made.read({"always": b"a"}) == Made(always="a", sometimes=None, many=())
    with pytest.raises(LookupError):
        Made.read({"sometimes": b"a"})
    assert [each.metadata["says"] for each in fields(Made) if each.metadata] == ["x"] * 3
