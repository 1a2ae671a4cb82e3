"""Chains of digests: what they show of a run, and what they can't."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import (
    GENESIS,
    KINDS,
    Chain,
    EvidenceError,
    Observation,
    RunWriter,
    names,
    read_line,
    verify_chain,
)
from hemostat.evidence.canonical import MAX_INTEGER
from tests.evidence.runs import KNOWN_LINES, NOW, SECOND, forged, known_run, probe_run, writer

KNOWN = known_run()
PROBES = probe_run(4)
ENDPOINT = "tcp:8.8.8.8:443"
FACTS: dict[str, Any] = dict(KINDS["probe"].example) | {"address": "8.8.8.8", "port": 443}

# --- whole and cut off ----------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [KNOWN, PROBES], ids=["known", "probes"])
def test_a_run_is_whole(rows: list[Observation]) -> None:
    state = verify_chain(rows)
    assert (state.state, state.run, state.count, state.head, state.why) == (
        "whole",
        rows[0].run,
        len(rows),
        rows[-1].digest,
        None,
    )


def test_a_run_read_from_its_lines_is_whole() -> None:
    assert verify_chain(map(read_line, KNOWN_LINES)).state == "whole"


@pytest.mark.parametrize("count", range(1, len(PROBES)))
def test_a_run_without_its_end_is_cut_off(count: int) -> None:
    state = verify_chain(PROBES[:count])
    assert (state.state, state.count, state.head) == ("cut-off", count, PROBES[count - 1].digest)


def test_no_row_is_no_run() -> None:
    for state in (verify_chain([]), Chain(KNOWN[0].run).state()):
        assert (state.state, state.count, state.head) == ("broken", 0, GENESIS)
        assert state.why


@pytest.mark.parametrize("probes", [0, 1, 6])
def test_a_chain_grows_row_by_row(probes: int) -> None:
    rows = probe_run(probes)
    chain = Chain(rows[0].run)
    for count, row in enumerate(rows, 1):
        chain.add(row)
        assert chain.state().count == count
        assert chain.state().head == row.digest
    assert chain.state().state == "whole"


# --- every change is noticed ----------------------------------------------------------------------


def flipped(value: Any) -> Iterator[Any]:
    """The value with one bit changed: each bit in turn."""
    if isinstance(value, int):
        yield from (value ^ 1 << bit for bit in range(MAX_INTEGER.bit_length()))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from ((*value[:index], other, *value[index + 1 :]) for other in flipped(item))
    else:
        for at, character in enumerate(value):
            yield from (value[:at] + chr(ord(character) ^ 1 << bit) + value[at + 1 :] for bit in range(8))


@pytest.mark.parametrize("field", Observation._fields)
@pytest.mark.parametrize("at", range(len(KNOWN)))
def test_every_bit_of_every_field_of_every_row_counts(at: int, field: str) -> None:
    changes = 0
    for value in flipped(getattr(KNOWN[at], field)):
        changed = [*KNOWN[:at], KNOWN[at]._replace(**{field: value}), *KNOWN[at + 1 :]]
        assert verify_chain(changed).state == "broken", value
        changes += 1
    assert changes or (field == "links" and at != 1)


@pytest.mark.parametrize("at", range(len(PROBES) - 1))
def test_a_row_that_was_taken_out_is_noticed(at: int) -> None:
    state = verify_chain([*PROBES[:at], *PROBES[at + 1 :]])
    assert state.state == "broken"
    assert state.why == f"row {at} is missing"


def test_a_row_that_was_taken_out_is_noticed_when_the_rest_was_numbered_anew() -> None:
    for at in range(1, len(PROBES) - 1):
        later = [forged(row, seq=row.seq - 1) for row in PROBES[at + 1 :]]
        assert verify_chain([*PROBES[:at], *later]).state == "broken"


@pytest.mark.parametrize("at", range(len(PROBES) + 1))
def test_a_row_that_was_put_in_is_noticed(at: int) -> None:
    stranger = probe_run(1, "cd" * 16)[1]
    before = PROBES[at - 1].digest if at else GENESIS
    for row in (stranger, forged(stranger, run=PROBES[0].run, seq=at, prev=before), PROBES[min(at, 4)]):
        assert verify_chain([*PROBES[:at], row, *PROBES[at:]]).state == "broken"


@given(st.permutations(range(len(PROBES))))
def test_another_order_is_noticed(order: list[int]) -> None:
    state = verify_chain([PROBES[at] for at in order])
    assert (state.state == "whole") == (order == sorted(order))


def test_a_row_changed_with_its_digest_is_noticed_by_the_next() -> None:
    for at in range(len(KNOWN) - 1):
        changed = forged(KNOWN[at], recorded_at="2026-11-24T04:30:09.000000Z")
        changed.check()
        state = verify_chain([*KNOWN[:at], changed, *KNOWN[at + 1 :]])
        assert (state.state, state.count) == ("broken", at + 1)


def test_what_a_chain_cannot_show_changes_its_head() -> None:
    """A run written anew from some row on is whole. Hence the seal, which is kept elsewhere."""
    last = forged(KNOWN[-1], recorded_at="2026-11-24T04:30:09.000000Z")
    state = verify_chain([*KNOWN[:-1], last])
    assert state.state == "whole"
    assert state.head != KNOWN[-1].digest


def resealed(rows: list[Observation]) -> list[Observation]:
    """The rows with digests that hold, one on the other."""
    chained: list[Observation] = []
    for row in rows:
        chained.append(forged(row, prev=chained[-1].digest if chained else GENESIS))
    return chained


@pytest.mark.parametrize(
    ("rows", "count", "why"),
    [
        ([KNOWN[1]._replace(seq=0), KNOWN[-1]._replace(seq=1)], 0, "begins with its run row"),
        ([KNOWN[0], KNOWN[0]._replace(seq=1)], 1, "begins with its run row"),
        ([*KNOWN, KNOWN[1]._replace(seq=4)], 4, "after the end"),
        ([KNOWN[0], KNOWN[-1]._replace(seq=1)], 1, "count"),
        ([KNOWN[0], KNOWN[1]._replace(vantage="home"), *KNOWN[2:]], 1, "one writer"),
        ([KNOWN[0], KNOWN[1]._replace(source="nmap"), *KNOWN[2:]], 1, "one writer"),
        ([KNOWN[0], KNOWN[1]._replace(source_version="0.2.0"), *KNOWN[2:]], 1, "one writer"),
        ([row._replace(vantage="home") for row in KNOWN], 0, "another tool, version or vantage"),
        ([KNOWN[0], KNOWN[1]._replace(links=())], 1, "a link is missing"),
        ([KNOWN[0], KNOWN[1]._replace(run="run:" + "0b" * 16)], 1, "another run"),
    ],
)
def test_digests_that_hold_do_not_make_a_run_right(rows: list[Observation], count: int, why: str) -> None:
    state = verify_chain(resealed(rows))
    assert (state.state, state.count) == ("broken", count)
    assert why in str(state.why)


def test_after_a_broken_row_nothing_counts() -> None:
    chain = Chain(KNOWN[0].run)
    for row in (KNOWN[0], KNOWN[2], KNOWN[1], KNOWN[2]):
        chain.add(row)
    assert (chain.state().state, chain.state().count, chain.state().head) == ("broken", 1, KNOWN[0].digest)


def test_rows_of_kinds_and_versions_that_are_not_known_are_part_of_the_chain() -> None:
    later = [
        KNOWN[0],
        KNOWN[1]._replace(kind="miracle", subject="vm:1"),
        KNOWN[-1]._replace(seq=2, kind_version=2),
    ]
    assert verify_chain(resealed(later)).state == "whole"


@pytest.mark.parametrize("field", Observation._fields)
@pytest.mark.parametrize("value", [None, 1.5, b"bytes", [], {}, object(), "\ud800"])
def test_a_field_of_any_type_breaks_the_chain_and_nothing_else(field: str, value: Any) -> None:
    row = KNOWN[1]._replace(**{field: value})
    state = verify_chain([KNOWN[0], row])
    assert (state.state, state.count) == ("broken", 1)


# --- the writer -----------------------------------------------------------------------------------


def test_a_writer_counts_and_keeps_the_head() -> None:
    run = writer()
    assert (run.count, run.head) == (0, GENESIS)
    first = run.begin(operator="alice", authority="change 4711", now=NOW)
    assert (run.count, run.head) == (1, first.digest)
    assert first.values() == {
        "operator": "alice",
        "authority": "change 4711",
        "tool": "hemostat check",
        "version": "0.1.0",
        "vantage": "office",
    }
    last = run.end(now=NOW + SECOND, outcome="interrupted")
    assert last.prev == first.digest
    assert last.values() == {"count": 2, "outcome": "interrupted"}
    assert verify_chain([first, last]).state == "whole"


def test_a_run_begins_once_and_ends_once() -> None:
    run = writer()
    facts = dict(KINDS["probe"].example)
    with pytest.raises(EvidenceError, match="not begun"):
        run.append("probe", ENDPOINT, facts, observed_at=NOW, recorded_at=NOW)
    with pytest.raises(EvidenceError, match="not begun"):
        run.end(now=NOW)
    run.begin(operator="alice", authority=None, now=NOW)
    with pytest.raises(EvidenceError, match="begun already"):
        run.begin(operator="alice", authority=None, now=NOW)
    run.end(now=NOW)
    with pytest.raises(EvidenceError, match="ended"):
        run.append("probe", ENDPOINT, facts, observed_at=NOW, recorded_at=NOW)
    with pytest.raises(EvidenceError, match="ended"):
        run.end(now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "miracle"},
        {"kind": "run", "subject": KNOWN[0].run, "facts": KNOWN[0].values()},
        {"kind": "run-end", "subject": KNOWN[0].run, "facts": {"count": 2, "outcome": "complete"}},
        {"subject": "tcp:10.0.0.1:443"},
        {"subject": "vm:4711"},
        {"subject": "spki:" + "0f" * 32},
        {"facts": {}},
        {"facts": {"further": 1}},
        {"links": ["no name"]},
        {"links": ["vm:4711"]},
        {"observed_at": NOW.replace(tzinfo=None)},
        {"recorded_at": NOW.replace(tzinfo=None)},
        {"kind": "lookup", "subject": "run:" + "0b" * 16, "facts": dict(KINDS["lookup"].example)},
    ],
)
def test_what_is_refused_makes_no_row(changes: dict[str, Any]) -> None:
    run = writer()
    run.begin(operator="alice", authority=None, now=NOW)
    head = run.head
    good: dict[str, Any] = {
        "kind": "probe",
        "subject": ENDPOINT,
        "facts": FACTS,
        "observed_at": NOW,
        "recorded_at": NOW,
    }
    with pytest.raises(EvidenceError):
        run.append(**(good | changes))
    assert (run.count, run.head) == (1, head)
    assert run.append(**good).prev == head


def test_an_operator_that_cannot_be_written_begins_no_run() -> None:
    run = writer()
    with pytest.raises(EvidenceError):
        run.begin(operator="", authority=None, now=NOW)
    assert run.count == 0
    run.begin(operator="alice", authority=None, now=NOW)


@pytest.mark.parametrize(
    ("run", "fields"),
    [
        ("host:name=a", {}),
        ("run:1", {}),
        ("run:" + "0a" * 16, {"source": "Hemostat"}),
        ("run:" + "0a" * 16, {"source_version": ""}),
        ("run:" + "0a" * 16, {"vantage": "two words"}),
    ],
)
def test_a_malformed_writer_is_refused(run: str, fields: dict[str, str]) -> None:
    good = {"source": "hemostat check", "source_version": "0.1.0", "vantage": "office"}
    with pytest.raises(EvidenceError):
        RunWriter(run, **(good | fields))


def test_the_links_of_a_row_are_those_given_and_those_of_its_facts() -> None:
    run = writer()
    run.begin(operator="alice", authority=None, now=NOW)
    key = names.key("0f" * 32)
    row = run.append("probe", ENDPOINT, FACTS, [key, key], observed_at=NOW, recorded_at=NOW)
    assert row.links == (*KINDS["probe"].links(KINDS["probe"].example), key)
    row.check()
