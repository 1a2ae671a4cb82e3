"""How round trips are counted: from the messages of a probe's facts."""

from typing import Any

import pytest

from bench.check import round_trips
from bench.exchange import COMMON, PATCHED, VULNERABLE, kinds

PLAYS = kinds()


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (COMMON, 1),
        (PATCHED, 2),
        (VULNERABLE, 2),
        # Hello and burst; then twice hello and one part, of which own bytes draw nothing but a close.
        ("patched, closes after a heartbeat", 4),
        # Two nudges, one for each record that lay unread behind the first.
        ("patched, one record an event", 4),
    ],
)
def test_each_answer_that_was_waited_for_is_one(kind: str, count: int) -> None:
    assert round_trips(PLAYS[kind].probe().facts) == count


def test_messages_that_come_together_are_one_answer() -> None:
    messages = [
        "> client-hello 9",
        "< server-hello 9",
        "< certificate 9",
        "> own-bytes 9",
        "> finished 9",
        "< alert 2",
    ]
    connections = [{"messages": heard, "nudges": 0} for heard in (messages, messages[:2], [])]
    facts: dict[str, Any] = {"connections": connections}
    assert round_trips(facts) == 3
