"""The part of YAML that configurations are written in, held to what it means by hand."""

import pytest
from hypothesis import given, settings

from hemostat.software.reading.files import Files, numbered
from hemostat.software.reading.indented import indented
from hemostat.software.reading.tree import Directive, grow
from tests.software.reading.hostile import garbled, scraps


def grown(text: str) -> object:
    def plain(block: Directive) -> list[object]:
        return [
            (each.name, *each.values) if each.inside is None else [each.name, *plain(each)]
            for each in block.inside or ()
        ]

    return plain(grow(Files({"/a": numbered(text)}), "/a", indented))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 'c d' # e\n", [("a", "1"), ("b", "c d")]),
        ('a:\n  - /b\n  - "/c"\nd: 1', [["a", ("-", "/b"), ("-", "/c")], ("d", "1")]),
        ("a:\n- /b\n- /c\nd: 1", [["a", ("-", "/b"), ("-", "/c")], ("d", "1")]),
        ("a: [b, 'c']", [("a", "b", "c")]),
        (
            "listen:\n  -\n    port: 1\n    tls: true\n  - port: 2\n    module: m\nx: y",
            [
                ["listen", ["-", ("port", "1"), ("tls", "true")], ["-", ("port", "2"), ("module", "m")]],
                ("x", "y"),
            ],
        ),
        (
            'host:\n  "a.test":\n    b: 1\n  c.test:\n    b: 2',
            [["host", ["a.test", ("b", "1")], ["c.test", ("b", "2")]]],
        ),
        ("- - a\n- b", [["-", ("-", "a")], ("-", "b")]),
        ("url: ldap://x#y", [("url", "ldap://x#y")]),
        ("---\n# c\nwords\n...", [("", "words")]),
        ("a: 'b # c'", [("a", "b # c")]),
    ],
)
def test_blocks_by_indent(text: str, expected: object) -> None:
    assert grown(text) == expected


@settings(max_examples=60)
@given(scraps() | garbled("a:\n  - b: c\n    d: [e]\n  - f\n'g': \"h\"\n"))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    events = list(indented(numbered(text)))
    assert sum(event.turn != "closes" for event in events) <= len(text)
    opened = sum(event.turn == "opens" for event in events)
    assert sum(event.turn == "closes" for event in events) <= opened
