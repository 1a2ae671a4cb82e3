"""Lua's tables and Erlang's terms."""

from hypothesis import given, settings

from hemostat.software.reading.files import numbered
from hemostat.software.reading.terms import MAX_NESTED, Group, Token, terms
from tests.software.reading.hostile import garbled, scraps


def shape(group: Group) -> list[object]:
    return [shape(each) if isinstance(each, Group) else each.text for each in group.inside]


def test_lua() -> None:
    text = 'ssl = {\n key = "/a \\"b"; -- c }\n --[[ d\n } ]] ["x"] = 5;\n}\nVirtualHost \'h\' e = [[ { ]]'
    root = terms(numbered(text), comment="--")
    assert shape(root) == [
        "ssl", "=", ["key", "=", '/a "b', ";", ["x"], "=", "5", ";"], "VirtualHost", "h", "e", "=",
    ]  # fmt: skip
    assert root.inside[3] == Token(6, "VirtualHost")
    assert root.inside[4] == Token(6, "h", True)


def test_erlang() -> None:
    text = '{5222, ejabberd_c2s, [{certfile, "/a"}, starttls]}. % { x\n{hosts, ["b"]}.'
    root = terms(numbered(text), comment="%")
    assert shape(root) == [
        ["5222", ",", "ejabberd_c2s", ",", [["certfile", ",", "/a"], ",", "starttls"]], ".",
        ["hosts", ",", ["b"]], ".",
    ]  # fmt: skip
    assert [group.line for group in root.walk()] == [0, 1, 1, 1, 2, 2]


def test_brackets_that_do_not_match() -> None:
    assert shape(terms(numbered("} a [ b ) c"), comment="%")) == ["a", ["b", "c"]]


def test_nesting_and_length_have_limits() -> None:
    deep = list(terms(numbered("{" * 5000 + "a"), comment="%").walk())
    assert len(deep) == MAX_NESTED
    assert len(terms(numbered("a " * 300_000), comment="%").inside) < 200_000


@settings(max_examples=80)
@given(scraps() | garbled('a = { "b"; [[c]] --[[ d ]] }\n{e, [f]}.'))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    for comment in ("--", "%"):
        groups = list(terms(numbered(text), comment=comment).walk())
        assert sum(len(group.inside) for group in groups) <= len(text)
