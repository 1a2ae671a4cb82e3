"""The tree: blocks within blocks, files in their places, and the limits."""

from hypothesis import given, settings

from hemostat.software.reading.braces import braces
from hemostat.software.reading.files import MAX_LINES, Files, numbered
from hemostat.software.reading.tree import MAX_DEPTH, Directive, Event, Include, grow
from tests.software.reading.hostile import scraps


def include(event: Event) -> Include | None:
    if event.name in ("include", "try", "below") and event.values:
        return Include(event.values[0], None, event.name == "try", event.name == "below")
    return None


def grown(text: str, **further: str) -> tuple[Directive, Files]:
    files = Files({"/c/a": numbered(text)} | {f"/c/{name}": numbered(each) for name, each in further.items()})
    return grow(files, "/c/a", braces, include), files


def shape(block: Directive) -> list[object]:
    return [each.name if each.inside is None else [each.name, *shape(each)] for each in block.inside or ()]


def test_blocks_hold_what_stands_in_them() -> None:
    root, files = grown("a 1; b x { c; d { } c 2; } e;")
    assert shape(root) == ["a", ["b", "c", ["d"], "c"], "e"]
    (block,) = root.all("b")
    assert block.values == ("x",)
    assert [each.value for each in block.all("c")] == ["", "2"]
    last = block.last("c")
    assert last is not None
    assert last.value == "2"
    assert block.last("none") is None
    assert [each.name for each in root.walk()] == ["", "a", "b", "c", "d", "c", "e"]
    assert files.lost == []


def test_a_file_stands_where_it_is_included_and_its_blocks_end_with_it() -> None:
    root, files = grown("x { include b; } y;", b="p { q; } } r { s;")
    assert shape(root) == [["x", ["p", "q"], ["r", "s"]], "y"]
    assert files.lost == []
    assert [(each.path, each.line) for each in root.walk() if each.name == "q"] == [("/c/b", 1)]


def test_what_is_missing_is_said_unless_it_may_be() -> None:
    _, files = grown("include b; include *.conf; try c; include $d; below e; below f/;")
    assert [(use.unresolved, use.written) for use in files.lost] == [
        ("missing", "/c/b"),
        ("variable", "$d"),
        ("missing", "/c/e"),
    ]
    assert list(files.wants) == ["/c/b", "/c/*.conf", "/c/c", "/c/e", "/c/f"]


def test_a_circle_ends() -> None:
    root, files = grown("a; include b;", b="c; include a; d;")
    assert shape(root) == ["a", "c", "d"]
    assert [(use.file, use.unresolved) for use in files.lost] == [("/c/b", "too-deep")]


def test_a_chain_of_files_ends_at_the_limit() -> None:
    chain = {f"f{n}": f"x; include f{n + 1};" for n in range(60)}
    root, files = grown("include f0;", **chain, f60="x;")
    assert len(root.all("x")) == MAX_DEPTH - 1
    assert [(use.unresolved, use.written) for use in files.lost] == [("too-deep", f"f{MAX_DEPTH - 1}")]


def test_files_that_multiply_end_at_the_limit() -> None:
    doubling = {f"f{n}": f"x; include f{n + 1}; include f{n + 1};" for n in range(30)}
    root, files = grown("include f0;", **doubling, f30="x;")
    assert sum(1 for _ in root.walk()) < MAX_LINES
    assert "too-much" in {use.unresolved for use in files.lost}


def test_blocks_deeper_than_the_limit_are_left_out_and_said() -> None:
    root, files = grown("b { " * 200 + "x; " + "}" * 200 + " y;")
    assert [each.name for each in root.inside or ()] == ["b", "y"]
    assert sum(1 for _ in root.walk()) == MAX_DEPTH + 2
    assert [use.unresolved for use in files.lost] == ["too-deep"]


def test_what_closes_nothing_is_passed_over() -> None:
    assert shape(grown("} a; } b { } } c;")[0]) == ["a", ["b"], "c"]


@settings(max_examples=60)
@given(scraps())
def test_scraps_make_a_tree_of_what_they_hold(text: str) -> None:
    root, _ = grown(text, b=text)
    assert sum(1 for _ in root.walk()) <= 3 + 2 * len(text) * len(text)
