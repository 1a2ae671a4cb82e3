"""Canonical JSON, against RFC 8785 and the three limits of ours."""

import hashlib
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import EvidenceError, decode, digest, encode
from hemostat.evidence.canonical import MAX_DEPTH, MAX_INTEGER, MAX_TEXT, encode_checked

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_reading_gives_what_was_written(value: Any) -> None:
    text = encode(value)
    assert decode(text) == value
    assert encode(decode(text)) == text
    assert encode_checked(value) == text


@given(VALUES)
def test_the_text_is_json_with_sorted_keys_and_no_blanks(value: Any) -> None:
    text = encode(value)
    assert json.loads(text) == value
    assert text == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@given(VALUES, st.sampled_from(["indent", "blanks", "ascii", "reversed"]))
def test_the_same_value_written_otherwise_is_refused(value: Any, way: str) -> None:
    text = encode(value)
    match way:
        case "indent":
            other = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1)
        case "blanks":
            other = json.dumps(value, sort_keys=True, ensure_ascii=False)
        case "ascii":
            other = json.dumps(value, sort_keys=True, separators=(",", ":"))
        case _:
            other = json.dumps(turned(value), separators=(",", ":"), ensure_ascii=False)
    if other != text:
        with pytest.raises(EvidenceError, match="canonical"):
            decode(other)


