"""The observation: its text, its digest, its line, and what is refused as one."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import GENESIS, EvidenceError, Observation, decode, encode, names, read_line
from hemostat.evidence.canonical import MAX_DEPTH
from hemostat.evidence.observation import (
    MAX_FACTS,
    MAX_LINE,
    MAX_LINKS,
    check_source,
    ordered_links,
)
from tests.evidence.runs import KNOWN_LINES, NOW, forged, known_run, writer
from tests.evidence.test_canonical import VALUES

RUN, STATEMENT, PROBE, END = KNOWN = known_run()
ENDPOINT = "tcp:8.8.8.8:443"
RUN_FACTS = RUN.values()

# --- the format, as it was once frozen ------------------------------------------------------------


def test_the_format_has_not_changed() -> None:
    """If this fails, ledgers of yesterday can't be read, or no longer verify. Mend the code, never the lines."""
    assert [row.line() for row in KNOWN] == KNOWN_LINES
    assert [row.digest for row in KNOWN] == [
        "5cf93bfbe31d4ff341a8cebfbd7456d5371f17e462834c1696f79adb12f46f3c",
        "7f589ef6d17ebcb331c86ae82b003c5b35b6d84f6caf5c2ca90ba768ec7a9576",
        "e091159b2ab3effb8979c64f3d846e8128349b78c5e57f5a5c96ff297deb1ecb",
        "022e535e756695d5ecf838911fa58adbb4c7562f94a9e45e662ce95ec839a9c4",
    ]
    assert KNOWN_LINES[3] == (
        '{"digest":"022e535e756695d5ecf838911fa58adbb4c7562f94a9e45e662ce95ec839a9c4","facts":{"count":4,'
        '"outcome":"complete"},"kind":"run-end","kind_version":1,"links":[],'
        '"observed_at":"2026-11-24T04:30:04.123456Z",'
        '"prev":"e091159b2ab3effb8979c64f3d846e8128349b78c5e57f5a5c96ff297deb1ecb",'
        '"recorded_at":"2026-11-24T04:30:04.123456Z","run":"run:5eed5eed5eed5eed5eed5eed5eed5eed",'
        '"seq":3,"source":"hemostat check","source_version":"0.1.0",'
        '"subject":"run:5eed5eed5eed5eed5eed5eed5eed5eed","vantage":"office"}'
    )


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_a_line_is_read_as_it_was_written(line: str) -> None:
    row = read_line(line)
    assert row in KNOWN
    assert row.line() == line


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.kind)
def test_the_digest_is_of_the_line_without_it(row: Observation) -> None:
    value = json.loads(row.line())
    del value["digest"]
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row.text() == text
    assert row.digest == hashlib.sha256(text.encode()).hexdigest()
    row.check()


@given(
    VALUES, st.lists(st.sampled_from(["vm:1", ENDPOINT, "spki:" + "0f" * 32]), unique=True), st.integers(0, 9)
)
def test_an_observation_of_a_kind_that_is_not_known_is_kept_to_the_letter(
    facts: Any, links: list[str], version: int
) -> None:
    row = forged(
        kind="miracle", kind_version=version, subject="vm:4711", links=tuple(sorted(links)), facts=facts
    )
    row.check()
    line = row.line()
    assert encode(decode(line)) == line
    assert read_line(line) == row
    assert row.values() == facts


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("run", ["run:1", "run:" + "0A" * 16, "host:name=a", "", None]),
        ("seq", [-1, 1 << 53, True, "0", None]),
        ("observed_at", ["2026-11-24", "", None, 0]),
        ("recorded_at", ["2026-11-24T24:00:00.000000Z", None]),
        ("source", ["", "Hemostat", " a", "a" * 65, 'a"', "a\n", None]),
        ("source_version", ["", "1 2", "a" * 65, '1"', None]),
        ("vantage", ["", "a b", "image:" + "0f" * 32, "ü", None]),
        ("kind", ["", "Miracle", "a--b", "-", "a" * 65, None]),
        ("kind_version", [-1, 1 << 53, False, None]),
        ("subject", ["", "no name", 'a:"', "a:\\", "a:\ud800", None]),
        ("links", [("a:2", "a:1"), ("a:1", "a:1"), ("no name",), (1,), ["a:1"], None, ("a:1",) * 2, "a:1"]),
        ("facts", ["", "{", "1.0", '{"b":1,"a":2}', '{"a": 1}', '"\ud800"', None]),
        ("prev", ["", "0" * 63, "A" * 64, None]),
        ("digest", ["", "0" * 64, "A" * 64, None]),
    ],
)
def test_a_malformed_field_is_refused(field: str, values: list[Any]) -> None:
    row = forged(kind="miracle", subject="vm:1", facts={"a": 1})
    row.check()
    for value in values:
        changed = row._replace(**{field: value})
        with pytest.raises(EvidenceError):
            changed.check()
        if field == "digest":
            continue
        try:
            resealed = forged(row, **{"facts_text" if field == "facts" else field: value})
        except (EvidenceError, TypeError):
            continue  # Not even a text to make a digest of.
        with pytest.raises(EvidenceError):
            resealed.check()


def test_links_are_counted() -> None:
    links = tuple(sorted(f"vm:{number}" for number in range(MAX_LINKS + 1)))
    forged(kind="miracle", links=links[1:]).check()
    with pytest.raises(EvidenceError, match="too many"):
        forged(kind="miracle", links=links).check()