def turned(value: Any) -> Any:
    """The same value, the keys of each dict in reverse order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in sorted(value, reverse=True)}
    return [turned(item) for item in value] if isinstance(value, list) else value


# RFC 8785 section 3.2.2.2: two-character escapes where JSON has them, lower-case \u00xx for the other controls, all
# else as itself.
@pytest.mark.parametrize(
    ("character", "written"),
    [
        ("\b", r"\b"),
        ("\t", r"\t"),
        ("\n", r"\n"),
        ("\f", r"\f"),
        ("\r", r"\r"),
        ('"', r"\""),
        ("\\", r"\\"),
        ("\x00", r"\u0000"),
        ("\x1b", r"\u001b"),
        ("\x1f", r"\u001f"),
        ("\x7f", "\x7f"),
        ("/", "/"),
        ("<", "<"),
        ("é", "é"),
        ("\u0080", "\u0080"),
        ("\u2028", "\u2028"),
        ("\ufeff", "\ufeff"),
        ("😂", "😂"),
    ],
)
def test_only_what_json_must_escape_is_escaped(character: str, written: str) -> None:
    assert encode(character) == f'"{written}"'
    assert decode(f'"{written}"') == character


def test_keys_are_sorted_by_their_characters() -> None:
    value = {"b": 1, "": 2, "a-b": 3, "a": 4, "aa": 5, "B": 6, "1": 7, "~": 8, '"': 9, "\\": 10}
    assert encode(value) == r'{"":2,"\"":9,"1":7,"B":6,"\\":10,"a":4,"a-b":3,"aa":5,"b":1,"~":8}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-1, "-1"),
        (MAX_INTEGER, "9007199254740991"),
        (-MAX_INTEGER, "-9007199254740991"),
        ("", '""'),
        ([], "[]"),
        ({}, "{}"),
        ([1, [2], {"a": []}], '[1,[2],{"a":[]}]'),
    ],
)
def test_values_of_each_type(value: Any, text: str) -> None:
    assert encode(value) == text
    assert decode(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1 ",
        " 1",
        "\ufeff1",
        "1\n",
        "1.0",
        "1.5",
        "1e3",
        "1E3",
        "-0",
        "01",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "-Infinity",
        "9007199254740992",
        "-9007199254740992",
        "9" * 5000,
        "True",
        "'a'",
        '"a',
        '"\t"',
        r'"\/"',
        r'"\u0041"',
        r'"\u00e9"',
        r'"\u001B"',
        r'"\u000a"',
        r'"\ud800"',
        r'"\ud83d\ude02"',
        r'"\x41"',
        '"\ud800"',
        "[1,]",
        "[1, 2]",
        "[1 ,2]",
        "[",
        "]",
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1,}',
        '{"é":1}',
        '{"a\\n":1}',
        '{"a\x7f":1}',
        "{a:1}",
        "{1:1}",
        "1 2",
        "1,2",
        "//",
    ],
)
def test_what_writing_does_not_make_is_not_read(text: str) -> None:
    with pytest.raises(EvidenceError):
        decode(text)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        b"bytes",
        (1,),
        {1, 2},
        object(),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        1 << 14000,
        "\ud800",
        "a\udfffb",
        {1: 1},
        {None: 1},
        {"é": 1},
        {"a\n": 1},
        {"\ud800": 1},
        [1, [2, {"a": 1.5}]],
        type("Odd", (dict,), {})(),
        type("Odd", (list,), {})(),
        type("Odd", (int,), {})(5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_text_is_refused(value: object) -> None:
    with pytest.raises(EvidenceError):
        encode(value)


def nested(levels: int) -> Any:
    value: Any = []
    for level in range(levels - 1):
        value = [value] if level % 2 else {"a": value}
    return value


def test_levels_are_counted() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(EvidenceError, match="levels"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(EvidenceError, match="levels"):
        decode(json.dumps(nested(MAX_DEPTH + 1), separators=(",", ":")))
    assert decode("[[]]", depth=2) == [[]]
    with pytest.raises(EvidenceError, match="levels"):
        decode("[[]]", depth=1)


def test_a_value_that_contains_itself_is_too_deep() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(EvidenceError, match="levels"):
        encode(value)


def test_length_is_bounded() -> None:
    assert len(encode("a" * (MAX_TEXT - 2))) == MAX_TEXT
    for refuse in (encode, encode_checked):
        with pytest.raises(EvidenceError, match="longer"):
            refuse("a" * (MAX_TEXT - 1))
    with pytest.raises(EvidenceError, match="longer"):
        decode('"' + "a" * MAX_TEXT + '"')
    assert decode('"ab"', limit=4) == "ab"
    with pytest.raises(EvidenceError, match="longer"):
        decode('"abc"', limit=4)


@pytest.mark.parametrize(
    "text",
    [
        "[" * MAX_TEXT,
        '{"a":' * (MAX_TEXT // 5),
        "[" * 40 + '"' + r"\"" * (MAX_TEXT // 2 - 40),
        "9" * MAX_TEXT,
        '"' * MAX_TEXT,
    ],
    ids=["lists", "dicts", "quotes", "digits", "empty texts"],
)
def test_a_megabyte_made_to_hurt_is_refused_in_a_process_that_survives(text: str) -> None:
    """In a process of its own, with a small stack and little time: the parser is C and recurses."""
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from hemostat.evidence import EvidenceError, decode\n"
        "try: decode(sys.stdin.read())\n"
        "except EvidenceError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "refused\n", done.stderr[-400:]


@given(st.text(max_size=40) | st.text('[]{}",:\\ue0123nul.-', max_size=40))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    try:
        value = decode(text)
    except EvidenceError:
        return
    assert encode(value) == text


@given(VALUES, st.data())
def test_a_changed_text_is_another_value_or_refused(value: Any, data: st.DataObject) -> None:
    text = encode(value)
    at = data.draw(st.integers(0, len(text) - 1))
    other = text[:at] + data.draw(st.sampled_from(' ,:"\\[]{}0159aeE+-.tfn\u00e9')) + text[at + 1 :]
    if other == text:
        return
    try:
        changed = decode(other)
    except EvidenceError:
        return
    assert encode(changed) == other != text


def test_the_digest_is_the_sha_256_of_the_utf_8() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest('{"é":1}') == hashlib.sha256(b'{"\xc3\xa9":1}').hexdigest()
    with pytest.raises(EvidenceError, match="surrogate"):
        digest("\ud800")