def test_facts_are_bounded_so_that_every_line_can_be_read() -> None:
    most: Any = "a" * (MAX_FACTS - 2)
    row = forged(kind="miracle", facts=most)
    assert read_line(row.line()) == row
    with pytest.raises(EvidenceError, match="longer"):
        forged(kind="miracle", facts=most + "a").check()
    deep: Any = 1
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    row = forged(kind="miracle", facts=deep)
    row.check()
    assert read_line(row.line()) == row
    too_deep = forged(kind="miracle", facts=[deep])
    for refuse in (too_deep.check, lambda: read_line(too_deep.line())):
        with pytest.raises(EvidenceError, match="levels"):
            refuse()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"facts": RUN_FACTS | {"operator": ""}}, "run facts: operator"),
        ({"facts": []}, "run facts: not an object"),
        ({"subject": ENDPOINT}, "not about a name"),
        ({"subject": "run:" + "0b" * 16}, "another run"),
        ({"kind": "lookup"}, "lookup facts"),
    ],
)
def test_an_observation_of_a_known_kind_is_held_to_it(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(EvidenceError, match=why):
        forged(RUN, **fields).check()


def test_a_link_that_the_facts_speak_of_may_not_be_missing() -> None:
    with pytest.raises(EvidenceError, match="a link is missing"):
        forged(STATEMENT, links=()).check()
    with pytest.raises(EvidenceError, match="needs its network"):
        forged(STATEMENT, links=(*STATEMENT.links, "tcp:10.0.0.1:443")).check()
    forged(STATEMENT, links=(*STATEMENT.links, "vm:4711")).check()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        KNOWN_LINES[0] + "\n",
        " " + KNOWN_LINES[0],
        KNOWN_LINES[0].replace('"seq":0', '"seq": 0'),
        KNOWN_LINES[0].replace('"seq":0', '"seq":1'),
        KNOWN_LINES[0].replace('"seq":0', '"seq":false'),
        KNOWN_LINES[0].replace('"seq":0,', ""),
        KNOWN_LINES[0].replace('"seq":0,', '"sep":null,"seq":0,'),
        KNOWN_LINES[0].replace('"links":[]', '"links":{}'),
        KNOWN_LINES[0].replace('"links":[]', '"links":null'),
        KNOWN_LINES[0].replace('"links":[]', '"links":[[]]'),
        KNOWN_LINES[0].replace("Jürgen", r"J\u00fcrgen"),
        KNOWN_LINES[0].replace("alice", "bob").replace("Jürgen", "Jörgen"),
        '"' + "a" * MAX_LINE + '"',
    ],
    ids=lambda line: line[-40:],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(EvidenceError):
        read_line(line)


@given(st.sampled_from(KNOWN_LINES), st.data())
def test_a_garbled_line_is_refused(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line) - 1))
    kind = data.draw(st.sampled_from(["change", "insert", "remove", "cut"]))
    with_ = data.draw(st.characters())
    match kind:
        case "change":
            other = line[:at] + with_ + line[at + 1 :]
        case "insert":
            other = line[:at] + with_ + line[at:]
        case "remove":
            other = line[:at] + line[at + 1 :]
        case _:
            other = line[:at]
    if other == line:
        return
    with pytest.raises(EvidenceError):
        read_line(other)


@given(VALUES | st.dictionaries(st.sampled_from(Observation._fields), VALUES, min_size=13))
def test_any_json_is_an_observation_or_refused(value: Any) -> None:
    with pytest.raises(EvidenceError):
        read_line(encode(value))


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        read_line(text)


# --- the rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "expected"), [(-60, False), (0, False), (5, False), (6, True)])
def test_one_dated_after_its_recording_is_marked(minutes: int, expected: bool) -> None:
    run = writer()
    run.begin(operator="alice", authority=None, now=NOW)
    row = run.append(
        "statement",
        ENDPOINT,
        STATEMENT.values(),
        observed_at=NOW + timedelta(minutes=minutes),
        recorded_at=NOW,
    )
    row.check()
    assert row.is_ahead is expected


def test_identity_is_run_and_seq() -> None:
    assert (RUN.run, RUN.seq, RUN.prev) == ("run:" + "5eed" * 8, 0, GENESIS)
    assert [row.seq for row in KNOWN] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("source", "version", "vantage"),
    [
        ("Hemostat", "1", "a"),
        ("", "1", "a"),
        ("a", "", "a"),
        ("a", "1 2", "a"),
        ("a", "1", ""),
        ("a", "1", "a b"),
        ("a", "1", "copy:a"),
    ],
)
def test_what_cannot_stand_in_an_observation_is_refused_before(
    source: str, version: str, vantage: str
) -> None:
    with pytest.raises(EvidenceError):
        check_source(source, version, vantage)


@pytest.mark.parametrize("vantage", ["office", "host:name=web1", "container:" + "0f" * 16, "HQ-2.example"])
def test_vantages(vantage: str) -> None:
    check_source("hemostat check", "0.1.0+local", vantage)


def test_links_are_a_sorted_set() -> None:
    of_facts = ("cert:" + "ab" * 32, "spki:" + "0f" * 32)
    assert ordered_links((), of_facts) == of_facts
    assert ordered_links([of_facts[0], ENDPOINT], of_facts) == (*of_facts, ENDPOINT)
    with pytest.raises(EvidenceError):
        ordered_links(["no name"], ())
    most = [names.endpoint("tcp", "8.8.8.8", port + 1) for port in range(MAX_LINKS)]
    assert len(ordered_links(most, ())) == MAX_LINKS
    with pytest.raises(EvidenceError, match="more than"):
        ordered_links([names.endpoint("tcp", "8.8.8.8", port + 1) for port in range(MAX_LINKS + 1)], ())
